"""HTTP comes in for verification, from people: the page behind a paper's code, and a field for its number."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from services.documents.papers.content import Language
from services.documents.verification import actions, page
from services.documents.verification.rules import number_in
from shared.funds.fund import Fund
from shared.http.endpoint import PUBLIC
from shared.languages.texts import best_language
from shared.storage.platform import Platform


def pages(platform: Platform) -> Blueprint:
    """The two public addresses; neither needs an account, a script or a cookie."""
    blueprint = Blueprint("verify", __name__)

    @blueprint.get("/v1/<fund>/verify")
    def ask(fund: str) -> AnyResponse:
        typed, its = request.args.get("number"), platform.reading(fund, by=PUBLIC).fund
        if not typed:
            return _answer(page.form(fund=its, language=_language(its)))
        if number := number_in(typed):
            return redirect(url_for(".check", fund=fund, number=number, language=_language(its)), 303)
        return check(fund, typed)

    @blueprint.get("/v1/<fund>/verify/<path:number>")
    def check(fund: str, number: str) -> AnyResponse:
        work = platform.reading(fund, by=PUBLIC)
        verification = actions.check(work, number)
        return _answer(page.render(verification, fund=work.fund, language=_language(work.fund)))

    return blueprint


def _language(fund: Fund) -> Language:
    """The language that the reader chose, else the one that the browser asks for."""
    chosen = request.args.get("language")
    header = request.headers.get("Accept-Language", "")
    return Language(chosen if chosen in fund.languages else best_language(header, fund.languages))


def _answer(html: str) -> Response:
    answer = Response(html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = page.content_security_policy()
    return answer
