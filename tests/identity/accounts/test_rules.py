"""Who may have an account, and when a link opens it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.identity.accounts import rules
from services.identity.accounts.account import Account, Link, Status
from services.identity.register.person import Contact, Person
from shared.events.identity import AccountActivated, ActivationRequested
from shared.funds.fund import Fund
from shared.funds.messages import Channel
from shared.kernel.partial_date import PartialDate
from shared.kernel.personal import Encrypted
from tests.identity.accounts.builders import AMIRA, FACTS, PENDING, ask_recovery
from tests.identity.builders import AMIRA_NIN, AMIRA_NSS
from tests.kit.clock import AT
from tests.kit.contexts import DZ, TN, funds

# --- applying


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"national_id": "12"}, rules.NationalIdMalformed),
        ({"insurance_number": "90000000000x"}, rules.InsuranceNumberMalformed),
    ],
)
def test_facts_are_of_the_funds_form(change: dict[str, Any], error: type[Exception]) -> None:
    sent = {
        "national_id": AMIRA_NIN,
        "insurance_number": AMIRA_NSS,
        "birth_on": PartialDate("1990-04-25"),
        "email": "a@b.dz",
    }
    assert rules.read_facts(**{**sent, "national_id": f" {AMIRA_NIN} "}, fund=funds()[DZ]).national_id == AMIRA_NIN
    with pytest.raises(error):
        rules.read_facts(**{**sent, **change}, fund=funds()[DZ])
    with pytest.raises(rules.NationalIdMalformed):
        rules.read_facts(**sent, fund=funds()[TN])


@pytest.mark.parametrize(
    ("change", "are_true"),
    [
        ({}, True),
        ({"email": "somebody@else.example"}, True),
        ({"birth_on": PartialDate("1990-04-26")}, False),
        ({"insurance_number": "900000000009"}, False),
        ({"national_id": "109900000000000009"}, False),
    ],
)
def test_three_facts_make_a_person(change: dict[str, Any], are_true: bool) -> None:
    assert rules.are_true(replace(FACTS, **change), AMIRA) is are_true
    assert not rules.are_true(replace(FACTS, **change), None)


@pytest.mark.parametrize(
    ("published", "known", "are_true"),
    [
        ("1950-01-01", "1950", True),
        ("1950-07-14", "1950", True),
        ("1950", "1950", True),
        ("1951-01-01", "1950", False),
        ("1950", "1950-07-14", False),
        ("1950-07-01", "1950-07", True),
        ("1950-08-01", "1950-07", False),
    ],
)
def test_w01_of_a_birth_that_the_register_knows_in_part_that_part_is_enough(
    published: str, known: str, are_true: bool
) -> None:
    person = replace(AMIRA, civil=replace(AMIRA.civil, birth_on=PartialDate(known)))
    assert rules.are_true(replace(FACTS, birth_on=PartialDate(published)), person) is are_true


def ask(known: Account | None = None, *, person: Person = AMIRA, **more: Any) -> Any:
    return rules.ask(
        known,
        **{
            "person": person,
            "fund": funds()[DZ],
            "account_id": "a9",
            "password_hash": "new",
            "token_hash": "t9",
            "link": Encrypted("sealed"),
            "at": AT,
            **more,
        },
    )


def test_asking_makes_a_pending_account_and_a_link() -> None:
    asked = ask()
    assert (asked.thing.account_id, asked.thing.status) == ("a9", Status.PENDING)
    (published,) = asked.events
    assert isinstance(published, ActivationRequested)
    assert (published.expires_at, published.language) == (AT + timedelta(hours=24), "ar")


def test_asking_again_voids_the_link_and_replaces_the_password_of_the_same_account() -> None:
    again = ask(PENDING).thing
    assert (again.account_id, again.version) == ("a1", 1)
    assert (again.activation.token_hash, again.password_hash) == ("t9", "new")


def test_an_active_account_stays_as_it_is() -> None:
    assert ask(replace(PENDING, status=Status.ACTIVE)) is None


WITHOUT_SMS = replace(funds()[DZ], channels=(Channel.INBOX, Channel.EMAIL))


@pytest.mark.parametrize(
    ("contact", "fund", "is_sent"),
    [
        (Contact(mobile="+213550123456"), funds()[DZ], True),
        (Contact(mobile="+213550123456"), WITHOUT_SMS, False),
        (Contact(mobile="+21321123456"), funds()[DZ], False),  # a line that takes no SMS
        (Contact(email="amira.b@example.dz"), WITHOUT_SMS, True),
        (Contact(), funds()[DZ], False),
    ],
)
def test_a_link_is_sent_where_the_fund_can_reach_the_person(contact: Contact, fund: Fund, is_sent: bool) -> None:
    person = replace(AMIRA, contact=contact)
    assert (ask(person=person, fund=fund) is not None) is is_sent
    assert (ask_recovery(person=person, fund=fund) is not None) is is_sent


def test_i01_no_link_to_an_address_of_an_older_register_that_no_mail_reaches() -> None:
    assert ask(person=replace(AMIRA, contact=Contact(email="hédi@example.tn"))) is None
    assert ask(person=replace(AMIRA, contact=Contact(email="\u200bamira.b@example.dz"))) is not None


@pytest.mark.parametrize(("asked", "is_sent"), [(4, True), (5, False)])
def test_a_mailbox_gets_five_links_a_day(asked: int, is_sent: bool) -> None:
    known = replace(PENDING, asked_at=(AT - timedelta(hours=1),) * asked)
    assert (ask(known) is not None) is is_sent
    assert ask(known, at=AT + timedelta(hours=23, minutes=1)) is not None


# --- activating


def test_a_link_followed_in_time_opens_the_account() -> None:
    active = rules.activate(PENDING, is_password_right=True, is_password_personal=False, at=AT + timedelta(hours=23))
    assert active.thing.status is Status.ACTIVE
    assert isinstance(active.events[0], AccountActivated)


@pytest.mark.parametrize(
    ("change", "is_password_right", "is_password_personal", "hours", "error"),
    [
        ({"activation": None}, True, False, 0, rules.ActivationUnknown),
        ({"activation": Link(token_hash="t1", expires_at=AT, used_at=AT)}, True, False, 0, rules.ActivationUsed),
        ({}, True, False, 24, rules.ActivationExpired),
        ({}, False, True, 1, rules.PasswordDiffers),
        ({}, True, True, 1, rules.ActivationPasswordPersonal),
    ],
)
def test_a_link_that_does_not_open(
    change: dict[str, Any], is_password_right: bool, is_password_personal: bool, hours: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        rules.activate(
            replace(PENDING, **change),
            is_password_right=is_password_right,
            is_password_personal=is_password_personal,
            at=AT + timedelta(hours=hours),
        )


# --- given up


@pytest.mark.parametrize(
    ("status", "days", "is_given_up"),
    [(Status.PENDING, 30, False), (Status.PENDING, 31, True), (Status.ACTIVE, 400, False)],
)
def test_an_account_that_nobody_opened_is_given_up_in_the_end(status: Status, days: int, is_given_up: bool) -> None:
    account = replace(PENDING, status=status)
    assert rules.is_given_up(account, at=AT + timedelta(days=days)) is is_given_up
