"""The protocol: Authlib's authorization server, one for each unit of work, so that all it keeps is kept in it.

What Authlib 1.9.9 leaves open is closed here, each with the reason beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload, FlaskOAuth2Request
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    ClientMixin,
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Request,
    TokenMixin,
    UnauthorizedClientError,
)
from authlib.oauth2.rfc6749 import grants as authlib_grants
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Response
from flask import request as http
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from services.identity.accounts.account import Account
from services.identity.accounts.actions import hash_of
from services.identity.counter import actions as counter
from services.identity.delegations import actions as delegations
from services.identity.signin import actions, device, rules
from services.identity.signin.client import Client, ClientKind
from services.identity.signin.clients import ClientsInvalid
from services.identity.signin.keys import SigningKeys
from services.identity.signin.session import Session, SessionEnd
from services.identity.signin.store import is_first_use
from services.identity.signin.tokens import TokenIssuer
from shared.http.callers import ALGORITHMS
from shared.kernel.actors import ActorKind
from shared.storage.unit_of_work import UnitOfWork

PUBLIC_METHOD, MACHINE_METHOD = "none", "private_key_jwt"
ASSERTION_LIFE_MAX_S = 300
CLOCK_SKEW_S = 30
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105
VISIT_TICKET = "urn:himaya:token-type:visit-ticket"
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials", TOKEN_EXCHANGE)


class NotAuthorizationCode(OAuth2Error):  # type: ignore[misc]
    """Only the authorization code is given out. Authlib's own error repeats what was sent, and breaks on some of it."""

    error = "unsupported_response_type"
    description = "Only response_type=code is supported."


class UnknownGrantType(OAuth2Error):  # type: ignore[misc]
    error = "unsupported_grant_type"
    description = "The grant_type is not supported."


@dataclass(frozen=True)
class ProviderConfig:
    """What every sign-in of a process needs. `address` is this service's public address."""

    address: str
    clients: Mapping[str, Client]
    keys: SigningKeys

    def __post_init__(self) -> None:
        """`ClientsInvalid` where a client asks for an algorithm that there is no key for."""
        for client in self.clients.values():
            wanted = client.id_token_signed_response_alg
            if wanted not in self.keys.algorithms:
                raise ClientsInvalid(f"{client.client_id}: there is no signing key for {wanted.value}")

    def issuer(self, fund_id: str) -> str:
        return f"{self.address}/v1/{fund_id}"


