"""What lateness costs: the worked examples, by hand, and what must hold of every debt."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.arrears import rules
from services.payments.arrears.penalty import PenaltyAccount
from services.payments.obligations import rules as owing
from services.payments.obligations.obligation import DebtMovement, Obligation, PenaltyFreeze
from shared.funds.arrears import Arrears, Measure, MeasureKind, MeasureLoss, PenaltyReason, PenaltyRule
from shared.funds.declarations import Grace
from shared.funds.fund import Fund
from shared.funds.law import Confidence, Law
from shared.kernel.money import Currency, Money
from tests.kit.clock import AT
from tests.kit.contexts import DZ, TN, funds
from tests.payments.builders import FIRM
from tests.payments.measures.builders import fund_with as fund_of_measures
from tests.payments.measures.builders import measure, split

DUE_ON = date(2025, 4, 15)
LATE, UNDECLARED, UNPRODUCED = PenaltyReason


def debt(*movements: tuple[date, int, int], due_on: date = DUE_ON, **facts: Any) -> Obligation:
    """A debt of the movements: day, what is due more, what came."""
    known = tuple(DebtMovement(on=on, due_minor=due, paid_minor=paid) for on, due, paid in movements)
    return Obligation(
        **{
            "declaration_id": "d1",
            "revision": 1,
            "employer_id": FIRM,
            "form": "quarterly-wages",
            "period": "2025-Q1",
            "due_on": due_on,
            "due_minor": sum(each.due_minor for each in known),
            "paid_minor": sum(each.paid_minor for each in known),
            "opened_at": AT,
            "movements": known,
            **facts,
        }
    )


def law(valid_from: date = date(2000, 1, 1), valid_to: date | None = None) -> Law:
    return Law(valid_from=valid_from, valid_to=valid_to, reference="Invented", confidence=Confidence.HIGH)


def rule(reason: PenaltyReason = LATE, first: str = "1", further: str = "1", **facts: Any) -> PenaltyRule:
    return PenaltyRule(
        **{
            "reason": reason,
            "first_percent": Decimal(first),
            "percent": Decimal(further),
            "law": law(),
            **facts,
        }
    )


def fund_with(*penalties: PenaltyRule, fund_id: str = TN) -> Fund:
    fund = funds()[fund_id]
    return replace(fund, sections=replace(fund.sections, arrears=Arrears(penalties=penalties)))


def cost(obligation: Obligation, fund: Fund, day: date) -> int:
    return rules.penalties(obligation, fund=fund, as_of=day).total_minor


IN_TIME = date(2025, 4, 10)


def test_forty_days_late_is_two_months_of_the_quarters_contributions() -> None:
    """1,290.277 TND paid 40 days late, all declared: 2 months x 1 % = 25.806."""
    owed = debt((IN_TIME, 1_290_277, 0))
    (line,) = rules.penalties(owed, fund=funds()[TN], as_of=DUE_ON + timedelta(days=40)).lines
    assert (line.amount_minor, line.months, line.base_minor, line.percent) == (25_806, 2, 1_290_277, Decimal("1.0"))
    assert (line.from_on, line.until_on) == (date(2025, 4, 16), date(2025, 6, 15))
    assert "2007-51" in line.law.reference and not line.law.is_to_be_confirmed


@pytest.mark.parametrize(
    ("day", "minor"),
    [
        (DUE_ON, 0),
        (date(2025, 4, 16), 12_903),
        (date(2025, 5, 15), 12_903),
        (date(2025, 5, 16), 25_806),
        (date(2026, 4, 15), 12 * 12_903),
        (date(2026, 4, 16), 13 * 12_903),
    ],
)
def test_each_month_that_has_begun_counts_in_full(day: date, minor: int) -> None:
    assert cost(debt((IN_TIME, 1_290_277, 0)), funds()[TN], day) == minor


def test_a_month_ends_with_the_last_day_of_a_shorter_one() -> None:
    owed = debt((date(2026, 1, 20), 100_000, 0), due_on=date(2026, 1, 31), period="2025-Q4")
    fund = fund_with(rule())
    assert [cost(owed, fund, day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 1))] == [
        1_000,
        2_000,
        3_000,
    ]


def test_a_part_that_is_paid_lowers_the_months_after_its_day() -> None:
    owed = debt((IN_TIME, 100_000, 0), (date(2025, 5, 15), 0, 40_000), (date(2025, 6, 16), 0, 60_000))
    found = rules.penalties(owed, fund=fund_with(rule()), as_of=date(2026, 1, 1))
    assert [(line.base_minor, line.months, line.amount_minor) for line in found.lines] == [
        (100_000, 1, 1_000),  # the part came on the last day of the first month
        (60_000, 2, 1_200),  # the rest a day too late for the second: a third has begun
    ]


def test_money_that_the_bank_took_back_raises_the_base_from_its_day() -> None:
    owed = debt((IN_TIME, 100_000, 100_000), (date(2025, 6, 20), 0, -100_000))
    found = rules.penalties(owed, fund=fund_with(rule()), as_of=date(2025, 7, 16))
    assert [(line.from_on, line.base_minor, line.amount_minor) for line in found.lines] == [
        (date(2025, 6, 16), 100_000, 2_000)
    ]
    paid_again = debt((IN_TIME, 100_000, 100_000), (date(2025, 6, 20), 0, -100_000), (date(2025, 6, 21), 0, 100_000))
    assert cost(paid_again, fund_with(rule()), date(2026, 1, 1)) == 1_000


def test_wages_declared_after_the_day_cost_half_a_percent_more_a_month() -> None:
    """In time 100,000 of which all is paid; another 20,000 declared in June and paid in July."""
    owed = debt((IN_TIME, 100_000, 100_000), (date(2025, 6, 1), 20_000, 0), (date(2025, 7, 1), 0, 20_000))
    found = rules.penalties(owed, fund=funds()[TN], as_of=date(2026, 1, 1))
    assert found.by_reason == {LATE: 3 * 200, UNDECLARED: 3 * 100}
    assert {line.base_minor for line in found.lines} == {20_000}


def test_what_comes_pays_first_what_was_declared_in_time() -> None:
    owed = debt((IN_TIME, 100_000, 0), (date(2025, 5, 1), 20_000, 0), (date(2025, 5, 10), 0, 110_000))
    found = rules.penalties(owed, fund=funds()[TN], as_of=date(2025, 5, 20))
    assert [(line.reason, line.base_minor) for line in found.lines] == [
        (LATE, 120_000),
        (LATE, 10_000),
        (UNDECLARED, 20_000),
        (UNDECLARED, 10_000),
    ]


def test_a_declaration_that_was_not_produced_costs_until_it_came() -> None:
    """Due by 31 January, in on 5 March, paid at once: 15 % and one further month of 5 %, and 5 % + 1 % for payment."""
    owed = debt((date(2026, 3, 5), 100_000, 100_000), due_on=date(2026, 1, 31), form="das", period="2025")
    found = rules.penalties(owed, fund=funds()[DZ], as_of=date(2026, 12, 1))
    assert found.by_reason == {LATE: 5_000 + 1_000, UNPRODUCED: 15_000 + 5_000}
    assert found.is_to_be_confirmed
    in_time = debt(
        (date(2026, 1, 31), 100_000, 0), (date(2026, 3, 5), 50_000, 150_000), due_on=date(2026, 1, 31), period="2025"
    )
    assert UNPRODUCED not in rules.penalties(in_time, fund=funds()[DZ], as_of=date(2026, 12, 1)).by_reason


def test_a_month_costs_what_the_law_of_its_first_day_says() -> None:
    """3 % for the first month, then 1 %, until March; 0.5 % for each further month from April."""
    until, since = date(2025, 3, 31), date(2025, 4, 1)
    fund = fund_with(
        rule(first="3", further="1", law=law(valid_to=until)),
        rule(first="5", further="0.5", law=law(valid_from=since)),
    )
    owed = debt((date(2025, 1, 5), 100_000, 0), due_on=date(2025, 1, 15), period="2024-Q4")
    found = rules.penalties(owed, fund=fund, as_of=date(2025, 5, 16))
    assert [(str(line.percent), line.months, line.amount_minor) for line in found.lines] == [
        ("3", 1, 3_000),
        ("1", 2, 2_000),
        ("0.5", 2, 1_000),
    ]
    assert cost(debt((IN_TIME, 100_000, 0)), fund, date(2025, 4, 16)) == 5_000


@pytest.mark.parametrize(
    ("bounds", "amounts"),
    [
        ({"floor": Money(1_500, Currency.TND)}, [1_500, 2_000, 3_000]),
        ({"maximum": Money(2_500, Currency.TND)}, [1_000, 2_000, 2_500]),
        ({"maximum_percent": Decimal("1.5")}, [1_000, 1_500, 1_500]),
        ({"from_day": 11}, [1_000, 2_000, 3_000]),
    ],
)
def test_a_rule_has_its_bounds(bounds: dict[str, Any], amounts: list[int]) -> None:
    owed, fund = debt((IN_TIME, 100_000, 0)), fund_with(rule(**bounds))
    days = [date(2025, 5, 15), date(2025, 6, 15), date(2025, 7, 15)]
    assert [cost(owed, fund, day) for day in days] == amounts


def test_a_rule_may_begin_some_days_later() -> None:
    owed, fund = debt((IN_TIME, 100_000, 0)), fund_with(rule(from_day=11))
    assert [cost(owed, fund, DUE_ON + timedelta(days=days)) for days in (10, 11)] == [0, 1_000]
    paid = debt((IN_TIME, 100_000, 0), (DUE_ON + timedelta(days=10), 0, 100_000))
    assert cost(paid, fund, date(2026, 1, 1)) == 0


def test_a_fund_without_rules_charges_nothing() -> None:
    fund = funds()[TN]
    without = replace(fund, sections=replace(fund.sections, arrears=None))
    owed = debt((IN_TIME, 100_000, 0))
    assert cost(owed, without, date(2026, 1, 1)) == 0
    assert rules.next_day(owed, fund=without, after=date(2026, 1, 1)) is None


def test_a_decree_puts_the_day_off_also_after_it_has_passed() -> None:
    fund = funds()[TN]
    form = fund.declarations.forms["quarterly-wages"]
    grace = Grace(periods=("2025-Q1",), due_on=date(2025, 4, 30), law=law(date(2025, 5, 20)))
    forms = {"quarterly-wages": replace(form, graces=(grace,))}
    decreed = replace(fund, sections=replace(fund.sections, declarations=replace(fund.declarations, forms=forms)))
    paid = debt((IN_TIME, 100_000, 0), (date(2025, 4, 30), 0, 100_000))
    assert (cost(paid, fund, date(2025, 6, 1)), cost(paid, decreed, date(2025, 6, 1))) == (1_000, 0)
    assert rules.due_on(paid, fund=decreed) == date(2025, 4, 30)


@pytest.mark.parametrize(("paid_on", "minor"), [(date(2020, 4, 30), 0), (date(2020, 5, 2), 1_000)])
def test_the_first_quarter_of_2020_was_due_by_the_end_of_april(paid_on: date, minor: int) -> None:
    """As Tunisia's fund announced after the 15th: a month begins on 1 May and not on 16 April."""
    owed = debt((date(2020, 4, 14), 100_000, 0), (paid_on, 0, 100_000), due_on=date(2020, 4, 15), period="2020-Q1")
    assert cost(owed, funds()[TN], date(2020, 5, 20)) == minor


