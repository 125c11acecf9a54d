"""What may happen to a collection: every move, allowed and refused, and every sum."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.payments.collections import debiting, references, rules
from services.payments.collections.collection import (
    DEBITS_MAX,
    MOVES,
    STEPS_MAX,
    Collection,
    CollectionStep,
    Debit,
    Rail,
    Status,
)
from services.payments.collections.moving import moved_to
from services.payments.obligations import rules as owing
from services.payments.obligations.obligation import Obligation, ObligationStatus
from shared.events.payments.collections import CollectionRequested, PaymentDebited, PaymentReversed
from shared.kernel.moves import MoveNotAllowed
from shared.kernel.references import has_valid_check_digits
from tests.kit.clock import AT
from tests.kit.contexts import DZ, TN, funds, with_bank
from tests.payments.obligations.builders import DUE, obligation

DEBIT_ON = date(2026, 2, 16)
DRAWN: dict[str, Any] = {
    "rail": Rail.DIRECT_DEBIT,
    "mandate_id": "m1",
    "debit_on": DEBIT_ON,
    "send_on": date(2026, 2, 15),
}
"""What a direct debit has, and nothing else."""
NOT_DRAWN: dict[str, Any] = {"rail": Rail.CARD, "mandate_id": "", "debit_on": None, "send_on": None}


def collection(status: Status = Status.REQUESTED, **facts: Any) -> Collection:
    """A card collection in a state."""
    moved = (Debit(bank_reference="ent_1", amount_minor=DUE, at=AT, entry_id="e1"),)
    return Collection(
        **{
            "collection_id": "c1",
            "reference": "CT1600000001250CHAOS045",
            "declaration_id": "d1",
            "employer_id": "1600000001",
            "period": "2025",
            "rail": Rail.CARD,
            "amount_minor": DUE,
            "status": status,
            **(DRAWN if status in (Status.PLANNED, Status.IN_FILE, Status.SENT) else {}),
            "steps": (CollectionStep(status=status, at=AT),),
            "debits": moved if status in (Status.DEBITED, Status.REVERSED) else (),
            "reversals": moved if status is Status.REVERSED else (),
            **facts,
        }
    )


def request(owed: Obligation, rail: Rail = Rail.CARD, before: tuple[Collection, ...] = (), **facts: Any) -> Any:
    return rules.request(
        owed, **{"rail": rail, "before": before, "fund": funds()[DZ], "collection_id": "c9", "at": AT, **facts}
    )


def debit(it: Collection, entry: str = "e2", **facts: Any) -> Any:
    return rules.debit(it, **{"bank_reference": entry, "entry_id": entry, "currency": "DZD", "at": AT, **facts})


def reverse(it: Collection, entry: str = "e9", **facts: Any) -> Any:
    whole = {
        "amount_minor": it.debited_minor or 1,
        "reason": "MD06",
        "form": "das",
        "currency": "DZD",
        "at": AT,
        **facts,
    }
    return rules.reverse(it, bank_reference=entry, entry_id=entry, **whole)


@pytest.mark.parametrize("rail", list(Rail))
def test_a_card_is_offered_where_the_fund_s_bank_takes_any(rail: Rail) -> None:
    fund = with_bank(funds()[DZ], takes_cards=False)
    if rail is not Rail.TRANSFER:
        with pytest.raises(rules.RailNotOffered):
            request(obligation(), rail, fund=fund)
    else:
        assert request(obligation(), rail, fund=fund)[1].thing.rail is rail


# --- The table of moves -----------------------------------------------------------------------------------------------

STEPS: dict[Status, Callable[[Collection], Collection]] = {
    Status.PLANNED: lambda it: (
        debiting.take_out(it, at=AT)
        if it.status is Status.IN_FILE
        else debiting.announce(replace(it, **DRAWN), form="das", currency="DZD", at=AT).thing
    ),
    Status.IN_FILE: lambda it: debiting.put_in_file(it, block_id="b1", debit_on=DEBIT_ON, at=AT),
    Status.SENT: lambda it: moved_to(it, Status.SENT, at=AT),
    Status.ANNOUNCED: lambda it: rules.announce(it, checkout_url="https://bank.test/c", at=AT),
    Status.UNKNOWN: lambda it: rules.doubt(it, at=AT),
    Status.REQUESTED: lambda it: rules.ask_anew(it, at=AT),
    Status.REFUSED: lambda it: rules.refuse(it, reason="card-refused", at=AT),
    Status.EXPIRED: lambda it: rules.expire(it, at=AT),
    Status.DEBITED: lambda it: debit(it, amount_minor=1).thing,
    Status.WITHDRAWING: lambda it: rules.withdraw(replace(it, **NOT_DRAWN), at=AT),
    Status.WITHDRAWN: lambda it: rules.withdrawn(it, at=AT),
    Status.REVERSED: lambda it: reverse(it).thing,
}
ALLOWED = {
    (Status.REQUESTED, Status.ANNOUNCED),
    (Status.REQUESTED, Status.UNKNOWN),
    (Status.REQUESTED, Status.DEBITED),
    (Status.REQUESTED, Status.REFUSED),
    (Status.REQUESTED, Status.EXPIRED),
    (Status.UNKNOWN, Status.REQUESTED),
    (Status.UNKNOWN, Status.ANNOUNCED),
    (Status.UNKNOWN, Status.DEBITED),
    (Status.UNKNOWN, Status.REFUSED),
    (Status.UNKNOWN, Status.EXPIRED),
    (Status.ANNOUNCED, Status.DEBITED),
    (Status.ANNOUNCED, Status.REFUSED),
    (Status.ANNOUNCED, Status.EXPIRED),
    (Status.REFUSED, Status.DEBITED),
    (Status.EXPIRED, Status.DEBITED),
    (Status.DEBITED, Status.DEBITED),  # more money for the same
    (Status.REQUESTED, Status.WITHDRAWING),
    (Status.UNKNOWN, Status.WITHDRAWING),
    (Status.ANNOUNCED, Status.WITHDRAWING),
    (Status.ANNOUNCED, Status.WITHDRAWN),
    (Status.WITHDRAWING, Status.WITHDRAWN),
    (Status.WITHDRAWING, Status.DEBITED),
    (Status.WITHDRAWING, Status.REFUSED),
    (Status.WITHDRAWING, Status.EXPIRED),
    (Status.WITHDRAWN, Status.DEBITED),
    (Status.DEBITED, Status.REVERSED),
    (Status.REVERSED, Status.DEBITED),
    (Status.REQUESTED, Status.PLANNED),
    (Status.PLANNED, Status.IN_FILE),
    (Status.PLANNED, Status.WITHDRAWN),
    (Status.PLANNED, Status.REFUSED),
    (Status.PLANNED, Status.DEBITED),
    (Status.IN_FILE, Status.PLANNED),
    (Status.IN_FILE, Status.SENT),
    (Status.IN_FILE, Status.WITHDRAWN),
    (Status.IN_FILE, Status.REFUSED),
    (Status.IN_FILE, Status.DEBITED),
    (Status.SENT, Status.UNKNOWN),
    (Status.SENT, Status.IN_FILE),
    (Status.SENT, Status.REFUSED),
    (Status.SENT, Status.DEBITED),
    (Status.UNKNOWN, Status.IN_FILE),
    (Status.UNKNOWN, Status.SENT),
}


@pytest.mark.parametrize("here", Status)
@pytest.mark.parametrize("to", Status)
def test_every_move_is_allowed_or_refused(here: Status, to: Status) -> None:
    if (here, to) in ALLOWED:
        moved = STEPS[to](collection(here))
        assert moved.status is to
        assert moved.is_followed or moved.next_look_at is None
    else:
        with pytest.raises(MoveNotAllowed):
            STEPS[to](collection(here))


def test_the_table_says_the_same() -> None:
    table = {(here, to) for here, ways in MOVES.items() for to in ways}
    assert table | {(Status.DEBITED, Status.DEBITED)} == ALLOWED


# --- Money that is taken back, or counts from another day ------------------------------------------------------------


def test_money_that_the_fund_draws_counts_from_the_day_for_which_it_was_to_be_drawn() -> None:
    drawn, days = collection(Status.SENT), [DEBIT_ON + timedelta(days=number) for number in (-1, 0, 2)]
    assert [rules.counts_on(drawn, booked_on=day) for day in days] == [days[0], DEBIT_ON, DEBIT_ON]
    assert rules.counts_on(collection(), booked_on=days[2]) == days[2]


def test_b09_what_was_taken_back_is_open_again() -> None:
    paid = obligation(paid_minor=DUE, called_minor=DUE)
    assert owing.give_back(paid, amount_minor=DUE, on=AT.date()).status is ObligationStatus.OPEN
    outcome = reverse(collection(Status.DEBITED))
    (published,) = outcome.events
    assert isinstance(published, PaymentReversed) and (published.amount_minor, published.reason) == (DUE, "MD06")
    assert (outcome.thing.debited_minor, outcome.thing.steps[-1].about) == (0, "MD06")
    assert (published.plan_id, published.plan_reference, published.instalments) == ("", "", ())
    part = reverse(collection(Status.DEBITED), amount_minor=100).thing
    assert (part.status, part.debited_minor) == (Status.DEBITED, DUE - 100)
    with pytest.raises(ValueError):
        reverse(part, amount_minor=DUE)


# --- Asking to pay ----------------------------------------------------------------------------------------------------


def test_a_transfer_can_be_paid_at_once() -> None:
    called, outcome = request(obligation(), Rail.TRANSFER)
    asked = outcome.thing
    assert [step.status for step in asked.steps] == [Status.REQUESTED, Status.ANNOUNCED]
    assert asked.valid_until_on == date(2026, 4, 11)
    assert asked.next_look_at == datetime(2026, 4, 12, tzinfo=funds()[DZ].zone)
    assert called.called_minor == DUE and has_valid_check_digits(asked.reference)
    (published,) = outcome.events
    assert isinstance(published, CollectionRequested) and (published.rail, published.amount_minor) == ("transfer", DUE)


def test_a_card_waits_for_the_banks_page() -> None:
    _, outcome = request(obligation())
    asked = outcome.thing
    assert (asked.status, asked.next_look_at, asked.checkout_url) == (Status.REQUESTED, AT, None)


def test_only_what_is_left_is_asked_for() -> None:
    _, outcome = request(obligation(paid_minor=DUE - 7))
    assert outcome.thing.amount_minor == 7


@pytest.mark.parametrize(
    ("owed", "before", "error"),
    [
        (obligation(paid_minor=DUE), (), rules.AlreadyPaid),
        (obligation(paid_minor=DUE + 1), (), rules.AlreadyPaid),
        (obligation(due_minor=0), (), rules.AlreadyPaid),
        (obligation(replaced_by="d2"), (), owing.DeclarationReplaced),
        (obligation(), (collection(Status.REQUESTED),), rules.AlreadyLive),
        (obligation(), (collection(Status.ANNOUNCED),), rules.AlreadyLive),
        (obligation(), (collection(Status.UNKNOWN),), rules.AlreadyLive),
        (obligation(), (collection(Status.REFUSED),) * references.ATTEMPTS_MAX, references.TooManyAttempts),
    ],
)
def test_paying_is_refused(owed: Obligation, before: tuple[Collection, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        request(owed, before=before)


@pytest.mark.parametrize(
    "before",
    [
        collection(Status.REFUSED),
        collection(Status.EXPIRED),
        collection(Status.DEBITED),
        collection(Status.ANNOUNCED, rail=Rail.TRANSFER),
        collection(Status.ANNOUNCED, declaration_id="another"),
        collection(Status.WITHDRAWING),
        collection(Status.WITHDRAWN),
        collection(Status.REVERSED),
    ],
)
def test_one_may_try_again_and_on_another_rail(before: Collection) -> None:
    _, outcome = request(obligation(), before=(before,))
    first = request(obligation())[1].thing
    assert outcome.thing.reference != before.reference
    if before.amount_minor == DUE:  # the amount is a part of it
        assert outcome.thing.reference != first.reference


def test_r8_a_live_try_for_another_amount_is_no_reason_to_refuse() -> None:
    _, outcome = request(obligation(), before=(collection(Status.ANNOUNCED, amount_minor=DUE + 1),))
    assert outcome.thing.amount_minor == DUE


# --- The bank, heard or not -------------------------------------------------------------------------------------------


def test_the_bank_is_asked_after_longer_and_longer_waits() -> None:
    looked, waits = rules.announce(collection(), checkout_url="https://bank.test/c", at=AT), []
    assert looked.next_look_at == AT + timedelta(seconds=5)
    for _ in range(10):
        looked = rules.check_later(looked, at=AT)
        assert looked.next_look_at is not None
        waits.append((looked.next_look_at - AT).total_seconds())
    assert waits == [10, 20, 40, 60, 120, 300, 600, 600, 600, 600]


def test_money_is_booked_as_it_came() -> None:
    outcome = debit(collection(), "e1", amount_minor=DUE + 100)
    (published,) = outcome.events
    assert isinstance(published, PaymentDebited) and published.amount_minor == outcome.thing.debited_minor == DUE + 100
    assert rules.is_booked(outcome.thing, bank_reference="e1", entry_id="e1")
    assert not rules.is_booked(outcome.thing, bank_reference="e1", entry_id="e2")


def test_money_that_an_earlier_release_booked_is_known_by_the_banks_reference() -> None:
    before = collection(Status.DEBITED, debits=(Debit(bank_reference="ent_1", amount_minor=DUE, at=AT),))
    assert rules.is_booked(before, bank_reference="ent_1", entry_id="e1")
    assert not rules.is_booked(before, bank_reference="ent_2", entry_id="e1")


def test_more_money_for_the_same_adds_up_to_a_limit() -> None:
    paid = collection(Status.DEBITED)
    for number in range(2, DEBITS_MAX + 1):
        assert rules.has_room(paid)
        paid = debit(paid, f"e{number}", amount_minor=1).thing
    assert paid.debited_minor == DUE + DEBITS_MAX - 1 and not rules.has_room(paid)


def test_the_history_of_a_silent_bank_has_a_limit() -> None:
    asked = collection()
    for _ in range(STEPS_MAX):
        asked = rules.ask_anew(rules.doubt(asked, at=AT), at=AT)
    assert len(asked.steps) == STEPS_MAX


@pytest.mark.parametrize(
    "facts",
    [
        {"amount_minor": 0},
        {"status": Status.DEBITED, "debits": ()},
        {"debits": (Debit(bank_reference="e", amount_minor=1, at=AT),)},
        {"status": Status.REFUSED, "next_look_at": AT},
        {"reversals": (Debit(bank_reference="e", amount_minor=1, at=AT),)},
        {"status": Status.REVERSED},
    ],
)
def test_a_collection_that_cannot_be_cannot_be_built(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        replace(collection(), **facts)


def test_a_quarter_of_tunisia_has_its_reference_too() -> None:
    _, outcome = request(obligation(employer_id="0012345678", period="2026-Q1"), Rail.TRANSFER, fund=funds()[TN])
    assert outcome.thing.reference.startswith("CT0012345678261") and has_valid_check_digits(outcome.thing.reference)