class KnownClient(ClientMixin):  # type: ignore[misc]
    """A client as Authlib asks about it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get_client_id(self) -> str:
        return self.client.client_id

    def get_default_redirect_uri(self) -> None:
        """None: a client always says where it wants its answer."""

    def get_allowed_scope(self, scope: str | None) -> str:
        return scope or ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.client.redirect_uris

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == (PUBLIC_METHOD if self.client.kind is ClientKind.PUBLIC else MACHINE_METHOD)

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.client.kind is ClientKind.PUBLIC

    def check_grant_type(self, grant_type: str) -> bool:
        if self.client.kind is ClientKind.MACHINE:
            return grant_type == "client_credentials"
        if grant_type == TOKEN_EXCHANGE:
            return ActorKind.STAFF in self.client.actors
        return grant_type in {"authorization_code", "refresh_token"}


@dataclass
class SignedIn(AuthorizationCodeMixin, TokenMixin):  # type: ignore[misc]
    """A session as Authlib asks about it, be it as a code or as a refresh token; and whose it is."""

    session: Session
    account: Account | None = None

    code_challenge_method = "S256"

    @property
    def code_challenge(self) -> str:
        return self.session.challenge

    def get_redirect_uri(self) -> str:
        return self.session.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.session.scope)

    def check_client(self, client: KnownClient) -> bool:
        return client.client.client_id == self.session.client_id


class S256Only(CodeChallenge):  # type: ignore[misc]
    """PKCE from everybody and by S256: Authlib's `required` looks only at /token, and lets `plain` through."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        sent = grant.request.payload.data
        if not sent.get("code_challenge") or sent.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is required, with code_challenge_method=S256.")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(authlib_grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """The authorization code. It is used up in the unit of work that reads it, whatever else is wrong."""

    TOKEN_ENDPOINT_AUTH_METHODS = (PUBLIC_METHOD,)

    server: "OidcProvider"

    @staticmethod
    def validate_authorization_redirect_uri(request: Any, client: KnownClient) -> str:
        """Authlib's own check repeats the address in its error, and breaks on some signs in it."""
        redirect_uri = request.payload.redirect_uri
        if not redirect_uri or not client.check_redirect_uri(redirect_uri):
            raise InvalidRequestError("The redirect_uri is not one of this client.")
        return str(redirect_uri)

    def generate_authorization_code(self) -> str:
        return actions.new_token(self.server.uow, session_id=self.server.uow.new_id())

    def save_authorization_code(self, code: str, request: Any) -> None:
        uow, account, sent = self.server.uow, request.user, request.payload
        client = request.client.client
        session = Session(
            session_id=code.partition(".")[0],
            account_id=account.account_id,
            client_id=client.client_id,
            redirect_uri=sent.redirect_uri,
            scope=rules.granted((sent.scope or "").split(), client=client, account=account, fund=uow.fund),
            challenge=sent.data["code_challenge"],
            nonce=sent.data.get("nonce"),
            methods=rules.methods(account),
            signed_in_at=uow.at,
            code_hash=hash_of(code),
            password_serial=account.password_serial,
            device=device.read(http.headers.get("User-Agent", "")),
        )
        actions.begin(uow, session)

    def query_authorization_code(self, code: str, client: KnownClient) -> SignedIn | None:
        session = actions.redeem(self.server.uow, code, client_id=client.client.client_id)
        return SignedIn(session) if session else None

    def authenticate_user(self, authorization_code: SignedIn) -> SignedIn | None:
        return self.server.with_account(authorization_code.session)

    def delete_authorization_code(self, authorization_code: SignedIn) -> None:
        """Nothing: it is used up already."""


class RefreshGrant(authlib_grants.RefreshTokenGrant):  # type: ignore[misc]
    """The refresh token: a new one each time. One that comes again ends the session, which Authlib leaves to us."""

    TOKEN_ENDPOINT_AUTH_METHODS = (PUBLIC_METHOD,)
    INCLUDE_NEW_REFRESH_TOKEN = True

    server: "OidcProvider"

    def authenticate_refresh_token(self, refresh_token: str) -> SignedIn | None:
        session = actions.present(self.server.uow, refresh_token, client_id=self.client.client.client_id)
        return SignedIn(session) if session else None

    def authenticate_user(self, refresh_token: SignedIn) -> SignedIn | None:
        return self.server.with_account(refresh_token.session)

    def revoke_old_credential(self, refresh_token: SignedIn) -> None:
        """Nothing: the new one has taken its place already."""


