"""HTTP routes of sign-in: the endpoints of OpenID Connect, which speak forms and redirects, and `/userinfo`."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, g, json, request
from werkzeug.wrappers import Response as AnyResponse

from services.identity.accounts import actions as accounts
from services.identity.accounts.account import COUNTER_SCOPES, PERSON_SCOPES
from services.identity.accounts.actions import Attempt, Authentication
from services.identity.signin import actions, page, request_parameters, rules
from services.identity.signin.page import SignInForm
from services.identity.signin.provider import GRANT_TYPES, MACHINE_METHOD, PUBLIC_METHOD, OidcProvider, ProviderConfig
from services.identity.signin.schemas import UserView
from services.identity.signin.tokens import ID_TOKEN_TYPE
from shared.http.callers import ALGORITHMS, TokenInvalid
from shared.http.endpoint import PUBLIC
from shared.http.problems import language as asked_language
from shared.http.routes import Routes
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

BROWSER, DEVICE = "himaya_seat", "himaya_device"
BROWSER_ID_BYTES = 16
DEVICE_LIFE_S = 400 * 24 * 3600
"""As long as browsers keep a cookie at most."""
FORM_BYTES_MAX = 16_000
TYPED = frozenset({"form_token", "login", "password", "one_time_code"})
"""What our own form sends. A POST without any of it is a client's request."""

Answer = TypeVar("Answer")

routes = Routes(
    "signin",
    about="Who signed in (OpenID Connect). `/v1/{fund}/.well-known/openid-configuration` names the other endpoints.",
)


@routes.get("/userinfo", scope=rules.OPENID, response=UserView)
def userinfo(uow: UnitOfWork) -> dict[str, Any]:
    """Who signed in, as far as the token's scope says. A token whose session is over is refused."""
    if not actions.is_signed_in(uow):
        raise TokenInvalid
    return actions.userinfo(uow)


@routes.post("/userinfo", scope=rules.OPENID, response=UserView)
def userinfo_by_post(uow: UnitOfWork) -> dict[str, Any]:
    """Who signed in, as by GET (OpenID Connect Core, 5.3.1)."""
    return userinfo(uow)


def blueprint(provider_config: ProviderConfig, context: ServiceContext) -> Blueprint:
    """The endpoints that the protocol itself lays down. All are public: they are where one proves who one is."""
    made = Blueprint("oidc", __name__)
    endpoints = _Endpoints(provider_config, context)
    fund = "/v1/<fund>"
    made.get(f"{fund}/.well-known/openid-configuration")(endpoints.metadata)
    made.get(f"{fund}/jwks")(endpoints.keys)
    made.get("/jwks.json")(endpoints.keys)
    made.get(f"{fund}/authorize")(endpoints.ask)
    made.post(f"{fund}/authorize")(endpoints.sign_in)
    made.post(f"{fund}/token")(endpoints.token)
    made.post(f"{fund}/revoke")(endpoints.revoke)
    made.route(f"{fund}/logout", methods=["GET", "POST"])(endpoints.sign_out)
    return made


