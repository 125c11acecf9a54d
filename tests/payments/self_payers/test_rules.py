"""What is due for a month, and what may happen to an admission. No fixture, no database."""

from datetime import UTC, date, datetime

import pytest

from services.payments.self_payers import rules
from services.payments.self_payers.self_contribution import BoundKind, SelfContributionStatus
from services.payments.self_payers.self_payer import SelfPayerStatus
from shared.events.payments.self_payers import SelfContributionPaid, SelfContributionReopened
from shared.funds.fund import Fund
from shared.funds.law import NothingInForce
from shared.funds.period import PeriodMalformed
from tests.kit.clock import AT
from tests.kit.contexts import TN, funds, shipped
from tests.payments.self_payers.builders import admitted, called, fund

SHIPPED = "ma-cnops"
JANUARY, FEBRUARY, MARCH = (rules.month_of(f"2026-M0{number}") for number in (1, 2, 3))


# the base, each share, the sum, and how each share came about; amounts in minor units
GOLDEN = [
    (1_00, 7_000, 14_000, BoundKind.FLOOR),
    (100_000, 7_000, 14_000, BoundKind.FLOOR),
    (200_000, 7_000, 14_000, BoundKind.FLOOR),
    (280_000, 7_000, 14_000, BoundKind.PERCENT),
    (280_100, 7_003, 14_006, BoundKind.PERCENT),
    (400_000, 10_000, 20_000, BoundKind.PERCENT),
    (1_000_000, 25_000, 50_000, BoundKind.PERCENT),
    (1_600_000, 40_000, 80_000, BoundKind.PERCENT),
    (1_600_100, 40_000, 80_000, BoundKind.CEILING),
    (9_000_000, 40_000, 80_000, BoundKind.CEILING),
]


@pytest.mark.parametrize("own", [fund(), shipped()[SHIPPED]], ids=lambda own: own.fund_id)
@pytest.mark.parametrize(("base_minor", "share_minor", "due_minor", "bound"), GOLDEN)
def test_both_shares_are_borne_each_between_its_floor_and_its_ceiling(
    own: Fund, base_minor: int, share_minor: int, due_minor: int, bound: BoundKind
) -> None:
    found = rules.assess(own, base_minor=base_minor, month=JANUARY)
    assert [(each.amount_minor, each.bound) for each in found.shares] == [(share_minor, bound)] * 2
    assert (found.due_minor, sum(found.branches.values())) == (due_minor, due_minor)
    assert found.is_to_be_confirmed and all(each.law.reference for each in found.shares)


def test_a_fund_that_says_nothing_admits_nobody() -> None:
    with pytest.raises(rules.SelfPayersNotOffered):
        rules.assess(funds()[TN], base_minor=1, month=JANUARY)


def test_before_the_law_nothing_is_due() -> None:
    with pytest.raises(NothingInForce):
        rules.assess(fund(), base_minor=1, month=rules.month_of("2005-M07"))


@pytest.mark.parametrize("text", ["2026", "2026-Q1", "2026-M13", "January"])
def test_a_month_is_a_month(text: str) -> None:
    with pytest.raises(PeriodMalformed):
        rules.month_of(text)


def test_months_are_called_as_they_begin_where_the_fund_is() -> None:
    known = admitted()
    assert known.next_look_at == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert rules.month_to_call(known, today=date(2026, 1, 31)) == JANUARY
    known = rules.called(known, fund=fund())
    assert (known.next_month, known.next_look_at) == ("2026-M02", datetime(2026, 1, 31, 23, tzinfo=UTC))
    assert rules.month_to_call(known, today=date(2026, 1, 31)) is None


@pytest.mark.parametrize(
    ("asked", "today", "due_on"),
    [
        (JANUARY, datetime(2026, 1, 1, 9, tzinfo=UTC), date(2026, 2, 10)),
        (JANUARY, AT, date(2026, 3, 10)),  # called in February: due when February is
        (FEBRUARY, AT, date(2026, 3, 10)),
    ],
)
def test_what_is_called_late_is_due_with_the_month_of_the_call(asked: object, today: datetime, due_on: date) -> None:
    made = rules.call(admitted(), fund=fund(), month=asked, before=None, reference="CI1", at=today)  # type: ignore[arg-type]
    assert made.thing.due_on == due_on
    (event,) = made.events
    assert (event.month, event.due_on, event.amount_minor) == (str(asked), due_on, made.thing.due_minor)


@pytest.mark.parametrize("from_month", ["2024-M01", "2027-M03"])
def test_an_admission_begins_neither_long_ago_nor_far_ahead(from_month: str) -> None:
    with pytest.raises(rules.MonthTooFar):
        admitted(from_month=rules.month_of(from_month))


def test_nobody_is_admitted_on_another_ground_or_twice() -> None:
    with pytest.raises(rules.GroundUnknown):
        admitted(ground="other")
    with pytest.raises(rules.AlreadyAdmitted):
        admitted(before=admitted(), from_month=MARCH)


