"""What tokens say: access tokens (RFC 9068) for the services, id tokens (OpenID Connect) for the client."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oidc.core.grants.util import create_half_hash

from services.identity.accounts.account import Account
from services.identity.counter.visit import Visit
from services.identity.signin import rules
from services.identity.signin.client import Client
from services.identity.signin.keys import SigningKeys
from services.identity.signin.session import Session
from shared.http.callers import ALGORITHMS, TOKEN_TYPE
from shared.kernel.actors import ActorKind, Delegated, claim_of_delegations

ID_TOKEN_TYPE = "JWT"  # noqa: S105


@dataclass(frozen=True)
class TokenIssuer:
    """Makes the tokens of one fund at one instant."""

    keys: SigningKeys
    issuer: str
    fund_id: str
    at: datetime

    def access_token(
        self,
        client: Client,
        *,
        scope: Iterable[str],
        token_id: str,
        session: Session | None = None,
        account: Account | None = None,
        delegated: Mapping[str, Delegated] | None = None,
    ) -> str:
        """For a person who signed in, or for the machine itself. `delegated` is what employers let an accountant do."""
        claims: dict[str, Any] = {
            **self._times(),
            "aud": list(client.audiences),
            "sub": account.account_id if account else client.client_id,
            "client_id": client.client_id,
            "jti": token_id,
            "fund": self.fund_id,
            "actor": (account.kind if account else ActorKind.CLIENT).value,
            "scope": " ".join(scope),
        }
        if account and account.person_ref:
            claims["person_ref"] = account.person_ref
        if account and account.employer_ids:
            claims["employers"] = list(account.employer_ids)
        if delegated:
            claims["delegations"] = claim_of_delegations(delegated)
        if session:
            claims |= _proof(session)
        return self.keys.sign(claims, typ=TOKEN_TYPE)

    def counter_token(self, client: Client, visit: Visit, *, scope: Iterable[str], token_id: str) -> str:
        """For an agent who acts for a person present at a counter (RFC 8693, 4.1): the person's, and whose hand it
        is."""
        claims: dict[str, Any] = {
            **self._times(),
            "aud": list(client.audiences),
            "sub": visit.person_ref,
            "client_id": client.client_id,
            "jti": token_id,
            "fund": self.fund_id,
            "actor": ActorKind.PERSON.value,
            "scope": " ".join(scope),
            "person_ref": visit.person_ref,
            "act": {"sub": visit.agent_id},
            "visit": visit.visit_id,
        }
        return self.keys.sign(claims, typ=TOKEN_TYPE)

    def id_token(self, client: Client, session: Session, *, access_token: str) -> str:
        """For the client: who signed in, when and how. No service takes it for an access token."""
        claims: dict[str, Any] = {
            **self._times(),
            **_proof(session),
            "aud": client.client_id,
            "sub": session.account_id,
            "at_hash": create_half_hash(access_token, ALGORITHMS[0]).decode(),
        }
        if session.nonce:
            claims["nonce"] = session.nonce
        return self.keys.sign(claims, typ=ID_TOKEN_TYPE, algorithm=client.id_token_signed_response_alg)

    def _times(self) -> dict[str, Any]:
        return {
            "iss": self.issuer,
            "iat": int(self.at.timestamp()),
            "exp": int((self.at + rules.ACCESS_LIFE).timestamp()),
        }


def _proof(session: Session) -> dict[str, Any]:
    return {
        "sid": session.session_id,
        "auth_time": int(session.signed_in_at.timestamp()),
        "acr": rules.authentication_class(session),
        "amr": list(session.methods),
    }