class _Endpoints:
    """The endpoints of one process."""

    def __init__(self, provider_config: ProviderConfig, context: ServiceContext) -> None:
        self._provider_config, self._context = provider_config, context
        self._base = urlsplit(
            provider_config.address
        ).path  # under which callers find the service, where it is not their host's root

    # --- what anybody may read

    def keys(self, fund: str | None = None) -> Response:
        if fund is not None:
            self._reading(fund)
        answer = _json(self._provider_config.keys.published())
        answer.headers["Cache-Control"] = "public, max-age=300"
        return answer

    def metadata(self, fund: str) -> Response:
        self._reading(fund)
        issuer = self._provider_config.issuer(fund)
        return _json(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/jwks",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "revocation_endpoint": f"{issuer}/revoke",
                "end_session_endpoint": f"{issuer}/logout",
                "response_types_supported": ["code"],
                "response_modes_supported": list(request_parameters.RESPONSE_MODES),
                "grant_types_supported": list(GRANT_TYPES),
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [each.value for each in self._provider_config.keys.algorithms],
                "token_endpoint_auth_methods_supported": [PUBLIC_METHOD, MACHINE_METHOD],
                "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
                "revocation_endpoint_auth_methods_supported": [PUBLIC_METHOD],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": [
                    rules.OPENID,
                    rules.PROFILE,
                    *sorted(PERSON_SCOPES | COUNTER_SCOPES | g.fund.roles.scopes),
                ],
                "acr_values_supported": [rules.ONE_FACTOR_CLASS, rules.TWO_FACTOR_CLASS],
                "ui_locales_supported": list(g.fund.languages),
                "authorization_response_iss_parameter_supported": True,
                "prompt_values_supported": list(request_parameters.PROMPTS),
                "claims_parameter_supported": False,
                "request_parameter_supported": False,
                "request_uri_parameter_supported": False,
                "claims_supported": ["sub", "auth_time", "acr", "amr", "nonce", "sid", "at_hash"],
            }
        )

    # --- signing in

    def ask(self, fund: str) -> AnyResponse:
        """Show the form, where the client asked rightly."""
        uow = self._reading(fund)
        try:
            grant = self._consented(uow)
        except OAuth2Error as error:
            return self._refused(error)
        return self._form(uow, grant)

    def sign_in(self, fund: str) -> AnyResponse:
        """Authenticate somebody by the posted form, and redirect them to the client with a code."""
        self._reading(fund)
        request.max_content_length = FORM_BYTES_MAX
        if not TYPED.intersection(request.form):
            return self._asked_by_get()

        def act(uow: UnitOfWork) -> AnyResponse:
            try:
                grant = self._consented(uow)
            except OAuth2Error as error:
                return self._refused(error)
            browser_id, sent = request.cookies.get(BROWSER, ""), request.form.get("form_token", "")
            if not browser_id or not actions.is_form_token(uow, sent, browser_id=browser_id, query=_asked()):
                return self._form(uow, grant, fault="stale", status=400)
            authentication = accounts.authenticate(uow, _attempt(grant))
            if authentication.account is None:
                return self._not_admitted(uow, grant, authentication)
            return self._sent_back(uow, grant, authentication)

        return self._work(fund, act)

    def _asked_by_get(self) -> AnyResponse:
        """A client's request that came by POST, which is as good as by GET (OpenID Connect Core, 3.1.2.1): the form
        needs it in its address."""
        asked = urlencode(list(request.values.items(multi=True)))
        return Response(status=303, headers={"Location": f"{self._base}{request.path}?{asked}"})

    def _consented(self, uow: UnitOfWork) -> Any:
        """The grant that the client asks for, or the OAuth error that says what is wrong with it."""
        grant = OidcProvider(uow, self._provider_config).get_consent_grant()
        error = request_parameters.refusal(request.args)
        if error is not None:
            error.redirect_uri, error.state = grant.redirect_uri, grant.request.payload.state
            raise error
        return grant

    def _not_admitted(self, uow: UnitOfWork, grant: Any, authentication: Authentication) -> AnyResponse:
        if not authentication.locked_s:
            return self._form(uow, grant, fault="wrong", status=422)
        answer = self._form(uow, grant, fault="shut", locked_s=authentication.locked_s, status=429)
        answer.headers["Retry-After"] = str(authentication.locked_s)
        return answer

    def _sent_back(self, uow: UnitOfWork, grant: Any, authentication: Authentication) -> AnyResponse:
        made: Response = grant.server.create_authorization_response(grant_user=authentication.account, grant=grant)
        answer = self._with_issuer(made)
        answer.status_code = 303  # so that no browser sends the password on to the client (RFC 9700, 4.12)
        self._put_cookie(answer, DEVICE, authentication.device, max_age=DEVICE_LIFE_S)
        return answer

    def _form(
        self, uow: UnitOfWork, grant: Any, *, fault: str = "", locked_s: int = 0, status: int = 200
    ) -> AnyResponse:
        browser_id = request.cookies.get(BROWSER) or uow.entropy(BROWSER_ID_BYTES).hex()
        language = _language()
        shown = SignInForm(
            client=grant.request.client.client,
            form_token=actions.form_token(uow, browser_id=browser_id, query=_asked()),
            language_links={each: _in_language(each) for each in g.fund.languages if each != language},
            typed=request.form.get("login", "")[: accounts.LOGIN_LENGTH_MAX],
            fault=fault,
            locked_s=locked_s,
        )
        answer = _page(page.form(shown, fund=g.fund, language=language), status)
        answer.headers["Content-Security-Policy"] = page.content_security_policy(g.fund, sends_to=grant.redirect_uri)
        self._put_cookie(answer, BROWSER, browser_id)
        return answer

    def _refused(self, error: OAuth2Error) -> AnyResponse:
        """An error, redirected to the client, or shown to the person only if the redirect address is not the
        client's."""
        if error.redirect_uri:
            status, body, headers = error()
            return self._with_issuer(Response(body, status, headers))
        return _page(page.refused(error.error, fund=g.fund, language=_language()), 400)

    def _with_issuer(self, answer: Response) -> Response:
        """Who answers, so that a client of several funds does not mix them up (RFC 9207); in errors too."""
        answer.location = add_params_to_uri(answer.location, [("iss", self._provider_config.issuer(g.fund.fund_id))])
        return answer

    def _put_cookie(self, answer: AnyResponse, name: str, value: str, *, max_age: int | None = None) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=max_age,
            path=f"{self._base}/v1/{g.fund.fund_id}/authorize",
            secure=self._provider_config.address.startswith("https://"),
            httponly=True,
            samesite="Lax",
        )

    # --- tokens

    def token(self, fund: str) -> AnyResponse:
        self._reading(fund)
        request.max_content_length = FORM_BYTES_MAX
        return self._work(fund, lambda uow: OidcProvider(uow, self._provider_config).create_token_response(request))

    def revoke(self, fund: str) -> AnyResponse:
        self._reading(fund)
        request.max_content_length = FORM_BYTES_MAX
        return self._work(fund, lambda uow: OidcProvider(uow, self._provider_config).create_revocation_response())

    # --- signing out

    def sign_out(self, fund: str) -> AnyResponse:
        """End the session of an id token, and send the browser where the client wants it (RP-initiated logout).

        Without an id token that was issued here, to the client that asks, it is not known which session to end: the
        page says that nothing was ended, and the browser is not sent on.
        """
        self._reading(fund)
        request.max_content_length = FORM_BYTES_MAX
        hint = self._provider_config.keys.read(request.values.get("id_token_hint", ""), typ=ID_TOKEN_TYPE)
        asking = request.values.get("client_id")
        if (
            hint is None
            or hint.get("iss") != self._provider_config.issuer(fund)
            or asking not in {None, "", hint.get("aud")}
        ):
            return _page(page.not_left(fund=g.fund, language=_language()), 400)
        self._work(fund, lambda uow: actions.sign_out(uow, session_id=str(hint["sid"])))
        client = self._provider_config.clients.get(str(hint["aud"]))
        wanted = request.values.get("post_logout_redirect_uri", "")
        if client is None or wanted not in client.logout_uris:
            return _page(page.left(fund=g.fund, language=_language()), 200)
        state = request.values.get("state")
        return Response(
            status=303, headers={"Location": add_params_to_uri(wanted, [("state", state)] if state else [])}
        )

    # --- the ground

    def _reading(self, fund: str) -> UnitOfWork:
        uow = self._context.reading(fund, by=PUBLIC)
        g.fund = uow.fund
        return uow

    def _work(self, fund: str, action: Callable[[UnitOfWork], Answer]) -> Answer:
        """Run in one unit of work. An answer that refuses is kept too: a failure counts, a replay ends a session."""
        return self._context.run(fund, by=PUBLIC, cause=f"request:{g.request_id}", action=action)


def _attempt(grant: Any) -> Attempt:
    sent = request.form
    return Attempt(
        login=sent.get("login", ""),
        password=sent.get("password", ""),
        one_time_code=sent.get("one_time_code", ""),
        device=request.args.get("device") or request.cookies.get(DEVICE, ""),
        actors=frozenset(grant.request.client.client.actors),
    )


def _asked() -> str:
    """What the client asked for, whatever language the page is in: a form is good for this and nothing else."""
    return urlencode(sorted((name, value) for name, value in request.args.items(multi=True) if name != "ui_locales"))


def _language() -> str:
    """The first of the languages that the client asks for (`ui_locales`) and the fund has; else the browser's."""
    wanted = [tag.split("-")[0].lower() for tag in request.values.get("ui_locales", "").split()]
    return next((tag for tag in wanted if tag in g.fund.languages), None) or asked_language()


def _in_language(language: str) -> str:
    """This page in another language."""
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "ui_locales"]
    return f"?{urlencode([*query, ('ui_locales', language)])}"


def _page(text: str, status: int) -> AnyResponse:
    answer = Response(text, status, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = page.content_security_policy(g.fund)
    answer.headers["Content-Language"] = _language()
    return answer


def _json(body: object) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")
