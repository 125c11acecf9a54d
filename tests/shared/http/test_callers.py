"""Keys that identity publishes, seen from a service: kept for a while, asked for again in time, dropped when gone."""

import json
import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.local.programs import HOST
from shared.http.callers import (
    ALGORITHMS,
    KEYS_ASKED_AGAIN_S,
    KEYS_BYTES_MAX,
    KEYS_FRESH_S,
    KeysFromUrl,
    KeysUnavailable,
    TokenInvalid,
    Verifier,
)
from shared.storage.platform import now
from tests.endless import endless
from tests.ground import DZ

ISSUER = "https://identity.test"
OLD, NEW, STRANGER = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("old", "new", "stranger"))


class Identity:
    """Stands where identity stands: answers with the keys that it has now, or not at all."""

    def __init__(self) -> None:
        self.keys: list[ECKey] = [OLD]
        self.asked, self.is_up = 0, True
        self.instead: bytes | None = None

    def __call__(self, environ: Any, start: Any) -> list[bytes]:
        self.asked += 1
        start("200 OK" if self.is_up else "503 Down", [("Content-Type", "application/json")])
        if self.instead is not None:
            return [self.instead]
        return [json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()]


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class Service:
    """A service that reads tokens, and its watch."""

    def __init__(self, url: str) -> None:
        self.seconds = 0.0
        self.verifier = Verifier(KeysFromUrl(url, clock_s=lambda: self.seconds), issuer=ISSUER, audience="claims")

    def takes(self, token: str) -> bool:
        try:
            self.verifier.actor(f"Bearer {token}", fund_id=DZ, at=now())
        except TokenInvalid:
            return False
        return True


@pytest.fixture
def identity() -> Identity:
    return Identity()


@pytest.fixture
def service(identity: Identity) -> Iterator[Service]:
    server = make_server(HOST, 0, identity, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield Service(f"http://{HOST}:{server.server_port}/jwks.json")
    server.shutdown()
    server.server_close()


def token(key: ECKey, **claims: Any) -> str:
    at = int(now().timestamp())
    body = {
        "iss": f"{ISSUER}/v1/{DZ}",
        "aud": ["claims"],
        "sub": "someone",
        "iat": at,
        "exp": at + 3_600,
        "fund": DZ,
        "actor": "client",
        **claims,
    }
    return jwt.encode({"alg": ALGORITHMS[0], "typ": "at+jwt", "kid": key.kid}, body, key)


def test_old_and_new_keys_hold_side_by_side_at_every_step_of_a_rotation(identity: Identity, service: Service) -> None:
    before, after = token(OLD), token(NEW)
    assert service.takes(before)
    identity.keys = [OLD, NEW]  # added at the end: nobody signs with it yet
    service.seconds += KEYS_FRESH_S + 1
    assert service.takes(before) and service.takes(after)
    identity.keys = [NEW, OLD]  # moved to the front: it signs from now on
    service.seconds += KEYS_FRESH_S + 1
    assert service.takes(before) and service.takes(after)
    identity.keys = [NEW]
    assert service.takes(before), "for as long as the keys are kept"
    service.seconds += KEYS_FRESH_S + 1
    assert not service.takes(before) and service.takes(after)


def test_a_key_that_came_in_haste_is_asked_for_at_the_first_token_of_it(identity: Identity, service: Service) -> None:
    assert service.takes(token(OLD))
    identity.keys = [NEW]
    service.seconds += KEYS_ASKED_AGAIN_S + 1
    assert service.takes(token(NEW))
    assert identity.asked == 2


def test_a_removed_key_opens_nothing_more_though_its_token_was_read_before(
    identity: Identity, service: Service
) -> None:
    stolen = token(OLD, exp=int(now().timestamp()) + 10**8)
    assert service.takes(stolen) and service.takes(stolen)
    identity.keys = [NEW]
    service.seconds += KEYS_FRESH_S + 1
    assert not service.takes(stolen)
    assert not service.takes(stolen)


def test_unknown_keys_make_a_service_ask_seldom(identity: Identity, service: Service) -> None:
    assert service.takes(token(OLD))
    for _ in range(30):
        assert not service.takes(token(STRANGER))
    assert identity.asked == 1, "just asked"
    service.seconds += KEYS_ASKED_AGAIN_S + 1
    for _ in range(30):
        assert not service.takes(token(STRANGER))
    assert identity.asked == 2


def test_a_token_that_was_read_is_not_read_again_while_the_keys_are_the_same(
    identity: Identity, service: Service
) -> None:
    again = token(OLD)
    assert all(service.takes(again) for _ in range(5))
    assert identity.asked == 1


def test_while_identity_is_down_its_keys_are_kept(identity: Identity, service: Service) -> None:
    assert service.takes(token(OLD))
    identity.is_up = False
    service.seconds += 10 * KEYS_FRESH_S
    assert service.takes(token(OLD)) and not service.takes(token(STRANGER))
    identity.is_up, identity.keys = True, [NEW]
    service.seconds += KEYS_FRESH_S + 1
    assert service.takes(token(NEW)) and not service.takes(token(OLD))


def test_keys_that_were_never_seen_are_not_made_up(identity: Identity, service: Service) -> None:
    identity.is_up = False
    with pytest.raises(KeysUnavailable):
        service.takes(token(OLD))


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b"[]", b"7", b'{"keys": 7}', b'{"keys": [7]}', b'{"keys": [{}]}', b'{"keys": [{"kty": "EC"}]}'),
        b"[" * KEYS_BYTES_MAX,
        b" " * KEYS_BYTES_MAX + b'{"keys": []}',
    ],
)
def test_what_holds_no_keys_takes_none_away(identity: Identity, service: Service, body: bytes) -> None:
    identity.instead = body
    with pytest.raises(KeysUnavailable):
        service.takes(token(OLD))
    identity.instead = None
    service.seconds += KEYS_FRESH_S + 1
    assert service.takes(token(OLD))
    identity.instead = body
    service.seconds += KEYS_FRESH_S + 1
    assert service.takes(token(OLD))


def test_who_answers_without_end_in_identity_s_place_gives_no_keys() -> None:
    with endless() as source:
        with pytest.raises(KeysUnavailable):
            Service(source.url).takes(token(OLD))
        assert source.was_left.wait(10)
