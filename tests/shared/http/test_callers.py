"""Keys that identity publishes, seen from a service: kept for a while, asked for again in time, dropped when gone."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.local.programs import HOST
from shared.http.callers import (
    ALGORITHMS,
    FIRST_KEYS_WAIT_S,
    KEYS_ASKED_AGAIN_S,
    KEYS_BYTES_MAX,
    KEYS_FRESH_S,
    KEYS_MISSED_AGAIN_S,
    KEYS_TIMEOUT_S,
    KeysFromUrl,
    KeysUnavailable,
    TokenInvalid,
    Verifier,
)
from shared.storage.service_context import now
from tests.kit.contexts import DZ
from tests.kit.endless import endless

ISSUER = "https://identity.test"
OLD, NEW, STRANGER = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("old", "new", "stranger"))


class Identity:
    """Stands where identity stands: answers with the keys that it has now, or not at all."""

    def __init__(self) -> None:
        self.keys: list[ECKey] = [OLD]
        self.asked, self.is_up = 0, True
        self.instead: bytes | None = None
        self.was_asked, self.goes_on = threading.Event(), threading.Event()
        self.goes_on.set()

    def __call__(self, environ: Any, start: Any) -> list[bytes]:
        self.asked += 1
        self.was_asked.set()
        self.goes_on.wait(10)
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

    def request(self, token: str) -> bool:
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
    assert service.request(before)
    identity.keys = [OLD, NEW]  # added at the end: nobody signs with it yet
    service.seconds += KEYS_FRESH_S + 1
    assert service.request(before) and service.request(after)
    identity.keys = [NEW, OLD]  # moved to the front: it signs from now on
    service.seconds += KEYS_FRESH_S + 1
    assert service.request(before) and service.request(after)
    identity.keys = [NEW]
    assert service.request(before), "for as long as the keys are kept"
    service.seconds += KEYS_FRESH_S + 1
    assert not service.request(before) and service.request(after)


def test_a_key_that_came_in_haste_is_asked_for_at_the_first_token_of_it(identity: Identity, service: Service) -> None:
    assert service.request(token(OLD))
    identity.keys = [NEW]
    service.seconds += KEYS_ASKED_AGAIN_S + 1
    assert service.request(token(NEW))
    assert identity.asked == 2


def test_a_removed_key_opens_nothing_more_though_its_token_was_read_before(
    identity: Identity, service: Service
) -> None:
    stolen = token(OLD, exp=int(now().timestamp()) + 10**8)
    assert service.request(stolen) and service.request(stolen)
    identity.keys = [NEW]
    service.seconds += KEYS_FRESH_S + 1
    assert not service.request(stolen)
    assert not service.request(stolen)


def test_unknown_keys_make_a_service_ask_seldom(identity: Identity, service: Service) -> None:
    assert service.request(token(OLD))
    for _ in range(30):
        assert not service.request(token(STRANGER))
    assert identity.asked == 1, "just asked"
    service.seconds += KEYS_ASKED_AGAIN_S + 1
    for _ in range(30):
        assert not service.request(token(STRANGER))
    assert identity.asked == 2


def test_a_token_that_was_read_is_not_read_again_while_the_keys_are_the_same(
    identity: Identity, service: Service
) -> None:
    again = token(OLD)
    assert all(service.request(again) for _ in range(5))
    assert identity.asked == 1


def test_while_identity_is_down_its_keys_are_kept(identity: Identity, service: Service) -> None:
    assert service.request(token(OLD))
    identity.is_up = False
    service.seconds += 10 * KEYS_FRESH_S
    assert service.request(token(OLD)) and not service.request(token(STRANGER))
    identity.is_up, identity.keys = True, [NEW]
    service.seconds += KEYS_FRESH_S + 1
    assert service.request(token(NEW)) and not service.request(token(OLD))


def test_keys_that_were_never_seen_are_not_made_up(identity: Identity, service: Service) -> None:
    identity.is_up = False
    with pytest.raises(KeysUnavailable):
        service.request(token(OLD))


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
        service.request(token(OLD))
    identity.instead = None
    service.seconds += KEYS_FRESH_S + 1
    assert service.request(token(OLD))
    identity.instead = body
    service.seconds += KEYS_FRESH_S + 1
    assert service.request(token(OLD))


def test_who_answers_without_end_in_identity_s_place_gives_no_keys() -> None:
    with endless() as source:
        with pytest.raises(KeysUnavailable):
            Service(source.url).request(token(OLD))
        assert source.was_left.wait(10)


@contextmanager
def hanging(identity: Identity, ask: Callable[[], object]) -> Iterator[None]:
    """While identity has taken somebody's question and does not answer."""
    identity.was_asked.clear()
    identity.goes_on.clear()
    first = threading.Thread(target=ask)
    first.start()
    assert identity.was_asked.wait(5)
    try:
        yield
    finally:
        identity.goes_on.set()
        first.join(5)