def test_who_was_ended_is_admitted_again_from_a_later_month() -> None:
    once = rules.called(admitted(), fund=fund())
    ended = rules.end(once, fund=fund(), last_month=JANUARY, reason="back at work")
    assert (ended.status, ended.next_month, ended.next_look_at) == (SelfPayerStatus.ENDED, None, None)
    with pytest.raises(rules.AlreadyAdmitted):
        admitted(before=ended, from_month=JANUARY)
    again = admitted(before=ended, from_month=MARCH, base_minor=500_000)
    assert (again.status, again.next_month, again.last_month) == (SelfPayerStatus.ADMITTED, "2026-M03", None)
    assert [again.base_in(each) for each in (JANUARY, FEBRUARY, MARCH)] == [400_000, 400_000, 500_000]


def test_an_end_to_come_lets_the_months_until_then_be_called() -> None:
    ended = rules.end(admitted(), fund=fund(), last_month=FEBRUARY, reason="back at work")
    assert rules.month_to_call(ended, today=date(2026, 5, 1)) == JANUARY
    once = rules.called(ended, fund=fund())
    assert rules.month_to_call(once, today=date(2026, 5, 1)) == FEBRUARY
    twice = rules.called(once, fund=fund())
    assert (rules.month_to_call(twice, today=date(2026, 5, 1)), twice.next_look_at) == (None, None)
    with pytest.raises(rules.AlreadyAdmitted):
        admitted(before=once, from_month=MARCH)  # February would be called by nobody
    with pytest.raises(rules.NotAdmitted):
        rules.end(ended, fund=fund(), last_month=MARCH, reason="again")


def test_an_admission_is_taken_back_by_the_month_before_its_first() -> None:
    taken_back = rules.end(admitted(), fund=fund(), last_month=rules.month_of("2025-M12"), reason="a slip")
    assert taken_back.next_look_at is None
    with pytest.raises(rules.MonthBeforeStart):
        rules.end(admitted(), fund=fund(), last_month=rules.month_of("2025-M11"), reason="a slip")


def test_the_base_changes_from_a_month_that_was_not_called() -> None:
    known = rules.called(admitted(), fund=fund())
    facts = {"fund": fund(), "base_minor": 500_000, "note": "slip", "by": "agent-1", "at": AT}
    changed = rules.change_base(known, from_month=MARCH, **facts)  # type: ignore[arg-type]
    assert [changed.base_in(each) for each in (JANUARY, FEBRUARY, MARCH)] == [400_000, 400_000, 500_000]
    earlier = rules.change_base(changed, from_month=FEBRUARY, **{**facts, "base_minor": 600_000})  # type: ignore[arg-type]
    assert [earlier.base_in(each) for each in (JANUARY, FEBRUARY, MARCH)] == [400_000, 600_000, 600_000]
    with pytest.raises(rules.MonthCalled):
        rules.change_base(known, from_month=JANUARY, **facts)  # type: ignore[arg-type]


def test_money_comes_in_parts_and_is_told_once_when_nothing_is_left() -> None:
    facts = {"currency": "DZD", "on": date(2026, 2, 11), "at": AT}
    part = rules.receive(called(), entry_id="e1", amount_minor=5_000, **facts)  # type: ignore[arg-type]
    assert (part.thing.left_minor, part.thing.status, part.events) == (15_000, SelfContributionStatus.OPEN, ())
    whole = rules.receive(part.thing, entry_id="e2", amount_minor=15_000, **facts)  # type: ignore[arg-type]
    (event,) = whole.events
    assert isinstance(event, SelfContributionPaid) and (event.month, event.amount_minor) == ("2026-M01", 20_000)
    back = rules.take_back(whole.thing, entry_id="e3", amount_minor=15_000, **facts)  # type: ignore[arg-type]
    (event,) = back.events
    assert isinstance(event, SelfContributionReopened) and event.left_minor == 15_000
    assert (back.thing.status, back.thing.paid_on) == (SelfContributionStatus.OPEN, None)
    assert rules.take_back(back.thing, entry_id="e4", amount_minor=5_000, **facts).events == ()  # type: ignore[arg-type]


def test_a_month_that_money_came_for_is_not_cancelled() -> None:
    assert rules.cancel(called()).due_minor == 0
    part = rules.receive(called(), entry_id="e1", amount_minor=1, currency="DZD", on=date(2026, 2, 11), at=AT).thing
    with pytest.raises(rules.MonthPaid):
        rules.cancel(part)


@pytest.mark.parametrize(
    "wrong",
    [
        {"received_minor": -1},
        {"received_minor": 20_001},
        {"received_minor": 20_000},
        {"status": SelfContributionStatus.PAID},
        {"status": SelfContributionStatus.CANCELLED, "received_minor": 1},
    ],
)
def test_a_wrong_month_cannot_be_built(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="month"):
        called(**wrong)