def test_what_it_costs_today_tomorrow_and_from_when_it_costs_more() -> None:
    owed, fund = debt((IN_TIME, 100_000, 0)), fund_with(rule())
    in_time = rules.forecast(owed, fund=fund, today=DUE_ON)
    assert (in_time.to_pay_minor, in_time.to_pay_tomorrow_minor) == (100_000, 101_000)
    assert (in_time.pay_by_on, in_time.next_on, in_time.to_pay_next_minor) == (DUE_ON, date(2025, 4, 16), 101_000)
    late = rules.forecast(owed, fund=fund, today=date(2025, 4, 20))
    assert (late.to_pay_minor, late.to_pay_tomorrow_minor) == (101_000, 101_000)
    assert (late.pay_by_on, late.to_pay_next_minor) == (date(2025, 5, 15), 102_000)
    paid = debt((IN_TIME, 100_000, 0), (date(2025, 5, 1), 0, 100_000), penalty_minor=1_000, penalty_paid_minor=400)
    after = rules.forecast(paid, fund=fund, today=date(2025, 9, 1))
    assert (after.to_pay_minor, after.next_on, after.to_pay_next_minor) == (600, None, 600)


def test_a_maximum_that_is_reached_is_no_next_day() -> None:
    owed = debt((IN_TIME, 100_000, 0))
    fund = fund_with(rule(maximum=Money(1_000, Currency.TND)))
    assert rules.next_day(owed, fund=fund, after=date(2025, 4, 20)) is None


