"""Who is in order, by what the fund says, and what becomes of a clearance."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.payments.arrears.penalty import DeferredPart
from services.payments.clearances import rules
from services.payments.clearances.clearance import (
    LIVING_MAX,
    MOVES,
    OBSTACLES_MAX,
    Clearance,
    ClearanceObstacle,
    ClearanceStanding,
    ClearanceStatus,
    ObstacleKind,
)
from shared.events.payments.clearances import ClearanceGranted, ClearanceWithdrawn
from shared.funds.fund import Fund
from shared.funds.payments import ArrangementKind
from shared.kernel.outcome import Outcome
from tests.kit.contexts import DZ, funds
from tests.payments.builders import FIRM
from tests.payments.clearances.builders import employer, unpaid

TODAY = date(2026, 2, 10)
AT = datetime(2026, 2, 10, 9, tzinfo=UTC)
DUE_ON = date(2026, 1, 31)
DECLARED = {("das", "2024"), ("das", "2025")}


def fund(**rule: Any) -> Fund:
    """The fund of the tests, with other facts in its rule."""
    found = funds()[DZ]
    payments = found.payments
    assert payments.clearance is not None
    changed = replace(payments, clearance=replace(payments.clearance, **rule))
    return replace(found, sections=replace(found.sections, payments=changed))


def judged(
    *debts: Any, of: Fund | None = None, today: date = TODAY, declared: Any = DECLARED, **facts: Any
) -> ClearanceStanding:
    return rules.judge(
        employer(**facts),
        debts,
        declared=declared,
        arrangements={
            ArrangementKind.DEFERRAL: rules.deferrals(debts, today=today),
            ArrangementKind.DISPUTE: rules.disputes(debts),
        },
        fund=of or fund(),
        today=today,
    )


# --- Whether it is in order -------------------------------------------------------------------------------------------


def test_a_firm_that_paid_and_declared_is_in_order() -> None:
    found = judged()
    assert (found.is_in_order, found.to_pay_minor, found.has_arrangement) == (True, 0, False)


def test_what_is_unpaid_stands_in_the_way_with_its_amounts() -> None:
    (obstacle,) = judged(unpaid(DUE_ON, left=900, penalty=50)).obstacles
    assert (obstacle.kind, obstacle.contributions_minor, obstacle.penalties_minor) == (ObstacleKind.UNPAID, 900, 50)
    assert (obstacle.form, obstacle.period, obstacle.due_on, obstacle.to_pay_minor) == ("das", "2025", DUE_ON, 950)


@pytest.mark.parametrize(("today", "is_in_order"), [(date(2026, 1, 31), True), (date(2026, 2, 1), False)])
def test_a_debt_may_be_paid_on_its_last_day(today: date, *, is_in_order: bool) -> None:
    assert judged(unpaid(DUE_ON), today=today).is_in_order is is_in_order


def test_penalties_alone_count_where_the_fund_says_so() -> None:
    only_penalties = unpaid(DUE_ON, left=0, penalty=50)
    assert judged(only_penalties).to_pay_minor == 50
    assert judged(only_penalties, of=fund(counts_penalties=False)).is_in_order


@pytest.mark.parametrize(
    ("in_order", "until_on", "deferred", "left_over"),
    [
        ((ArrangementKind.DEFERRAL,), date(2026, 7, 15), 1_000_000, 0),
        ((ArrangementKind.DEFERRAL,), date(2026, 7, 15), 600_000, 400_000),
        ((ArrangementKind.DEFERRAL,), TODAY, 1_000_000, 0),
        ((ArrangementKind.DEFERRAL,), date(2026, 2, 9), 1_000_000, 1_000_000),  # its day has passed
        ((ArrangementKind.DEFERRAL,), date(2026, 7, 15), 9_000_000, 0),  # a part of it was paid
        ((), date(2026, 7, 15), 1_000_000, 1_000_000),  # the fund counts none
    ],
)
def test_what_the_fund_put_off_counts_as_its_rule_says(
    in_order: tuple[ArrangementKind, ...], until_on: date, deferred: int, left_over: int
) -> None:
    debt = unpaid(DUE_ON, deferred_parts=(part(until_on, deferred),))
    found = judged(debt, of=fund(in_order=in_order))
    assert found.to_pay_minor == left_over
    assert found.has_arrangement is (left_over < debt.left_minor)


def part(due_on: date, minor: int) -> DeferredPart:
    return DeferredPart(due_on=due_on, amount_minor=minor, left_minor=minor)


def test_of_a_debt_that_is_paid_in_parts_those_count_whose_day_has_not_passed() -> None:
    parts = (part(date(2026, 2, 9), 300_000), part(TODAY, 300_000), part(date(2026, 3, 1), 300_000))
    debt = unpaid(DUE_ON, left=1_000_000, deferred_parts=parts)
    found = judged(debt, of=fund(in_order=(ArrangementKind.DEFERRAL,)))
    assert (found.to_pay_minor, found.has_arrangement) == (400_000, True)


@pytest.mark.parametrize(
    ("in_order", "is_in_order"), [((ArrangementKind.SETTLEMENT,), True), ((ArrangementKind.DEFERRAL,), False)]
)
def test_a_debt_in_a_plan_counts_as_the_rule_says(in_order: tuple[ArrangementKind, ...], *, is_in_order: bool) -> None:
    found = judged(unpaid(DUE_ON, penalty=50, plan_id="p1"), of=fund(in_order=in_order))
    assert (found.is_in_order, found.has_arrangement) == (is_in_order, is_in_order)


@pytest.mark.parametrize(
    ("in_order", "left", "left_over"),
    [((ArrangementKind.DISPUTE,), 0, 0), ((ArrangementKind.DISPUTE,), 300, 300), ((), 0, 700), ((), 300, 1_000)],
)
def test_what_is_disputed_counts_as_the_rule_says(
    in_order: tuple[ArrangementKind, ...], left: int, left_over: int
) -> None:
    debt = unpaid(DUE_ON, left=left, disputed_minor=700)
    found = judged(debt, of=fund(in_order=in_order))
    assert (found.to_pay_minor, found.has_arrangement) == (left_over, bool(in_order))


@pytest.mark.parametrize(
    ("periods", "affiliated_on", "missing"),
    [
        (0, date(2015, 1, 1), []),
        (1, date(2015, 1, 1), ["2025"]),
        (3, date(2015, 1, 1), ["2023", "2024", "2025"]),
        (3, date(2024, 12, 31), ["2024", "2025"]),
        (3, date(2026, 1, 1), []),
    ],
)
def test_the_last_periods_have_to_be_declared(periods: int, affiliated_on: date, missing: list[str]) -> None:
    found = judged(of=fund(declared_periods=periods), declared=set(), affiliated_on=affiliated_on)
    assert [each.period for each in found.obstacles if each.form == "das"] == missing
    assert {each.kind for each in found.obstacles} <= {ObstacleKind.UNDECLARED}


def test_a_period_whose_day_has_not_passed_is_not_missed() -> None:
    found = judged(of=fund(declared_periods=1), declared={("das", "2024")}, today=DUE_ON)
    assert [each.period for each in found.obstacles if each.form == "das"] == []


# --- What follows -----------------------------------------------------------------------------------------------------


def asked(standing: ClearanceStanding, *, of: Fund | None = None, **facts: Any) -> Outcome[Clearance]:
    return rules.ask(
        standing,
        **{
            "clearance_id": "k1",
            "reference": "CL260000000197",
            "purpose": "public-tender",
            "language": "fr",
            "living": 0,
            "by": "user-1",
            "fund": of or fund(),
            "at": AT,
            **facts,
        },
    )


def test_in_order_it_is_granted_for_its_time_and_published() -> None:
    outcome = asked(judged())
    granted = outcome.thing
    assert (granted.status, granted.valid_until_on) == (ClearanceStatus.GRANTED, date(2026, 5, 11))
    assert granted.next_look_at == datetime(2026, 2, 10, 23, tzinfo=UTC)  # the day begins an hour earlier there
    (event,) = outcome.events
    assert isinstance(event, ClearanceGranted)
    assert (event.purpose, event.judged_on, event.valid_until) == ("public-tender", TODAY, date(2026, 5, 11))


def test_a_fund_that_takes_none_back_never_looks_again() -> None:
    assert asked(judged(), of=fund(is_withdrawn=False)).thing.next_look_at is None


def test_otherwise_it_is_refused_with_what_is_in_the_way() -> None:
    many = [unpaid(date(2020, 1, 1), declaration_id=f"d{each}", left=100) for each in range(OBSTACLES_MAX + 5)]
    outcome = asked(judged(*many))
    refused = outcome.thing
    assert (refused.status, refused.valid_until_on, outcome.events) == (ClearanceStatus.REFUSED, None, ())
    assert (len(refused.obstacles), refused.obstacles_in_all) == (OBSTACLES_MAX, OBSTACLES_MAX + 5)
    assert refused.to_pay_minor == 100 * (OBSTACLES_MAX + 5)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"purpose": "none"}, rules.PurposeUnknown),
        ({"language": "eo"}, rules.ClearanceLanguage),
        ({"living": LIVING_MAX}, rules.TooManyClearances),
    ],
)
def test_what_is_asked_wrongly_is_refused(facts: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        asked(judged(), **facts)


def test_a_fund_without_the_rule_gives_none() -> None:
    found = fund()
    without = replace(found, sections=replace(found.sections, payments=replace(found.payments, clearance=None)))
    with pytest.raises(rules.ClearancesNotOffered):
        rules.offered(without)


def test_it_is_taken_back_once_its_holder_is_in_order_no_more() -> None:
    granted, later_on = asked(judged()).thing, date(2026, 3, 1)
    again = rules.look_again(granted, judged(today=later_on), fund=fund(), at=AT)
    assert (again.thing.status, again.events) == (ClearanceStatus.GRANTED, ())
    outcome = rules.look_again(granted, judged(unpaid(DUE_ON), today=later_on), fund=fund(), at=AT)
    assert (outcome.thing.status, outcome.thing.next_look_at) == (ClearanceStatus.WITHDRAWN, None)
    assert outcome.thing.to_pay_minor == 1_000_000
    assert [type(each) for each in outcome.events] == [ClearanceWithdrawn]


def test_where_the_fund_takes_none_back_it_stays() -> None:
    never = fund(is_withdrawn=False)
    outcome = rules.look_again(asked(judged()).thing, judged(unpaid(DUE_ON)), fund=never, at=AT)
    assert (outcome.thing.status, outcome.thing.next_look_at) == (ClearanceStatus.GRANTED, None)


@pytest.mark.parametrize("today", [date(2026, 5, 12), date(2027, 1, 1)])
def test_one_that_is_over_is_left_alone(today: date) -> None:
    outcome = rules.look_again(asked(judged()).thing, judged(unpaid(DUE_ON), today=today), fund=fund(), at=AT)
    assert (outcome.thing.status, outcome.thing.next_look_at) == (ClearanceStatus.GRANTED, None)


def test_the_last_look_is_on_the_last_day() -> None:
    granted = asked(judged()).thing
    before = rules.look_again(granted, judged(today=date(2026, 5, 10)), fund=fund(), at=AT).thing
    last = rules.look_again(granted, judged(today=date(2026, 5, 11)), fund=fund(), at=AT).thing
    assert (before.next_look_at is None, last.next_look_at) == (False, None)


def test_the_table_of_moves_has_every_status() -> None:
    assert set(MOVES) == set(ClearanceStatus)
    assert [each for each in ClearanceStatus if MOVES[each]] == [ClearanceStatus.GRANTED]


@pytest.mark.parametrize(
    "facts", [{"kind": ObstacleKind.UNPAID}, {"kind": ObstacleKind.UNDECLARED, "contributions_minor": 1}]
)
def test_a_wrong_obstacle_cannot_be_built(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="has an amount"):
        ClearanceObstacle(form="das", period="2025", due_on=DUE_ON, **facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"status": ClearanceStatus.REFUSED},
        {"valid_until_on": None},
        {"obstacles_in_all": 1},
        {"withdrawn_at": AT},
        {"status": ClearanceStatus.WITHDRAWN, "obstacles_in_all": 1},
    ],
)
def test_a_wrong_clearance_cannot_be_built(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="clearance"):
        replace(asked(judged()).thing, **facts)


def test_it_names_its_employer() -> None:
    assert asked(judged()).thing.employer_id == FIRM
