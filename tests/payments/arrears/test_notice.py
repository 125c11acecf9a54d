"""An employer is told once of what is charged about the same time, whatever the number of debts and of charges."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.payments.arrears import jobs, notice, store
from services.payments.arrears.notice import DEBTS_MAX, GATHERED_FOR, PenaltyNotice
from services.payments.obligations import actions as obligations
from shared.events.payments.arrears import ChargedDebt, PenaltiesCharged
from shared.jobs.queue import jobs as queued
from shared.jobs.runner import Runner
from shared.storage.service_context import ServiceContext
from tests.kit.clock import AT, Clock
from tests.kit.contexts import TN, published_events, reading
from tests.payments.arrears.test_actions import DUE, FACTS, pay
from tests.payments.builders import FIRM, open_obligation


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2025, 4, 10, 9, tzinfo=UTC))


@pytest.fixture
def town(context: ServiceContext, clock: Clock) -> ServiceContext:
    """Payments on 10 April 2025, with two quarters declared, the first of them due by 15 April."""
    made = replace(context, clock=clock)
    open_obligation(made, **FACTS)
    open_obligation(made, "d2", **{**FACTS, "period": "2024-Q4"})
    return made


def announced(town: ServiceContext) -> list[PenaltiesCharged]:
    return list(published_events(town, "payments.penalties-charged"))


def announce(town: ServiceContext, clock: Clock) -> None:
    """The job, when it is due, and once more: the second run says nothing."""
    clock.move(seconds=GATHERED_FOR.total_seconds() + 1)
    Runner(town, [jobs.announcing()]).run_due()
    jobs.announce(town, TN, FIRM)


def test_one_announcement_says_all_that_was_charged(town: ServiceContext, clock: Clock) -> None:
    clock.move(days=6)
    for declaration_id in ("d1", "d2", "d1"):
        jobs.run(town, TN, declaration_id)
    assert announced(town) == []
    announce(town, clock)
    (event,) = announced(town)
    assert (event.employer_id, event.debt_count, event.amount_minor) == (FIRM, 2, 2 * 12_903)
    assert [(each.declaration_id, each.period, each.amount_minor) for each in event.debts] == [
        ("d1", "2025-Q1", 12_903),
        ("d2", "2024-Q4", 12_903),
    ]
    assert event.is_to_be_confirmed is any(each.is_to_be_confirmed for each in event.debts)
    assert event.charged_on == date(2025, 4, 16)


def test_the_next_month_is_another_announcement(town: ServiceContext, clock: Clock) -> None:
    clock.move(days=6)
    jobs.run(town, TN, "d1")
    announce(town, clock)
    clock.move(days=31)
    jobs.run(town, TN, "d1")
    announce(town, clock)
    assert [each.amount_minor for each in announced(town)] == [12_903, 12_903]
    assert len({each.notice_id for each in announced(town)}) == 2


def test_it_waits_from_the_first_charge_and_no_longer(town: ServiceContext, clock: Clock) -> None:
    clock.move(days=6)
    jobs.run(town, TN, "d1")
    due_at = queued.load(reading(town, TN), f"arrears.announce:{FIRM}").due_at
    clock.move(seconds=60)
    jobs.run(town, TN, "d2")
    assert queued.load(reading(town, TN), f"arrears.announce:{FIRM}").due_at == due_at


def test_what_is_given_back_meanwhile_is_not_announced(town: ServiceContext, clock: Clock) -> None:
    clock.move(days=6)
    jobs.run(town, TN, "d1")
    pay(town, DUE, on=date(2025, 4, 15))
    jobs.run(town, TN, "d1")
    assert obligations.read(reading(town, TN), declaration_id="d1").penalty_minor == 0
    announce(town, clock)
    assert announced(town) == []
    assert store.notices.load(reading(town, TN), FIRM).debts == ()


def test_nothing_is_noted_where_nothing_is_charged(town: ServiceContext) -> None:
    jobs.run(town, TN, "d1")
    assert store.notices.find(reading(town, TN), FIRM) is None


# --- Pure -------------------------------------------------------------------------------------------------------------


def charged(number: int, amount_minor: int = 100, *, is_to_be_confirmed: bool = False) -> ChargedDebt:
    return ChargedDebt(
        declaration_id=f"d{number}",
        form="das",
        period="2025",
        amount_minor=amount_minor,
        is_to_be_confirmed=is_to_be_confirmed,
    )


@pytest.mark.parametrize(
    ("debts", "amounts", "is_to_be_confirmed"),
    [
        ((charged(1), charged(2)), [100, 100], False),
        ((charged(1), charged(2, is_to_be_confirmed=True)), [100, 100], True),
        ((charged(1), charged(2, -50, is_to_be_confirmed=True)), [100], False),
        ((charged(1, 0),), None, False),
        ((charged(1, -1),), None, False),
    ],
)
def test_only_what_was_charged_is_said(
    debts: tuple[ChargedDebt, ...], amounts: list[int] | None, is_to_be_confirmed: bool
) -> None:
    outcome = notice.announce(PenaltyNotice(employer_id=FIRM, debts=debts), currency="DZD", on=date(2026, 2, 1), at=AT)
    assert outcome is not None and outcome.thing.debts == ()
    if amounts is None:
        assert outcome.events == ()
        return
    (event,) = outcome.events
    assert isinstance(event, PenaltiesCharged)
    assert ([each.amount_minor for each in event.debts], event.is_to_be_confirmed) == (amounts, is_to_be_confirmed)


def test_an_empty_notice_says_nothing_and_stays() -> None:
    assert notice.announce(PenaltyNotice(employer_id=FIRM), currency="DZD", on=date(2026, 2, 1), at=AT) is None


def test_a_full_notice_is_announced_at_once(town: ServiceContext, clock: Clock) -> None:
    almost = PenaltyNotice(employer_id=FIRM, debts=tuple(map(charged, range(10, DEBTS_MAX + 9))))
    assert not almost.is_full
    town.run(
        TN, by=jobs.ASSESSOR, cause="test:almost",
        action=lambda uow: store.notices.save_many(uow, [almost], part_of="test"),
    )  # fmt: skip
    clock.move(days=6)
    jobs.run(town, TN, "d1")
    (event,) = announced(town)
    assert event.debt_count == DEBTS_MAX
    with pytest.raises(ValueError, match="at most"):
        PenaltyNotice(employer_id=FIRM, debts=tuple(map(charged, range(DEBTS_MAX + 1))))