@given(
    movements=st.lists(
        st.tuples(st.dates(date(2025, 1, 1), date(2027, 1, 1)), st.integers(0, 10**9), st.integers(-(10**9), 10**9)),
        max_size=8,
    ),
    day=st.dates(date(2025, 1, 1), date(2028, 1, 1)),
)
def test_it_never_costs_less_than_nothing_nor_less_later(movements: list[tuple[date, int, int]], day: date) -> None:
    ordered = sorted(movements)
    kept = tuple(DebtMovement(on=on, due_minor=due, paid_minor=paid) for on, due, paid in ordered)
    due_minor = sum(each.due_minor for each in kept)
    owed = debt(due_minor=due_minor, paid_minor=max(0, sum(each.paid_minor for each in kept)), **{"movements": kept})
    fund = fund_with(rule(), rule(UNDECLARED, "0.5", "0.5"), rule(UNPRODUCED, "15", "5"))
    costs = [cost(owed, fund, day + timedelta(days=days)) for days in (0, 1, 40)]
    assert 0 <= costs[0] <= costs[1] <= costs[2]
    today = max([day, *(each.on for each in kept)])  # nothing is known of the days to come
    found = rules.forecast(owed, fund=fund, today=today)
    if found.next_on is not None:
        before = cost(owed, fund, found.next_on - timedelta(days=1))
        assert before == cost(owed, fund, today) < cost(owed, fund, found.next_on)


