"""A client: a program through which people sign in, or a machine that signs in by itself. Clients are data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.kernel.actors import ActorKind


class ClientKind(StrEnum):
    """A public client runs where others can read it and keeps no secret; a machine signs with its own key."""

    PUBLIC = "public"
    MACHINE = "machine"


class SigningAlgorithm(StrEnum):
    """How an id token may be signed (RFC 7518, 3.1)."""

    ES256 = "ES256"
    RS256 = "RS256"


@dataclass(frozen=True, kw_only=True)
class Client:
    """What the platform knows of a client. Redirect addresses are compared letter by letter.

    `scopes` is the most that its tokens may say, `audiences` are the services that they are for, `actors` the kinds of
    people who sign in through a public client, `jwk` the public key of a machine (RFC 7517).
    `id_token_signed_response_alg` is as in OpenID Connect Dynamic Client Registration.
    """

    client_id: str
    kind: ClientKind
    fund_ids: tuple[str, ...]
    audiences: tuple[str, ...]
    scopes: tuple[str, ...]
    actors: tuple[ActorKind, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    logout_uris: tuple[str, ...] = ()
    jwk: Mapping[str, str] | None = None
    id_token_signed_response_alg: SigningAlgorithm = SigningAlgorithm.ES256

    def __post_init__(self) -> None:
        if self.kind is ClientKind.PUBLIC and not (self.actors and self.redirect_uris):
            raise ValueError("a public client names its actors and redirect_uris")
        if self.kind is ClientKind.MACHINE and (self.jwk is None or "d" in self.jwk):
            raise ValueError("a machine has a public jwk, without the private part")
        if not (self.fund_ids and self.audiences):
            raise ValueError("a client names its fund_ids and audiences")
