"""A frontend's app: each request gets its fund, its session, its language and the services; each failure its page."""

import functools
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from flask import Flask, Response, current_app, g, redirect, render_template, request, url_for
from jinja2 import FileSystemLoader, StrictUndefined
from pymongo import MongoClient
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from frontends.api import identity
from frontends.kit import colours, counter, formats, pages, security, signin, staff, static_files, words
from frontends.kit.api import Api, Problem, Unreachable, pooled
from frontends.kit.counter import NobodyPresent
from frontends.kit.frontend import Frontend, Link, menu
from frontends.kit.sessions import Sessions
from frontends.kit.settings import Settings
from frontends.kit.signin import NotOurs, SignedOut, SignIn
from frontends.kit.tenancy import FUND, ByFund

KIT = Path(__file__).parent
LANGUAGE_COOKIE = "language"
THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")
PREFERENCE_KEPT_S = 31_536_000
ANONYMOUS_BODY_MAX = 32 * 1024 * 1024
"""Of who is not signed in: the file of a paper to be checked is the largest."""
FORM_MEMORY_MAX = 4 * 1024 * 1024
FORM_PARTS_MAX = 2_000
FUND_KEPT_S = 300.0
LANGUAGE_OF_NO_FUND = "fr"
"""Of the page that lists the funds, and of the question which languages a fund has."""
SESSION_S = 12 * 3600
"""For how long a session lasts at the fund."""
OWN_NAMES = {"ar": "العربية", "fr": "Français", "en": "English"}


def build(frontend: Frontend, settings: Settings) -> Flask:
    """The frontend, connected to what it needs when the first request comes."""
    app = Flask(frontend.name, static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=frontend.body_max, MAX_FORM_MEMORY_SIZE=FORM_MEMORY_MAX, MAX_FORM_PARTS=FORM_PARTS_MAX
    )
    http = pooled()
    client: MongoClient[dict[str, Any]] = MongoClient(settings.mongodb_uri, retryWrites=False, tz_aware=True)
    sessions = Sessions(client, database=settings.mongodb_database, frontend=frontend.name)
    sign_in = SignIn(
        client_id=settings.client_id,
        issuer=settings.issuer,
        address=settings.addresses["identity"],
        http=http,
        sessions=sessions,
        scopes=tuple(frontend.scopes),
    )
    app.extensions.update(sessions=sessions, sign_in=sign_in, frontend=frontend, settings=settings)
    _templates(app, frontend)
    _requests(app, frontend, settings, sessions, http)
    _failures(app)
    _own_pages(app, frontend, settings)
    for blueprint in frontend.pages:
        app.register_blueprint(blueprint)
    for blueprint in frontend.person_pages:
        app.register_blueprint(blueprint, url_prefix=f"{frontend.person_path}{blueprint.url_prefix or ''}" or None)
    security.install(app, form_targets=[_origin(settings.issuer)])
    by_fund = ByFund(app.wsgi_app, fund_ids=settings.fund_ids, hosts=settings.hosts, public_url=settings.public_url)
    trusted = settings.trusted_proxies
    app.wsgi_app = ProxyFix(by_fund, x_for=trusted, x_proto=trusted, x_host=trusted)  # type: ignore[method-assign]
    return app


def _templates(app: Flask, frontend: Frontend) -> None:
    folders = [frontend.folder / "templates", KIT / "templates"]
    app.jinja_loader = FileSystemLoader(folders)
    env = app.jinja_env
    env.undefined, env.trim_blocks, env.lstrip_blocks = StrictUndefined, True, True
    env.add_extension("jinja2.ext.i18n")
    env.add_extension("jinja2.ext.do")
    env.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.plural, newstyle=True, pgettext=words.pgettext
    )
    env.filters |= {**formats.FILTERS, "staff": staff.name, "zip": zip, "as_choices": _as_choices}
    env.tests["answered"] = lambda given: not isinstance(given, (Problem, Unreachable))
    env.globals |= {
        "static": static_files.address,
        "session": pages.session,
        "user": pages.user,
        "own_name": pages.own_name,
        "may": pages.may,
        "present": counter.present,
        "flashed": pages.flashed,
        "frontend": frontend,
        "menu": lambda: menu((link for link in frontend.navigation if _is_shown(link)), here=request.blueprint),
        "language_links": _language_links,
        "themes": THEMES,
        "session_ends_at": _session_ends_at,
        "today": formats.today,
        "comma": formats.comma,
        "own_names": OWN_NAMES,
        "with_cursor": lambda cursor: {**(request.view_args or {}), **request.args.to_dict(), "cursor": cursor},
        "without_cursor": lambda: {
            **(request.view_args or {}),
            **{name: value for name, value in request.args.to_dict().items() if name != "cursor"},
        },
    }
    app.extensions["words"] = words.read([KIT, frontend.folder])