# --- Charging ---------------------------------------------------------------------------------------------------------


def account(**facts: Any) -> PenaltyAccount:
    base = {
        "debt_id": "d1",
        "declaration_id": "d1",
        "employer_id": FIRM,
        "form": "das",
        "period": "2025",
        "due_on": DUE_ON,
    }
    return PenaltyAccount(**{**base, **facts})


def test_what_is_charged_becomes_what_is_owed_by_reason() -> None:
    owed = rules.penalties(debt((IN_TIME, 100_000, 0)), fund=fund_with(rule()), as_of=date(2025, 4, 20))
    before = account(charged={LATE: 400, UNPRODUCED: 50})
    due = rules.owed_by_reason(owed, waived={})
    assert rules.to_charge(before, due) == {LATE: 600, UNPRODUCED: -50}
    after = rules.charged(before, due, on=owed.as_of)
    assert (after.charged, after.charges, after.charged_on) == ({LATE: 1_000}, 1, date(2025, 4, 20))
    assert rules.to_charge(after, due) == {}


def test_what_a_finished_plan_waived_is_taken_off_by_reason() -> None:
    before = account(charged={LATE: 400, UNPRODUCED: 50})
    assert rules.to_waive(before, amount_minor=420, before={}) == {"late-payment": 400, "declaration-not-produced": 20}
    assert rules.to_waive(before, amount_minor=30, before={"late-payment": 5}) == {"late-payment": 35}
    owed = rules.penalties(debt((IN_TIME, 100_000, 0)), fund=fund_with(rule()), as_of=date(2025, 4, 20))
    assert rules.owed_by_reason(owed, waived={"late-payment": 300}) == {LATE: 700}
    assert rules.owed_by_reason(owed, waived={"late-payment": 5_000}) == {LATE: 0}


def test_months_cost_nothing_while_a_plan_holds() -> None:
    fund, day = fund_with(rule()), date(2025, 12, 20)
    owed = debt((IN_TIME, 100_000, 0))
    frozen = replace(owed, freezes=(PenaltyFreeze(plan_id="p1", after_on=date(2025, 6, 16)),))
    until = replace(owed, freezes=(PenaltyFreeze(plan_id="p1", after_on=date(2025, 6, 16), until_on=day),))
    assert cost(frozen, fund, day) == cost(owed, fund, date(2025, 6, 16)) < cost(owed, fund, day)
    assert rules.next_day(frozen, fund=fund, after=day) is None
    assert rules.next_day(until, fund=fund, after=day) == date(2026, 1, 16)


