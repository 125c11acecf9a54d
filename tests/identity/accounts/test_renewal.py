"""A way back into an account, and another password."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.identity.accounts import renewal, rules
from services.identity.accounts.account import Account, Link
from services.identity.register.person import Contact, Person
from shared.events.identity import PasswordChanged, RecoveryRequested
from tests.identity.accounts.builders import ACTIVE, AMIRA, PENDING, ask_recovery
from tests.kit.clock import AT


def test_u12_another_password_is_another_one() -> None:
    renewal.must_differ("deux chats sur un toit", current="trois chats sur un mur")
    for same in ("été sur un mur", "e\u0301te\u0301 sur un mur"):
        with pytest.raises(renewal.PasswordUnchanged):
            renewal.must_differ(same, current="été sur un mur")


LINKED = replace(ACTIVE, recovery=Link(token_hash="r1", expires_at=AT + timedelta(hours=24)))


def test_asking_for_a_way_back_sends_a_link_and_changes_nothing_else() -> None:
    asked = ask_recovery()
    assert asked.thing == replace(ACTIVE, recovery=asked.thing.recovery, asked_at=(AT,))
    (published,) = asked.events
    assert isinstance(published, RecoveryRequested)
    assert (published.expires_at, published.language) == (AT + timedelta(hours=24), "ar")


@pytest.mark.parametrize(
    ("known", "person"),
    [
        (None, AMIRA),
        (PENDING, AMIRA),
        (replace(ACTIVE, asked_at=(AT - timedelta(hours=1),) * 5), AMIRA),
        (ACTIVE, replace(AMIRA, contact=Contact())),
    ],
    ids=["no account", "one that nobody opened", "five links today", "no address"],
)
def test_no_way_back_is_sent(known: Account | None, person: Person) -> None:
    assert ask_recovery(known, person=person) is None


def test_a_way_back_followed_in_time_brings_a_new_password_and_is_told() -> None:
    found = renewal.recover(LINKED, password_hash="new", at=AT + timedelta(hours=23))
    assert (found.thing.password_hash, found.thing.password_serial) == ("new", LINKED.password_serial + 1)
    assert found.thing.recovery is not None and found.thing.recovery.used_at == AT + timedelta(hours=23)
    (published,) = found.events
    assert isinstance(published, PasswordChanged) and published.person_ref == "pamira"


@pytest.mark.parametrize(
    ("link", "hours", "error"),
    [
        (None, 0, renewal.RecoveryUnknown),
        (Link(token_hash="r1", expires_at=AT + timedelta(hours=24), used_at=AT), 1, renewal.RecoveryUsed),
        (Link(token_hash="r1", expires_at=AT + timedelta(hours=24)), 24, renewal.RecoveryExpired),
    ],
)
def test_a_way_back_that_does_not_open(link: Link | None, hours: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        renewal.recover(replace(ACTIVE, recovery=link), password_hash="new", at=AT + timedelta(hours=hours))


def test_a_changed_password_voids_the_way_back() -> None:
    changed = renewal.change_password(LINKED, password_hash="new", at=AT).thing
    assert (changed.recovery, changed.password_serial) == (None, LINKED.password_serial + 1)


@pytest.mark.parametrize("known", [None, PENDING])
def test_no_reset_of_an_account_that_lets_nobody_in(known: Account | None) -> None:
    with pytest.raises(rules.AccountUnknown):
        renewal.start_reset(known, token_hash="r1", at=AT)