def _requests(app: Flask, frontend: Frontend, settings: Settings, sessions: Sessions, http: requests.Session) -> None:
    funds = _Funds(settings, http)

    @app.before_request
    def begin() -> AnyResponse | None:
        if request.endpoint in ("static_file", "live", "ready"):
            return None
        fund_id = request.environ.get(FUND)
        secret = request.cookies.get(frontend.cookie, "")
        g.session = (sessions.load(secret) if secret else None) or sessions.anonymous(secret)
        g.theme = request.cookies.get(THEME_COOKIE, "auto")
        g.is_restored = False
        if fund_id is None:
            g.fund, g.language, g.direction = None, LANGUAGE_OF_NO_FUND, "ltr"
            return None
        g.fund = funds.named(fund_id, LANGUAGE_OF_NO_FUND)
        g.language = _language(g.fund["languages"])
        g.fund = funds.named(fund_id, g.language)
        g.words = app.extensions["words"].get(g.language) or app.extensions["words"][words.SOURCE_LANGUAGE]
        g.direction = formats.locale_of(g.language).text_direction
        sign_in: SignIn = app.extensions["sign_in"]
        caller = request.remote_addr or ""
        content = g.session.content
        if content.get("user") and content.get("fund") != fund_id:
            g.session = sessions.new()  # signed in at another fund: a browser is with one fund at a time on one host
        if not g.session.content.get("user"):
            request.max_content_length = min(frontend.body_max, ANONYMOUS_BODY_MAX)
        g.api = Api(
            settings.addresses,
            fund=fund_id,
            language=g.language,
            token=functools.partial(sign_in.token, g.session, caller=caller),
            caller=caller,
            http=http,
        )
        security.check_form()
        return None

    @app.after_request
    def end(answer: Response) -> Response:
        session = g.get("session")
        if session is not None and request.cookies.get(frontend.cookie) != session.secret:
            answer.set_cookie(frontend.cookie, session.secret, httponly=True, secure=settings.is_secure, samesite="Lax")
        asked = request.args.get("language", "")
        if g.get("fund") and asked in g.fund["languages"]:
            answer.set_cookie(
                LANGUAGE_COOKIE, asked, max_age=PREFERENCE_KEPT_S, secure=settings.is_secure, samesite="Lax"
            )
        return answer


class _Funds:
    """What the pages know of each fund, asked of identity and kept for some minutes."""

    def __init__(self, settings: Settings, http: requests.Session) -> None:
        self._settings, self._http = settings, http
        self._kept: dict[tuple[str, str], tuple[float, Mapping[str, Any]]] = {}

    def named(self, fund_id: str, language: str) -> Mapping[str, Any]:
        kept = self._kept.get((fund_id, language))
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        try:
            found = identity.register_read_fund(Api(self._settings.addresses, fund_id, language, http=self._http))
        except (Problem, Unreachable):
            if kept is None:
                raise
            return kept[1]  # as it was: a fund's name does not change while identity is away
        self._kept[fund_id, language] = time.monotonic() + FUND_KEPT_S, found
        return found