def test_somebody_looks_again_when_it_costs_more() -> None:
    fund = fund_with(rule())
    owed = debt((IN_TIME, 100_000, 0))
    look = rules.look_next_at(owed, fund=fund, today=date(2025, 4, 20))
    assert look == datetime(2025, 5, 16, tzinfo=fund.zone)
    assert rules.look_next_at(debt((IN_TIME, 100_000, 100_000)), fund=fund, today=date(2025, 4, 20)) is None


def test_no_more_is_given_back_than_was_charged() -> None:
    with pytest.raises(ValueError, match="given back"):
        account(charged={LATE: -1})


# --- The debt beside them ---------------------------------------------------------------------------------------------


def receive(owed: Obligation, amount_minor: int) -> Obligation:
    return owing.receive(owed, amount_minor=amount_minor, currency="TND", on=date(2025, 6, 1), at=AT).thing


def test_money_pays_the_debt_first_then_its_penalties() -> None:
    owed = debt((IN_TIME, 100_000, 0), penalty_minor=3_000)
    assert owed.to_pay_minor == 103_000
    part = receive(owed, 101_000)
    assert (part.paid_minor, part.penalty_paid_minor, part.to_pay_minor) == (100_000, 1_000, 2_000)
    assert owing.surplus_minor(part, amount_minor=5_000) == 3_000
    back = owing.give_back(part, amount_minor=40_000, on=date(2025, 6, 9))
    assert (back.paid_minor, back.penalty_paid_minor) == (61_000, 0)
    assert back.movements[-1] == DebtMovement(on=date(2025, 6, 9), paid_minor=-39_000)


def test_penalties_that_are_given_back_leave_what_was_paid_for_them() -> None:
    owed = receive(debt((IN_TIME, 100_000, 0), penalty_minor=3_000), 103_000)
    charged, surplus_minor = owing.charge(owed, change_minor=-2_000)
    assert (charged.penalty_minor, charged.penalty_paid_minor, surplus_minor) == (1_000, 1_000, 2_000)
    with pytest.raises(ValueError, match="below nothing"):
        owing.charge(owed, change_minor=-3_001)


def test_a_replacement_keeps_the_days_and_the_penalties() -> None:
    before = receive(debt((IN_TIME, 100_000, 0), penalty_minor=3_000), 102_000)
    new = debt(declaration_id="d2", due_minor=70_000)
    after, cancelled, surplus_minor = owing.open_obligation(new, declared_on=date(2025, 7, 1), before=before)
    assert (after.paid_minor, after.penalty_minor, after.penalty_paid_minor, surplus_minor) == (
        70_000,
        3_000,
        2_000,
        30_000,
    )
    assert after.debt_id == "d1" and after.movements == (
        DebtMovement(on=IN_TIME, due_minor=100_000),
        DebtMovement(on=date(2025, 6, 1), paid_minor=70_000),
        DebtMovement(on=date(2025, 7, 1), due_minor=-30_000),
    )
    assert cancelled is not None and (cancelled.penalty_minor, cancelled.movements) == (0, ())


def test_a_debt_of_an_earlier_release_was_declared_and_paid_in_time() -> None:
    owed = debt(due_minor=100_000, paid_minor=30_000)
    assert owed.history == (DebtMovement(on=DUE_ON, due_minor=100_000, paid_minor=30_000),)
    (line,) = rules.penalties(owed, fund=fund_with(rule()), as_of=date(2025, 4, 20)).lines
    assert line.base_minor == 70_000


# --- Measures ---------------------------------------------------------------------------------------------------------


def cost_under(of: Measure, obligation: Obligation, day: date) -> int:
    fund = fund_with(rule())
    return rules.penalties(obligation, fund=fund, as_of=day, measures=(of,)).total_minor


SIDES = {"employer": 60_000, "employee": 40_000}


