"""What may happen to a session, and what its tokens may say."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.identity.accounts.account import Account, Status
from services.identity.signin import rules
from services.identity.signin.client import Client, ClientKind
from services.identity.signin.session import Session, SessionEnd
from shared.kernel.actors import ActorKind
from tests.kit.clock import AT
from tests.kit.contexts import funds
from tests.kit.roles import Role

SESSION = Session(
    session_id="s1",
    account_id="a1",
    client_id="portal",
    redirect_uri="https://portal.test/callback",
    scope=("openid",),
    challenge="c",
    nonce="n",
    methods=("pwd",),
    signed_in_at=AT,
    code_hash="code",
)
RUNNING = replace(SESSION, code_used_at=AT, refresh_hashes=("r1", "r2"))
OVER = replace(RUNNING, ended_at=AT, ended_for=SessionEnd.SIGNED_OUT)


FUND = funds()["dz-cnas"]


def account(role: Role = Role.PERSON) -> Account:
    return Account(
        account_id="a1",
        known_by="k",
        role=role,
        status=Status.ACTIVE,
        password_hash="h",
        second_factor="S" if role.has_second_factor else None,
    )


def client(*scopes: str, **facts: Any) -> Client:
    return Client(
        **{
            "client_id": "portal",
            "kind": ClientKind.PUBLIC,
            "fund_ids": ("dz-cnas",),
            "audiences": ("claims",),
            "scopes": scopes,
            "actors": (ActorKind.PERSON,),
            "redirect_uris": ("https://portal.test/callback",),
            **facts,
        }
    )


# --- scopes


@pytest.mark.parametrize(
    ("asked", "allowed", "role", "granted"),
    [
        ("openid claims:read", "claims:read", Role.PERSON, "claims:read openid"),
        ("openid profile", "", Role.PERSON, "openid profile"),
        ("", "claims:read", Role.PERSON, ""),
        ("claims:read cards:read", "claims:read", Role.PERSON, "claims:read"),
        ("claims:decide", "claims:decide", Role.PERSON, ""),
        ("claims:decide", "claims:decide", Role.AGENT, "claims:decide"),
        ("operations:act", "operations:act", Role.AGENT, ""),
        ("operations:act", "operations:act", Role.OPERATOR, "operations:act"),
        ("declarations:file bank:report", "declarations:file bank:report", Role.EMPLOYER, "declarations:file"),
    ],
)
def test_a_scope_is_what_was_asked_and_the_client_and_the_role_may_have(
    asked: str, allowed: str, role: Role, granted: str
) -> None:
    found = rules.granted(asked.split(), client=client(*allowed.split()), account=account(role), fund=FUND)
    assert " ".join(found) == granted


def test_a_machine_has_what_its_client_has_and_is_nobody_who_signed_in() -> None:
    bank = client("bank:read")
    assert rules.granted(["bank:read", "openid", "claims:read"], client=bank, account=None, fund=FUND) == ("bank:read",)


# --- the code


@pytest.mark.parametrize(
    ("session", "code_hash", "client_id", "seconds", "is_redeemed"),
    [
        (SESSION, "code", "portal", 0, True),
        (SESSION, "code", "portal", 59, True),
        (SESSION, "code", "portal", 60, False),
        (SESSION, "other", "portal", 0, False),
        (SESSION, "code", "backoffice", 0, False),
        (replace(SESSION, ended_at=AT), "code", "portal", 0, False),
    ],
)
def test_a_code_begins_its_session_in_time_and_for_its_client(
    session: Session, code_hash: str, client_id: str, seconds: int, is_redeemed: bool
) -> None:
    at = AT + timedelta(seconds=seconds)
    found = rules.redeem(session, code_hash=code_hash, client_id=client_id, at=at)
    assert (found is not None) is is_redeemed
    if found is not None:
        assert found.code_used_at == at and found.ended_at is None


def test_a_code_that_comes_again_ends_the_session_however_late() -> None:
    replayed = rules.redeem(RUNNING, code_hash="code", client_id="portal", at=AT + timedelta(hours=3))
    assert replayed is not None and replayed.ended_for is SessionEnd.CODE_REPLAYED
    assert rules.redeem(RUNNING, code_hash="code", client_id="backoffice", at=AT) is None


# --- refresh tokens


@pytest.mark.parametrize(
    ("session", "refresh_hash", "client_id", "hours", "outcome"),
    [
        (RUNNING, "r2", "portal", 1, "in force"),
        (RUNNING, "r2", "portal", 12, None),
        (RUNNING, "r2", "backoffice", 1, None),
        (RUNNING, "r1", "portal", 1, SessionEnd.REFRESH_REUSED),
        (RUNNING, "r1", "backoffice", 1, None),
        (RUNNING, "r0", "portal", 1, None),
        (SESSION, "r2", "portal", 1, None),
        (OVER, "r2", "portal", 1, None),
        (replace(RUNNING, refresh_hashes=tuple(f"r{n}" for n in range(200))), "r199", "portal", 1, None),
    ],
)
def test_only_the_last_refresh_token_is_in_force(
    session: Session, refresh_hash: str, client_id: str, hours: int, outcome: object
) -> None:
    shown = rules.present(session, refresh_hash=refresh_hash, client_id=client_id, at=AT + timedelta(hours=hours))
    found = None if shown is None else (shown.ended_for or "in force")
    assert found == outcome


def test_a_new_refresh_token_takes_the_place_of_the_last() -> None:
    rotated = rules.rotate(RUNNING, refresh_hash="r3", at=AT)
    assert (rotated.refresh_hashes, rotated.used_at) == (("r1", "r2", "r3"), AT)


def test_a_session_ends_once_and_keeps_the_first_reason() -> None:
    ended = rules.end(RUNNING, why=SessionEnd.REVOKED, at=AT)
    assert (ended.ended_at, ended.ended_for) == (AT, SessionEnd.REVOKED)
    assert rules.end(OVER, why=SessionEnd.REVOKED, at=AT) == OVER


@pytest.mark.parametrize(
    ("role", "methods", "profile"),
    [(Role.PERSON, ("pwd",), "sfa"), (Role.EMPLOYER, ("pwd",), "sfa"), (Role.AGENT, ("pwd", "otp", "mfa"), "mfa")],
)
def test_how_somebody_was_proved(role: Role, methods: tuple[str, ...], profile: str) -> None:
    assert rules.methods(account(role)) == methods
    assert rules.authentication_class(replace(SESSION, methods=methods)).endswith(profile)


@pytest.mark.parametrize(("began_with", "has", "holds"), [(0, 0, True), (0, 1, False), (1, 1, True), (2, 1, False)])
def test_a_session_holds_as_long_as_the_password_that_it_began_with(began_with: int, has: int, holds: bool) -> None:
    session = replace(RUNNING, password_serial=began_with)
    owner = replace(account(), password_serial=has)
    assert rules.is_of_todays_password(session, owner) is holds
    assert rules.is_of_todays_password(rules.hold_on(session, owner), owner)


# --- clients


@pytest.mark.parametrize(
    "wrong",
    [
        {"actors": ()},
        {"redirect_uris": ()},
        {"fund_ids": ()},
        {"audiences": ()},
        {"kind": ClientKind.MACHINE},
        {"kind": ClientKind.MACHINE, "jwk": {"kty": "EC", "d": "private"}},
    ],
)
def test_a_client_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"client|machine"):
        client("claims:read", **wrong)
