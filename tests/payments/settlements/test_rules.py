"""The schemes that funds have had, and what a plan under each comes to."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.arrears.penalty import Penalties, PenaltyForecast, PenaltyLine
from services.payments.settlements import rules
from services.payments.settlements.plan import PlanSimulation
from shared.funds.arrears import PenaltyReason, PlanBreach, WaivedShare
from tests.kit.contexts import DZ, TN, funds
from tests.payments.builders import FIRM
from tests.payments.measures.builders import LAW, fund_with
from tests.payments.settlements.builders import scheme


def debt(due_on: date, *, left: int = 1_000_000, penalty: int = 100_001) -> PenaltyForecast:
    line = PenaltyLine(
        reason=PenaltyReason.LATE_PAYMENT,
        from_on=due_on,
        until_on=due_on,
        months=1,
        base_minor=left,
        percent=Decimal(1),
        amount_minor=penalty,
        law=LAW,
    )
    return PenaltyForecast(
        employer_id=FIRM,
        declaration_id=f"d-{due_on}",
        form="das",
        period="2025",
        due_on=due_on,
        left_minor=left,
        charged_minor=penalty,
        penalty_paid_minor=0,
        today=Penalties(as_of=due_on, lines=(line,)),
        tomorrow_minor=penalty,
        next_on=None,
        next_minor=penalty,
    )


SCHEMES = [
    # fund, scheme, an old debt, the last day to ask, plans of so many months and what of the penalties they waive
    (DZ, "instalments-2015", date(2015, 1, 31), date(2016, 12, 31), {1: 100, 36: 100, 37: None}),
    (TN, "amnesty-2022", date(2022, 1, 15), date(2022, 7, 27), {1: 100, 36: 100, 37: 50, 60: 50, 61: None}),
    (TN, "amnesty-2024", date(2024, 7, 15), date(2025, 3, 31), {36: 100, 37: None}),
    (TN, "self-employed-2025", date(2025, 10, 15), date(2025, 12, 31), {1: 100, 60: 100, 61: None}),
]


@pytest.mark.parametrize(("fund_id", "code", "due_on", "until_on", "plans"), SCHEMES)
def test_each_scheme_waives_by_the_length_of_the_plan(
    fund_id: str, code: str, due_on: date, until_on: date, plans: dict[int, int | None]
) -> None:
    fund = funds()[fund_id]
    for months, percent in plans.items():
        asked: dict[str, Any] = {"code": code, "employer_id": FIRM, "months": months}
        if percent is None:
            with pytest.raises(rules.PlanTooLong):
                rules.simulate(fund, [debt(due_on)], today=until_on, **asked)
            continue
        found = rules.simulate(fund, [debt(due_on)], today=until_on, **asked)
        assert (found.waived_minor, found.debts) == ({100: 100_001, 50: 50_001}[percent], 1)
        assert sum(each.amount_minor for each in found.instalments) == 1_100_001 - found.waived_minor
        with pytest.raises(rules.SchemeNotOpen):
            rules.simulate(fund, [debt(due_on)], today=date(until_on.year + 1, 12, 31), **asked)


BREACHES = {
    "instalments-2015": (PlanBreach.LAST_DAY, None, True),
    "amnesty-2022": (PlanBreach.MISSED, 3, True),
    "amnesty-2024": (PlanBreach.MISSED, 3, False),
    "self-employed-2025": (PlanBreach.MISSED, 3, False),
}


@pytest.mark.parametrize(("fund_id", "code"), [each[:2] for each in SCHEMES])
def test_each_scheme_says_how_it_is_lost(fund_id: str, code: str) -> None:
    known = rules.scheme_of(funds()[fund_id], code)
    assert (known.breach, known.missed_max, known.needs_current_paid) == BREACHES[code]
    assert known.law.is_to_be_confirmed or code == "instalments-2015"


def simulate(
    *debts: PenaltyForecast, months: int = 12, today: date = date(2025, 5, 31), **facts: Any
) -> PlanSimulation:
    fund = fund_with(settlements={"instalments": scheme(**facts)})
    return rules.simulate(fund, debts, code="instalments", employer_id=FIRM, months=months, today=today)


def test_instalments_are_alike_and_the_last_has_the_rest() -> None:
    found = simulate(debt(date(2025, 4, 15), left=1_000_001), months=3)
    assert [(each.number, each.due_on, each.amount_minor) for each in found.instalments] == [
        (1, date(2025, 6, 30), 333_333),
        (2, date(2025, 7, 31), 333_333),
        (3, date(2025, 8, 31), 333_335),
    ]


def test_what_the_employer_disputes_is_not_settled() -> None:
    disputed, other = replace(debt(date(2025, 1, 15)), disputed_minor=1), debt(date(2025, 1, 15))
    assert simulate(disputed, other, months=3).settled == (other,)


def test_a_debt_that_is_not_late_or_too_young_is_not_settled() -> None:
    old, young, ahead = debt(date(2025, 1, 15)), debt(date(2025, 4, 15)), debt(date(2025, 7, 15))
    assert simulate(old, young, ahead).debts == 2
    until = {"debts_until_on": date(2025, 3, 31)}
    assert simulate(old, young, ahead, **until).debts == 1
    with pytest.raises(rules.CurrentUnpaid):
        simulate(old, young, **until, needs_current_paid=True)
    assert simulate(old, ahead, **until, needs_current_paid=True).debts == 1
    nothing = simulate(ahead)
    assert (nothing.debts, nothing.to_pay_minor, nothing.instalments) == (0, 0, ())


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), max_size=4),
    st.integers(1, 12),
    st.decimals(0, 100, places=2),
)
def test_a_plan_comes_to_what_is_owed_less_what_is_waived(
    amounts: list[tuple[int, int]], months: int, percent: Decimal
) -> None:
    debts = [debt(date(2025, 1, 15), left=left, penalty=penalty) for left, penalty in amounts]
    found = simulate(*debts, months=months, waived=(WaivedShare(months_max=12, percent=percent),))
    assert 0 <= found.waived_minor <= found.penalty_minor
    assert sum(each.amount_minor for each in found.instalments) == found.to_pay_minor


def test_schemes_are_offered_while_they_may_be_asked_for() -> None:
    fund = fund_with(settlements={"now": scheme(), "over": scheme(ask_until_on=date(2025, 5, 30))})
    assert [each.code for each in rules.offered(fund, today=date(2025, 5, 31))] == ["now"]
    without = replace(fund, sections=replace(fund.sections, arrears=None))
    assert rules.offered(without, today=date(2025, 5, 31)) == []
    with pytest.raises(rules.SchemeUnknown):
        rules.scheme_of(without, "now")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"ask_from_on": date.max, "ask_until_on": date.min}, "before ask_from_on"),
        ({"waived": ()}, "the shorter first"),
        ({"missed_max": None}, "needs it"),
        ({"missed_max": 0}, "at least 1"),
        ({"breach": PlanBreach.LAST_DAY}, "belongs to the breach"),
        ({"needs_current_paid": True}, "needs debts_until_on"),
    ],
)
def test_a_wrong_scheme_cannot_be_built(facts: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        scheme(**facts)