def _own_pages(app: Flask, frontend: Frontend, settings: Settings) -> None:
    """What every frontend has: sign-in and out, preferences, the fund's style, static files, health."""

    @app.get("/static/<path:name>")
    def static_file(name: str) -> Response:
        return static_files.serve(name)

    @app.get("/health/live")
    def live() -> Mapping[str, str]:
        return {"status": "live"}

    @app.get("/health/ready")
    def ready() -> Mapping[str, str]:
        return {"status": "ready"}

    @app.get("/fund.css")
    def fund_style() -> Response:
        answer = Response(colours.sheet(g.fund["colour"]), content_type="text/css; charset=utf-8")
        answer.headers["Cache-Control"] = "public, max-age=3600"
        return answer

    @app.get("/sign-in")
    def sign_in() -> AnyResponse:
        """On to the fund's form; back to where one came from."""
        if pages.user():
            return redirect(_own_path(request.args.get("return_to", "")))
        signing: SignIn = current_app.extensions["sign_in"]
        address = signing.begin(
            pages.session(),
            fund=g.fund["fund_id"],
            redirect_uri=_redirect_uri(settings),
            return_to=_own_path(request.args.get("return_to", "")),
            language=g.language,
        )
        return redirect(address)

    @app.get("/callback")
    def callback() -> AnyResponse:
        signing: SignIn = current_app.extensions["sign_in"]
        sessions: Sessions = current_app.extensions["sessions"]
        before = pages.session()
        return_to = signing.finish(
            before,
            request.args.to_dict(),
            fund=g.fund["fund_id"],
            redirect_uri=_redirect_uri(settings),
            caller=request.remote_addr or "",
        )
        # A new secret at sign-in: one that somebody planted before is worth nothing.
        fresh = sessions.new()
        content = {**before.content, "ends_at_s": int(time.time()) + SESSION_S}
        sessions.change(fresh, lambda new: new.update(content))
        sessions.end(before)
        g.session = fresh
        return redirect(return_to)

    @app.post("/sign-out")
    def sign_out() -> AnyResponse:
        signing: SignIn = current_app.extensions["sign_in"]
        sessions: Sessions = current_app.extensions["sessions"]
        address = signing.sign_out_address(
            pages.session(),
            fund=g.fund["fund_id"],
            afterwards=f"{_public_origin(settings)}{request.script_root}/",
        )
        sessions.end(pages.session())
        answer = redirect(address, 303)
        answer.delete_cookie(frontend.cookie)
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        g.session = None
        return answer

    @app.post("/preferences")
    def preferences() -> AnyResponse:
        theme = request.form.get("theme", "")
        answer = redirect(_own_path(request.form.get("return_to", "")), 303)
        if theme in THEMES:
            answer.set_cookie(THEME_COOKIE, theme, max_age=PREFERENCE_KEPT_S, secure=settings.is_secure, samesite="Lax")
        return answer

    @app.get("/session")
    def stay() -> AnyResponse:
        """Asked by a page that is about to lose its session: whether there still is one."""
        return redirect(url_for("sign_in")) if not pages.user() else Response(status=204)


def _failures(app: Flask) -> None:
    """What went wrong, on a page that says what to do now."""

    @app.errorhandler(SignedOut)
    def signed_out(_: SignedOut) -> AnyResponse:
        return_to = request.full_path.removesuffix("?")
        if request.method == "POST":
            return_to = request.form.get("form_page") or urlsplit(request.referrer or "").path
            return_to = _own_path(_without_root(return_to))
            pages.keep_form(_without_root(return_to))
        return redirect(url_for("sign_in", return_to=_own_path(_without_root(return_to))), 303)

    @app.errorhandler(NobodyPresent)
    def nobody_present(_: NobodyPresent) -> AnyResponse:
        """The visit is over: what was typed waits for the next one of the same person."""
        return redirect(url_for(current_app.extensions["frontend"].person_home), 303)

    @app.errorhandler(NotOurs)
    def not_ours(_: NotOurs) -> AnyResponse:
        return _failure(400, "sign-in")

    @app.errorhandler(Unreachable)
    def unreachable(failed: Unreachable) -> AnyResponse:
        back = ""
        if request.method == "POST" and g.get("fund"):
            back = _own_path(_without_root(request.form.get("form_page", "")))
            pages.keep_form(_without_root(back))
        answer = _failure(503, "unreachable", service=failed.service, back=back)
        answer.headers["Retry-After"] = "5"
        return answer

    @app.errorhandler(Problem)
    def refused(problem: Problem) -> AnyResponse:
        if problem.status == 401:
            pages.change_session(signin.forget_person)
            return signed_out(SignedOut())
        kind = {403: "forbidden", 404: "missing"}.get(problem.status, "refused")
        return _failure(problem.status if problem.status < 500 else 502, kind, problem=problem)

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> AnyResponse:
        status = error.code or 500
        if error.response is not None or 300 <= status < 400:
            return error.get_response()
        return _failure(status, {403: "forbidden", 404: "missing", 413: "large"}.get(status, "failed"))


