"""What may happen to a direct debit: on which day, by which mandate, and what a refusal comes to."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.payments.collections import debiting, rules
from services.payments.collections.collection import Collection, Rail, Status
from services.payments.collections.debiting import DebitTerms
from services.payments.mandates.mandate import Status as MandateStatus
from shared.events.payments.collections import CollectionRequested, DebitAnnounced, DebitRefused
from shared.funds.fund import Fund
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds
from tests.payments.collections.test_rules import DRAWN, collection, request
from tests.payments.mandates.builders import LIMIT_MINOR, mandate
from tests.payments.obligations.builders import DUE, obligation

TERMS = DebitTerms(mandate_id="m1", debit_on=date(2026, 2, 16), send_on=date(2026, 2, 15))


def fund(**bank: Any) -> Fund:
    """The fund, whose bank needs a working day, works from Sunday to Thursday, and closes at 15:00."""
    own = funds()[DZ]
    bindings = own.bindings
    changed = replace(bindings, bank=replace(bindings.bank, cut_off="15:00", **bank))
    return replace(own, sections=replace(own.sections, bindings=changed))


def terms(**facts: Any) -> DebitTerms | None:
    whole = {"amount_minor": DUE, "not_before": date(2026, 2, 16), "fund": fund(), "at": AT, **facts}
    return debiting.terms(**{"mandate": mandate(), **whole})


# --- The day ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_on", "at", "debit_on", "send_on"),
    [
        # Monday 16 February; asked on Tuesday 10.
        (date(2026, 2, 16), datetime(2026, 2, 10, 9, tzinfo=UTC), date(2026, 2, 16), date(2026, 2, 15)),
        # Due on a Saturday: drawn on Sunday, sent on the Thursday before the weekend.
        (date(2026, 2, 14), datetime(2026, 2, 10, 9, tzinfo=UTC), date(2026, 2, 15), date(2026, 2, 12)),
        # Overdue: as soon as the bank can, tomorrow; the file leaves today.
        (date(2026, 1, 31), datetime(2026, 2, 10, 9, tzinfo=UTC), date(2026, 2, 11), date(2026, 2, 10)),
        # After the cut-off (15:00 where the fund is) a day later.
        (date(2026, 1, 31), datetime(2026, 2, 10, 15, tzinfo=UTC), date(2026, 2, 12), date(2026, 2, 11)),
        # Asked on a Thursday evening: taken on Sunday, drawn on Monday.
        (date(2026, 1, 31), datetime(2026, 2, 12, 20, tzinfo=UTC), date(2026, 2, 16), date(2026, 2, 15)),
    ],
)
def test_it_is_drawn_on_the_due_date_or_as_soon_as_the_bank_can(
    due_on: date, at: datetime, debit_on: date, send_on: date
) -> None:
    found = terms(not_before=due_on, at=at)
    assert found is not None and (found.debit_on, found.send_on) == (debit_on, send_on)


def test_the_employer_has_the_notice_that_was_agreed() -> None:
    own = funds()[DZ]
    agreed = own.payments.direct_debit
    assert agreed is not None
    payments = replace(own.payments, direct_debit=replace(agreed, notice_days=10))
    noticed = replace(own, sections=replace(own.sections, payments=payments))
    found = terms(not_before=date(2026, 1, 31), fund=noticed)
    assert found is not None and found.debit_on == date(2026, 2, 22)  # ten days after Tuesday 10 is a Friday


def test_a_file_that_leaves_late_debits_on_the_first_day_that_the_bank_can() -> None:
    planned = collection(Status.PLANNED)
    assert debiting.day_of_debit(planned, fund=fund(), at=AT) == DRAWN["debit_on"]
    late = datetime(2026, 2, 18, 9, tzinfo=UTC)
    assert debiting.day_of_debit(planned, fund=fund(), at=late) == date(2026, 2, 19)


# --- The mandate ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts",
    [
        {"mandate": None},
        {"mandate": mandate(MandateStatus.SUSPENDED)},
        {"mandate": mandate(MandateStatus.UPLOADED)},
        {"mandate": mandate(ends_on=date(2026, 2, 15))},
        {"amount_minor": LIMIT_MINOR + 1},
    ],
)
def test_i11_no_debit_is_announced_without_a_mandate_that_allows_it(facts: dict[str, Any]) -> None:
    assert terms(**facts) is None
    with pytest.raises(rules.MandateMissing):
        request(obligation(), Rail.DIRECT_DEBIT, terms=terms(**facts))


def test_i11_what_was_announced_needs_its_own_mandate_in_force_when_it_leaves() -> None:
    planned = collection(Status.PLANNED)
    assert debiting.may_be_sent(planned, mandate(), debit_on=date(2026, 2, 16))
    assert not debiting.may_be_sent(planned, None, debit_on=date(2026, 2, 16))
    assert not debiting.may_be_sent(planned, mandate(mandate_id="m2"), debit_on=date(2026, 2, 16))
    assert not debiting.may_be_sent(planned, mandate(ends_on=date(2026, 2, 16)), debit_on=date(2026, 2, 17))
    assert not debiting.may_be_sent(planned, mandate(amount_max_minor=DUE - 1), debit_on=date(2026, 2, 16))
    assert (
        debiting.reason_against(planned, None) == debiting.reason_against(planned, mandate(mandate_id="m2")) == "MD01"
    )
    assert debiting.reason_against(planned, mandate()) == "AM02", "it is in force: nothing is said against it"


# --- Asking -----------------------------------------------------------------------------------------------------------


def test_it_is_announced_with_its_day_and_waits_for_nothing() -> None:
    called, outcome = request(obligation(), Rail.DIRECT_DEBIT, terms=TERMS)
    asked = outcome.thing
    assert [step.status for step in asked.steps] == [Status.REQUESTED, Status.PLANNED]
    assert (asked.debit_on, asked.send_on, asked.mandate_id, asked.next_look_at) == (
        TERMS.debit_on,
        TERMS.send_on,
        "m1",
        None,
    )
    assert called.called_minor == DUE and asked.is_live and not asked.is_at_bank
    requested, announced = outcome.events
    assert isinstance(requested, CollectionRequested) and isinstance(announced, DebitAnnounced)
    assert (announced.debit_on, announced.amount_minor, announced.form) == (TERMS.debit_on, DUE, "das")


@pytest.mark.parametrize("facts", [{"mandate_id": ""}, {"debit_on": None}, {"send_on": None}, {"rail": Rail.CARD}])
def test_only_a_direct_debit_has_a_mandate_and_a_day(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        collection(Status.PLANNED, **facts)


@pytest.mark.parametrize("status", Status)
def test_nobody_pays_in_another_way_what_the_bank_is_debiting(status: Status) -> None:
    it = collection(status, **DRAWN)
    if status in (Status.SENT, Status.UNKNOWN):
        with pytest.raises(rules.DebitUnderWay):
            rules.check_none_at_bank([it])
    else:
        rules.check_none_at_bank([it])
    rules.check_none_at_bank([collection(Status.UNKNOWN)])  # a card is asked about, and its page is closed


@pytest.mark.parametrize("here", [Status.PLANNED, Status.IN_FILE])
def test_what_is_paid_otherwise_before_the_file_leaves_is_taken_out(here: Status) -> None:
    assert rules.withdraw(collection(here), at=AT).status is Status.WITHDRAWN


# --- The file ---------------------------------------------------------------------------------------------------------


def test_it_follows_its_file_except_where_more_is_known() -> None:
    in_file = debiting.put_in_file(collection(Status.PLANNED), block_id="b1", debit_on=date(2026, 2, 17), at=AT)
    assert (in_file.status, in_file.batch_id, in_file.debit_on) == (Status.IN_FILE, "b1", date(2026, 2, 17))
    sent = debiting.follow_file(in_file, to=Status.SENT, at=AT)
    assert sent.is_at_bank and debiting.follow_file(sent, to=Status.SENT, at=AT) is sent
    assert debiting.follow_file(sent, to=Status.IN_FILE, at=AT).status is Status.IN_FILE, "the bank has never seen it"
    doubted = collection(Status.UNKNOWN, **DRAWN)
    assert doubted.is_at_bank and debiting.follow_file(doubted, to=Status.IN_FILE, at=AT).status is Status.IN_FILE
    refused = collection(Status.REFUSED, **DRAWN)
    assert debiting.follow_file(refused, to=Status.SENT, at=AT) is refused
    for waiting in (in_file, sent):
        out = debiting.take_out(waiting, at=AT)
        assert (out.status, out.batch_id) == (Status.PLANNED, "")


# --- Refused ----------------------------------------------------------------------------------------------------------


def repeat_on(it: Collection, reason: str) -> date | None:
    return debiting.repeat_on(it, reason=reason, fund=funds()[DZ], at=AT)


def test_what_may_be_gone_in_some_days_is_tried_once_more_and_no_more() -> None:
    sent = collection(Status.SENT)
    assert repeat_on(sent, "AM04") == date(2026, 2, 15)
    assert repeat_on(sent, "AC04") is None
    assert repeat_on(replace(sent, repeats="c0"), "AM04") is None
    assert repeat_on(replace(sent, plan_id="p1"), "AM04") is None


def test_a_refusal_is_told_with_its_reason() -> None:
    outcome = debiting.refuse(
        collection(Status.SENT), reason="AM04", form="das", repeated_on=None, currency="DZD", at=AT
    )
    assert (outcome.thing.status, outcome.thing.steps[-1].about) == (Status.REFUSED, "AM04")
    (published,) = outcome.events
    assert isinstance(published, DebitRefused)
    assert (published.reason, published.mandate_id, published.repeated_on) == ("AM04", "m1", None)