def test_a_side_that_is_put_off_is_late_from_its_own_day() -> None:
    """100,000 due by 15 April, of which the employer's 60,000 until 15 July."""
    owed, of = debt((IN_TIME, 100_000, 0), sides=SIDES), measure()
    days = [date(2025, 4, 16), date(2025, 7, 15), date(2025, 7, 16)]
    assert [cost_under(of, owed, day) for day in days] == [400, 1_200, 1_600 + 600]
    part = debt((IN_TIME, 100_000, 0), (DUE_ON, 0, 40_000), sides=SIDES)
    assert [cost_under(of, part, day) for day in days] == [0, 0, 600]
    found = rules.forecast(part, fund=fund_with(rule()), today=date(2025, 5, 1), measures=(of,))
    assert (found.deferred_minor, found.deferred_until_on) == (60_000, date(2025, 7, 15))
    assert (found.next_on, found.to_pay_next_minor) == (date(2025, 7, 16), 60_600)


def test_what_is_not_paid_by_the_new_day_may_be_late_from_the_first_one() -> None:
    owed = debt((IN_TIME, 100_000, 0), (DUE_ON, 0, 40_000), sides=SIDES)
    of = measure(loss=MeasureLoss.UNPAID)
    assert [cost_under(of, owed, day) for day in (date(2025, 7, 15), date(2025, 7, 16))] == [0, 4 * 600]
    paid = debt((IN_TIME, 100_000, 0), (DUE_ON, 0, 40_000), (date(2025, 7, 15), 0, 60_000), sides=SIDES)
    assert cost_under(of, paid, date(2026, 1, 1)) == 0


# --- Paid in parts ----------------------------------------------------------------------------------------------------

JUNE, JULY, AUGUST = date(2025, 6, 15), date(2025, 7, 15), date(2025, 8, 15)
IN_PARTS = (30_000, 30_000, 30_001)
"""Of 90,001, by the middle of June, July and August; it was due by 15 April."""


def paid(*came: tuple[date, int]) -> Obligation:
    return debt((IN_TIME, sum(IN_PARTS), 0), *((day, 0, minor) for day, minor in came))


def parts_of(obligation: Obligation, of: Measure, day: date) -> list[tuple[date, int, int]]:
    fund = fund_with(rule())
    found = rules.deferred(obligation, fund=fund, as_of=day, measures=(of,))
    return [(each.due_on, each.amount_minor, each.left_minor) for each in found]


def test_each_part_has_its_day_and_the_last_what_rounding_left() -> None:
    days = (JUNE, JULY, AUGUST)
    assert parts_of(paid(), split(), date(2025, 4, 20)) == [
        (day, minor, minor) for day, minor in zip(days, IN_PARTS, strict=True)
    ]
    some = parts_of(paid((date(2025, 6, 1), 45_000)), split(), date(2025, 6, 1))
    assert [left for _, _, left in some] == [0, 15_000, 30_001], "what comes pays the earlier parts first"


def test_parts_that_are_paid_in_time_cost_nothing() -> None:
    in_time = paid((JUNE, 30_000), (JULY, 30_000), (AUGUST, 30_001))
    for loss in MeasureLoss:
        assert [cost_under(split(loss=loss), in_time, day) for day in (JULY, AUGUST, date(2026, 1, 1))] == [0, 0, 0]


def test_a_part_that_is_not_paid_is_late_from_its_own_day() -> None:
    """1 % of a part for each month that began after its day."""
    owed, of = paid((JUNE, 30_000)), split()
    days = [JULY, date(2025, 7, 16), AUGUST, date(2025, 8, 16)]
    assert [cost_under(of, owed, day) for day in days] == [0, 300, 300, 600 + 300]


def test_or_from_the_first_day_and_the_other_parts_keep_theirs() -> None:
    """By 16 July four months have begun since 15 April; the third part is due in August all the same."""
    owed, of = paid((JUNE, 30_000)), split(loss=MeasureLoss.UNPAID)
    assert [cost_under(of, owed, day) for day in (JULY, date(2025, 7, 16), AUGUST)] == [0, 4 * 300, 4 * 300]
    assert parts_of(owed, of, date(2025, 7, 16)) == [(JUNE, 30_000, 0), (AUGUST, 30_001, 30_001)]
    caught_up = paid((JUNE, 30_000), (date(2025, 7, 20), 30_000), (AUGUST, 30_001))
    assert cost_under(of, caught_up, date(2026, 1, 1)) == 4 * 300