def _failure(status: int, kind: str, **shown: Any) -> Response:
    if not g.get("fund"):
        is_away = request.environ.get(FUND) is not None  # a fund was asked for, and nothing is known of it yet
        return Response(render_template("funds.html", funds=_funds_offered(), is_away=is_away), status)
    shown = {"problem": None, "service": "", "back": "", **shown}
    return Response(render_template("failure.html", kind=kind, **shown), status)


def _funds_offered() -> list[tuple[str, str]]:
    settings: Settings = current_app.extensions["settings"]
    return [(fund_id, f"{request.script_root}/{fund_id}/") for fund_id in settings.fund_ids]


def _language(offered: list[str]) -> str:
    """Asked for in the address, chosen before, the person's own, or the browser's; one that the fund speaks."""
    for asked in (request.args.get("language"), request.cookies.get(LANGUAGE_COOKIE)):
        if asked in offered:
            return str(asked)
    own = str(pages.user().get("locale", "")).partition("-")[0]
    if own in offered:
        return own
    accepted = parse_accept_header(request.headers.get("Accept-Language", "")[:1_000], LanguageAccept)
    plain = LanguageAccept((tag.partition("-")[0], weight) for tag, weight in accepted)
    return str(plain.best_match(offered, default=offered[0]))


def _language_links() -> list[tuple[str, str, str]]:
    """The other languages of the fund: code, own name, and this page in it."""
    there = {name: value for name, value in request.args.to_dict(flat=False).items() if name != "language"}
    return [
        (each, OWN_NAMES.get(each, each), f"?{urlencode({**there, 'language': each}, doseq=True)}")
        for each in g.fund["languages"]
        if each != g.language
    ]


def _as_choices(dependants: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Dependants as choices of a question: nobody's name is kept of them, so they are told by relation and birth."""
    return [{"code": each["dependant_id"], "text": _dependant_text(each)} for each in dependants]


def _dependant_text(dependant: Mapping[str, Any]) -> str:
    relations = {"spouse": words.gettext("Spouse"), "child": words.gettext("Child"), "parent": words.gettext("Parent")}
    born = words.gettext("born %(day)s", day=formats.partial_day(dependant["birth_on"]).striptags())
    return f"{relations.get(dependant['relation'], dependant['relation'])}, {born}"


def _is_shown(link: Link) -> bool:
    actor = pages.user().get("actor", "")
    return (not link.actors or actor in link.actors) and (not link.scopes or pages.may(*link.scopes))


def _session_ends_at() -> int:
    return int(pages.session().content.get("ends_at_s", 0)) if pages.user() else 0


def _redirect_uri(settings: Settings) -> str:
    """Where the fund sends the browser back to; registered with it letter by letter."""
    return f"{_public_origin(settings)}{request.script_root}/callback"


def _public_origin(settings: Settings) -> str:
    """How browsers know the host that was asked: a fund's own, where it is one of those, or the frontend's."""
    is_own = request.host.partition(":")[0].lower() in settings.hosts
    return f"{request.scheme}://{request.host}" if is_own else _origin(settings.public_url)


def _own_path(path: str) -> str:
    """A path of this frontend and this fund, whatever somebody wrote into an address; its first page otherwise."""
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or not path.startswith("/") or path.startswith("//") or "\\" in path:
        path = "/"
    return path if path.startswith(f"{request.script_root}/") else f"{request.script_root}{path}"


def _without_root(path: str) -> str:
    return path.removeprefix(request.script_root) if request.script_root else path


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