class MachineGrant(authlib_grants.ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = (MACHINE_METHOD,)


class CounterGrant(authlib_grants.BaseGrant, authlib_grants.TokenEndpointMixin):  # type: ignore[misc]
    """The ticket of a visit for an access token (RFC 8693): the agent acts for the person who is present. No refresh
    token: the ticket is good for another while the visit and the agent's session last."""

    GRANT_TYPE = TOKEN_EXCHANGE
    TOKEN_ENDPOINT_AUTH_METHODS = (PUBLIC_METHOD,)

    server: "OidcProvider"

    def validate_token_request(self) -> None:
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError
        sent = self.request.payload.data
        if sent.get("subject_token_type") != VISIT_TICKET:
            raise InvalidRequestError("The subject_token_type is not supported.")
        uow, client_id = self.server.uow, client.client.client_id
        visit = counter.of_ticket(uow, sent.get("subject_token") or "")
        account = actions.agent_of(uow, visit, client_id=client_id) if visit else None
        if visit is None or account is None:
            raise InvalidGrantError("The visit is over.")
        asked = (sent.get("scope") or "").split()
        self._scope = rules.granted_at_counter(asked, client=client.client, account=account, fund=uow.fund)
        if not self._scope:
            raise InvalidScopeError
        self._client, self._visit = client.client, visit

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        issuer, uow = self.server.token_issuer(), self.server.uow
        answer = {
            "token_type": "Bearer",
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "access_token": issuer.counter_token(self._client, self._visit, scope=self._scope, token_id=uow.new_id()),
            "expires_in": int(rules.ACCESS_LIFE.total_seconds()),
            "scope": " ".join(self._scope),
        }
        return 200, answer, self.TOKEN_RESPONSE_HEADER


class Assertion(JWTBearerClientAssertion):  # type: ignore[misc]
    """A machine's own signature (RFC 7523): ES256, short-lived, for this fund, once."""

    CLIENT_AUTH_METHOD = MACHINE_METHOD

    def __init__(self, server: "OidcProvider") -> None:
        super().__init__()
        self.server = server

    def resolve_client_public_key(self, client: KnownClient) -> ECKey:
        if client.client.jwk is None:
            raise InvalidClientError(description="The client has no key.")
        return ECKey.import_key(dict(client.client.jwk))

    def process_assertion_claims(self, assertion: str, resolve_key: ECKey) -> dict[str, Any]:
        """Authlib leaves the algorithm open and repeats what the assertion says in errors: here neither."""
        try:
            claims = jwt.decode(assertion, resolve_key, algorithms=ALGORITHMS).claims
            self._registry().validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as wrong:
            raise InvalidClientError(description="The assertion does not hold.") from wrong
        lives_s = claims["exp"] - self.server.uow.at.timestamp()
        if http.form.get("client_id", claims["sub"]) not in {"", claims["sub"]}:
            raise InvalidClientError(description="The client_id is not the subject of the assertion.")
        if claims["iss"] != claims["sub"] or lives_s > ASSERTION_LIFE_MAX_S:
            raise InvalidClientError(description="The assertion does not hold.")
        if not self._is_first_use(claims):
            raise InvalidClientError(description="The assertion was used before.")
        return dict(claims)

    def _registry(self) -> jwt.JWTClaimsRegistry:
        issuer = self.server.issuer
        return jwt.JWTClaimsRegistry(
            now=int(self.server.uow.at.timestamp()),
            leeway=CLOCK_SKEW_S,
            iss={"essential": True},
            sub={"essential": True},
            aud={"essential": True, "values": [issuer, f"{issuer}/token"]},
            exp={"essential": True},
            jti={"essential": True},
        )

    def _is_first_use(self, claims: Mapping[str, Any]) -> bool:
        return is_first_use(
            self.server.uow,
            client_id=claims["sub"],
            assertion_id=str(claims["jti"]),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    """A refresh token is given back (RFC 7009), and the session ends with it. Access tokens end by themselves."""

    CLIENT_AUTH_METHODS = (PUBLIC_METHOD,)
    SUPPORTED_TOKEN_TYPES = ("refresh_token",)

    server: "OidcProvider"

    def query_token(self, token_string: str, token_type_hint: str | None) -> SignedIn | None:
        session = actions.of_refresh_token(self.server.uow, token_string)
        return SignedIn(session) if session else None

    def revoke_token(self, token: SignedIn, request: Any) -> None:
        actions.end(self.server.uow, token.session, why=SessionEnd.REVOKED)


class PublicRequest(FlaskOAuth2Request):  # type: ignore[misc]
    """A request by its public address: behind a proxy that ends TLS, Flask would take it for an insecure one."""

    def __init__(self, address: str) -> None:
        OAuth2Request.__init__(self, http.method, address + http.full_path, headers=http.headers)
        self.payload = FlaskOAuth2Payload(http)
        self._request = http


class OidcProvider(AuthorizationServer):  # type: ignore[misc]
    """The authorization server of one fund within one unit of work."""

    def __init__(self, uow: UnitOfWork, provider_config: ProviderConfig) -> None:
        super().__init__()
        self.uow, self.provider_config = uow, provider_config
        self.issuer = provider_config.issuer(uow.fund.fund_id)
        self.register_client_auth_method(MACHINE_METHOD, Assertion(self))
        self.register_grant(CodeGrant, [S256Only(required=True)])
        self.register_grant(RefreshGrant)
        self.register_grant(MachineGrant)
        self.register_grant(CounterGrant)
        self.register_endpoint(Revocation)
        self.register_token_generator("default", self._tokens)

    def create_oauth2_request(self, request: Any) -> PublicRequest:
        return PublicRequest(self.provider_config.address)

    def handle_error_response(self, request: Any, error: OAuth2Error) -> Response:
        """A client that used an `Authorization` header gets a `WWW-Authenticate` challenge (RFC 6749, 5.2)."""
        made: Response = super().handle_error_response(request, error)
        tried = http.headers.get("Authorization", "").partition(" ")[0].lower()
        if isinstance(error, InvalidClientError) and tried:
            made.status_code = 401
            scheme = "Bearer" if tried == "bearer" else "Basic"
            made.headers["WWW-Authenticate"] = f'{scheme} realm="{self.issuer}", error="invalid_client"'
        return made

    def query_client(self, client_id: str) -> KnownClient | None:
        client = self.provider_config.clients.get(client_id)
        return KnownClient(client) if client and self.uow.fund.fund_id in client.fund_ids else None

    def get_authorization_grant(self, request: Any) -> Any:
        if request.payload.response_type == "code":
            return super().get_authorization_grant(request)
        client = self.query_client(request.payload.client_id or "")
        redirect_uri = request.payload.redirect_uri
        is_known = client is not None and client.check_redirect_uri(redirect_uri)
        raise NotAuthorizationCode(redirect_uri=redirect_uri if is_known else None)

    def get_token_grant(self, request: Any) -> Any:
        if request.payload.grant_type not in GRANT_TYPES:
            raise UnknownGrantType
        return super().get_token_grant(request)

    def create_token_response(self, request: Any = None) -> Response:
        try:
            made: Response = super().create_token_response(request)
        except OAuth2Error as error:
            made = self.handle_error_response(None, error)
        return made

    def create_revocation_response(self) -> Response:
        made: Response = self.create_endpoint_response(Revocation.ENDPOINT_NAME)
        return made

    def token_issuer(self) -> TokenIssuer:
        return TokenIssuer(self.provider_config.keys, self.issuer, self.uow.fund.fund_id, self.uow.at)

    def with_account(self, session: Session) -> SignedIn | None:
        account = actions.account_of(self.uow, session)
        return SignedIn(session, account) if account else None

    def save_token(self, token: Mapping[str, Any], request: Any) -> None:
        """Nothing: what is kept of a token was kept when it was made."""

    def _tokens(
        self,
        grant_type: str,
        client: KnownClient,
        user: SignedIn | None = None,
        scope: str | None = None,
        expires_in: int | None = None,
        include_refresh_token: bool = True,
    ) -> dict[str, Any]:
        """The answer to a good token request. Authlib's own generator would let tokens live for ten days."""
        asked = (scope or "").split()
        if user is None and not asked:
            asked = list(client.client.scopes)
        account = user.account if user else None
        granted = rules.granted(asked, client=client.client, account=account, fund=self.uow.fund)
        if user is None and not granted:
            raise InvalidScopeError
        token_issuer = self.token_issuer()
        access_token = token_issuer.access_token(
            client.client,
            scope=granted,
            token_id=self.uow.new_id(),
            session=user.session if user else None,
            account=account,
            delegated=delegations.in_force_for(self.uow, account) if account else None,
        )
        answer = {
            "token_type": "Bearer",
            "access_token": access_token,
            "expires_in": int(rules.ACCESS_LIFE.total_seconds()),
            "scope": " ".join(granted),
        }
        if user is not None:
            _, answer["refresh_token"] = actions.rotate(self.uow, user.session)
            if rules.OPENID in granted and grant_type == CodeGrant.GRANT_TYPE:
                answer["id_token"] = token_issuer.id_token(client.client, user.session, access_token=access_token)
        return answer