def test_where_every_part_is_lost_the_debt_is_as_it_was() -> None:
    of, day = split(loss=MeasureLoss.UNPAID), date(2025, 8, 16)
    whole = rules.penalties(paid(), fund=fund_with(rule()), as_of=day)
    assert rules.penalties(paid(), fund=fund_with(rule()), as_of=day, measures=(of,)) == whole
    assert parts_of(paid(), of, day) == []


def test_one_side_is_split_and_the_rest_is_due_by_its_usual_day() -> None:
    of, owed = split(JUNE, JULY, side=measure().side), debt((IN_TIME, 100_000, 0), sides=SIDES)
    assert parts_of(owed, of, date(2025, 4, 16)) == [(JUNE, 30_000, 30_000), (JULY, 30_000, 30_000)]
    days = [DUE_ON, date(2025, 4, 16), JUNE, date(2025, 6, 16)]
    assert [cost_under(of, owed, day) for day in days] == [0, 400, 800, 1_200 + 300]


def test_a_part_whose_day_was_before_the_usual_one_is_due_by_the_usual_one() -> None:
    of = split(date(2025, 3, 15), JUNE)
    assert parts_of(paid(), of, date(2025, 4, 1)) == [(JUNE, 45_001, 45_001)]
    assert cost_under(of, paid(), date(2025, 4, 16)) == 450


@pytest.mark.parametrize(("loss", "cost_minor"), [(MeasureLoss.NEVER, 300), (MeasureLoss.UNPAID, 1_200)])
def test_a_forecast_says_what_the_day_after_a_part_costs(loss: MeasureLoss, cost_minor: int) -> None:
    owed, of = paid((JUNE, 30_000)), split(loss=loss)
    found = rules.forecast(owed, fund=fund_with(rule()), today=JULY, measures=(of,))
    assert (found.to_pay_minor, found.to_pay_tomorrow_minor) == (60_001, 60_001 + cost_minor)
    assert (found.next_on, found.pay_by_on) == (date(2025, 7, 16), JULY)
    assert found.to_pay_next_minor == found.to_pay_tomorrow_minor
    assert (found.put_off_minor(on=JULY), found.put_off_minor(on=AUGUST)) == (60_001, 30_001)
    assert found.deferred_until_on == AUGUST


def test_the_loss_is_foreseen_where_the_rule_begins_later() -> None:
    fund, of = fund_with(rule(from_day=10)), split(loss=MeasureLoss.UNPAID)
    assert rules.next_day(paid((JUNE, 30_000)), fund=fund, after=JULY, measures=(of,)) == date(2025, 7, 16)