def test_h5_while_identity_hangs_one_asks_and_the_others_go_on(identity: Identity, service: Service) -> None:
    assert service.request(token(OLD))
    service.seconds += KEYS_ASKED_AGAIN_S + 1
    with hanging(identity, lambda: service.request(token(STRANGER))):
        began_s = time.monotonic()
        assert all(service.request(token(OLD, sub=f"p{number}")) for number in range(20))
        assert not service.request(token(NEW))
        assert time.monotonic() - began_s < 1
    assert identity.asked == 2


def test_h5_old_keys_do_while_newer_ones_are_fetched(identity: Identity, service: Service) -> None:
    assert service.request(token(OLD))
    service.seconds += KEYS_FRESH_S + 1
    identity.keys = [NEW]
    with hanging(identity, lambda: service.request(token(NEW))):
        assert service.request(token(OLD))
    assert service.request(token(NEW)) and not service.request(token(OLD))
    assert identity.asked == 2


def test_h5_who_comes_before_the_first_keys_waits_a_moment_for_them(identity: Identity, service: Service) -> None:
    with hanging(identity, lambda: service.request(token(OLD))):
        began_s = time.monotonic()
        with pytest.raises(KeysUnavailable):
            service.request(token(OLD))
        assert FIRST_KEYS_WAIT_S * 0.9 < time.monotonic() - began_s < KEYS_TIMEOUT_S
    assert service.request(token(OLD)) and identity.asked == 1


def test_h5_keys_that_could_not_be_had_are_asked_for_again_soon_and_not_by_everyone(
    identity: Identity, service: Service
) -> None:
    identity.is_up = False
    for _ in range(5):
        with pytest.raises(KeysUnavailable):
            service.request(token(OLD))
    assert identity.asked == 1
    identity.is_up = True
    service.seconds += KEYS_MISSED_AGAIN_S + 0.1
    assert service.request(token(OLD))


def test_h5_a_key_that_was_looked_for_in_vain_is_not_looked_for_again(identity: Identity, service: Service) -> None:
    assert service.request(token(OLD))
    for _ in range(5):
        service.seconds += KEYS_ASKED_AGAIN_S + 1
        assert not service.request(token(STRANGER))
    assert identity.asked == 2
    identity.keys = [OLD, STRANGER]
    service.seconds += KEYS_FRESH_S + 1
    assert service.request(token(STRANGER)), "it is there by now"


def test_h5_a_forged_signature_under_a_known_key_makes_nobody_ask(identity: Identity, service: Service) -> None:
    assert service.request(token(OLD))
    service.seconds += KEYS_ASKED_AGAIN_S + 1
    assert not service.request(token(ECKey.generate_key("P-256", {"kid": OLD.kid})))
    assert not service.request("junk") and not service.request("a.b.c") and not service.request("é.é.é")
    assert identity.asked == 1


def test_h5_each_made_up_key_is_looked_for_once(identity: Identity, service: Service) -> None:
    names = [f"k{number}" for number in range(5)] + ["k" * 5_000]
    assert service.request(token(OLD))
    for name in names:
        service.seconds += KEYS_ASKED_AGAIN_S + 1
        assert not service.request(token(ECKey.generate_key("P-256", {"kid": name})))
    assert identity.asked == len(names), "and a name of such a length is none"
