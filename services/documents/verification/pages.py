"""HTTP routes of verification, from people: the page behind a paper's code, and fields for a number and a file."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from services.documents.papers.content import PaperLanguage
from services.documents.papers.store import PDF_BYTES_MAX
from services.documents.verification import actions, page
from services.documents.verification.rules import number_in
from services.documents.verification.verification import Verification
from shared.funds.fund import Fund
from shared.http.endpoint import PUBLIC
from shared.http.routes import BODY_BYTES_MAX
from shared.languages.texts import best_language
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

FILE_BODY_BYTES_MAX = 2 * PDF_BYTES_MAX


def pages(context: ServiceContext, *, public_url_of: Callable[[Fund], str]) -> Blueprint:
    """The public addresses; none needs an account, a script or a cookie. Codes and files come in bodies: an address is
    written into logs and histories. They name each other under the path of the fund's public address."""
    blueprint = Blueprint("verify", __name__)

    def base_of(fund: Fund) -> str:
        return urlsplit(public_url_of(fund)).path.rstrip("/")

    def reading(fund: str) -> UnitOfWork:
        return context.reading(fund, by=PUBLIC)

    def shown(uow: UnitOfWork, verification: Verification) -> Response:
        its = uow.fund
        return _answer(its, page.render(verification, fund=its, language=_language(its), base=base_of(its)))

    @blueprint.get("/v1/<fund>/verify")
    def ask(fund: str) -> AnyResponse:
        given, its = request.args.get("number"), reading(fund).fund
        if not given:
            return _answer(its, page.form(fund=its, language=_language(its), base=base_of(its)))
        if number := number_in(given):
            return redirect(base_of(its) + url_for(".check", fund=fund, number=number, language=_language(its)), 303)
        return check(fund, given)

    @blueprint.get("/v1/<fund>/verify/<path:number>")
    def check(fund: str, number: str) -> AnyResponse:
        uow = reading(fund)
        return shown(uow, actions.check(uow, number))

    @blueprint.post("/v1/<fund>/verify/<path:number>")
    def check_code(fund: str, number: str) -> AnyResponse:
        request.max_content_length = BODY_BYTES_MAX
        uow = reading(fund)
        return shown(uow, actions.check_code(uow, number, code_typed=request.form.get("code", "")))

    @blueprint.post("/v1/<fund>/verify")
    def check_file(fund: str) -> AnyResponse:
        request.max_content_length = FILE_BODY_BYTES_MAX
        uow, sent = reading(fund), request.files.get("file")
        its = uow.fund
        if sent is None or not sent.filename:
            return _answer(its, page.form(fund=its, language=_language(its), base=base_of(its)))
        verification = actions.check_file(uow, actions.hash_of(sent.stream))
        if verification is not None:
            return shown(uow, verification)
        return _answer(its, page.unknown_file(fund=its, language=_language(its), base=base_of(its), on=uow.today))

    return blueprint


def _language(fund: Fund) -> PaperLanguage:
    """The language that the reader chose, else the one that the browser asks for."""
    chosen = request.args.get("language")
    header = request.headers.get("Accept-Language", "")
    return PaperLanguage(chosen if chosen in fund.languages else best_language(header, fund.languages))


def _answer(fund: Fund, html: str) -> Response:
    answer = Response(html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = page.content_security_policy(fund)
    return answer