@given(
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.sets(st.integers(1, 700), min_size=2, max_size=12),
    st.sampled_from(MeasureLoss),
)
def test_parts_come_to_the_debt_and_in_time_they_cost_nothing(
    employer: int, employee: int, later_by: set[int], loss: MeasureLoss
) -> None:
    """Whatever the amounts, in any minor unit: alike but for the last, nothing lost and nothing owed twice."""
    sides, declared = {"employer": employer, "employee": employee}, (IN_TIME, employer + employee, 0)
    owed = debt(declared, (DUE_ON, 0, employee), sides=sides)
    days = [DUE_ON + timedelta(days=each) for each in sorted(later_by)]
    of = split(*days, side=measure().side, loss=loss)
    found = parts_of(owed, of, DUE_ON)
    amounts = [minor for _, minor, _ in found]
    assert sum(amounts) == sum(left for _, _, left in found) == employer
    assert set(amounts[:-1]) <= {employer // len(days)}
    assert not amounts or amounts[0] <= amounts[-1] <= employer // len(days) + len(days) - 1
    assert cost_under(of, owed, days[0]) == 0
    came = [(day, 0, minor) for day, minor, _ in found]
    in_time = debt(declared, (DUE_ON, 0, employee), *came, sides=sides)
    assert cost_under(of, in_time, days[-1] + timedelta(days=400)) == 0


@given(
    st.integers(1, 100),
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 9_000)), max_size=4),
    st.integers(0, 400),
    st.sampled_from(MeasureLoss),
)
def test_parts_never_cost_more_than_no_measure(
    hundreds: int, came: list[tuple[int, int]], after: int, loss: MeasureLoss
) -> None:
    """Of 100 minor units in each part 1 % is exact, whatever came in hundreds of it."""
    left, movements = 300 * hundreds, []
    for later_by, minor in sorted(came):
        part = min(left, minor // 100 * 100)
        left -= part
        movements.append((DUE_ON + timedelta(days=later_by), 0, part))
    owed = debt((IN_TIME, 300 * hundreds, 0), *movements)
    day = DUE_ON + timedelta(days=after)
    none = rules.penalties(owed, fund=fund_with(rule()), as_of=day).total_minor
    assert cost_under(split(loss=loss), owed, day) <= none


# --- Reminded of ------------------------------------------------------------------------------------------------------


def reminded(obligation: Obligation, of: Measure, day: date, before: date | None = None) -> list[tuple[date, int]]:
    fund = fund_with(rule())
    outcome = rules.remind(account(reminded_on=before), obligation, fund=fund, today=day, measures=(of,), at=AT)
    found = [(each.due_on, each.amount_minor) for each in outcome.events]
    assert outcome.thing.reminded_on == (found[0][0] if found else before)
    return found


@pytest.mark.parametrize(
    ("day", "before", "expected"),
    [
        (date(2025, 6, 7), None, []),
        (date(2025, 6, 8), None, [(JUNE, 30_000)]),
        (JUNE, None, [(JUNE, 30_000)]),
        (JUNE, JUNE, []),
        (date(2025, 6, 16), None, []),
        (date(2025, 7, 8), JUNE, [(JULY, 30_000)]),
        (AUGUST, JULY, [(AUGUST, 30_001)]),
    ],
)
def test_the_employer_is_reminded_of_each_part_once(
    day: date, before: date | None, expected: list[tuple[date, int]]
) -> None:
    assert reminded(paid(), split(), day, before) == expected


def test_nobody_is_reminded_of_what_is_paid_or_in_a_plan_or_never() -> None:
    day = date(2025, 6, 10)
    assert reminded(paid((date(2025, 6, 1), 20_000)), split(), day) == [(JUNE, 10_000)]
    assert reminded(paid((date(2025, 6, 1), 30_000)), split(), day) == []
    held = replace(paid(), plan_id="p1", freezes=(PenaltyFreeze(plan_id="p1", after_on=day),))
    assert reminded(held, split(), day) == []
    assert reminded(paid(), split(reminder_days=0), day) == []
    assert reminded(debt((IN_TIME, 90_001, 0), sides=SIDES), measure(), date(2025, 7, 8)) == [(JULY, 60_000)]


def test_somebody_looks_again_when_the_employer_is_to_be_reminded() -> None:
    fund, of = fund_with(rule()), split()

    def look(owed: Obligation, day: date) -> datetime | None:
        return rules.look_next_at(owed, fund=fund, today=day, measures=(of,))

    assert look(paid(), date(2025, 4, 20)) == datetime(2025, 6, 8, tzinfo=fund.zone)
    assert look(paid(), date(2025, 6, 8)) == datetime(2025, 6, 16, tzinfo=fund.zone), "it costs more then"
    assert look(paid((JUNE, 30_000)), JUNE) == datetime(2025, 7, 8, tzinfo=fund.zone)


def test_months_that_are_frozen_cost_nothing() -> None:
    owed = debt((IN_TIME, 100_000, 0))
    of = measure(
        kind=MeasureKind.WAIVE,
        side=None,
        new_due_on=None,
        frozen_from_on=date(2025, 5, 1),
        frozen_to_on=date(2025, 6, 30),
    )
    days = [date(2025, 4, 16), date(2025, 5, 16), date(2025, 6, 16), date(2025, 7, 16)]
    assert [cost_under(of, owed, day) for day in days] == [1_000, 1_000, 1_000, 2_000]


def test_which_measures_are_for_a_debt() -> None:
    law = Law(valid_from=date(2025, 4, 16), reference="After the day", confidence=Confidence.HIGH)
    known = {
        "usual": measure(),
        "other": measure(periods=("2025-Q2",)),
        "undone": measure(withdrawn=law),
        "late": measure(law=law),
        "retroactive": measure(law=law, is_retroactive=True),
    }
    found = rules.measures_for(debt((IN_TIME, 1, 0)), fund=fund_of_measures(**known), granted=[*known, "unknown"])
    assert found == (known["usual"], known["retroactive"])
