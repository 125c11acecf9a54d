"""Contributions: the reference's golden cases to the minor unit, dates of rates, rounding that adds up."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.contributions import rules
from services.payments.contributions.contribution import Slip
from services.payments.contributions.rules import ActivityUnknown
from shared.funds.contributions import ContributionSide
from shared.funds.law import NothingInForce
from shared.funds.period import Period
from shared.funds.rounding import USUAL_RULE
from tests.kit.contexts import shipped

FUNDS = shipped()
TN, DZ = FUNDS["tn-cnss"], FUNDS["dz-cnas"]
EMPLOYER, EMPLOYEE, WORKS, ACCIDENT = (
    ContributionSide.EMPLOYER,
    ContributionSide.EMPLOYEE,
    ContributionSide.WORKS_FUND,
    ContributionSide.SECTOR_ACCIDENT,
)

GOLDEN = [
    # fund, period, activity, base, sides, total
    (TN, Period(2025, 1), "retail", 4_734_960, {EMPLOYER: 808_258, EMPLOYEE: 458_344, ACCIDENT: 23_675}, 1_290_277),
    (TN, Period(2024, 4), "retail", 4_734_960, {EMPLOYER: 784_583, EMPLOYEE: 434_669, ACCIDENT: 23_675}, 1_242_927),
    (TN, Period(2025, 1), "construction", 1_000_000, {EMPLOYER: 170_700, EMPLOYEE: 96_800, ACCIDENT: 38_000}, 305_500),
    (DZ, Period(2025, 1), "retail", 12_000_000, {EMPLOYER: 3_000_000, EMPLOYEE: 1_080_000, WORKS: 60_000}, 4_140_000),
    (DZ, Period(2025, 1), "", 0, {EMPLOYER: 0, EMPLOYEE: 0, WORKS: 0}, 0),
]


@pytest.mark.parametrize(("fund", "period", "activity", "base_minor", "sides", "total_minor"), GOLDEN)
def test_the_golden_cases_come_out_to_the_minor_unit(
    fund: object, period: Period, activity: str, base_minor: int, sides: dict[ContributionSide, int], total_minor: int
) -> None:
    slip = rules.slip(fund, period=period, base_minor=base_minor, activity=activity)  # type: ignore[arg-type]

    assert slip.by_side == sides
    assert slip.total_minor == total_minor


@pytest.mark.parametrize(
    ("on", "employer", "employee"),
    [(date(2009, 8, 1), 165_700, 91_800), (date(2024, 12, 31), 165_700, 91_800), (date(2025, 1, 1), 170_700, 96_800)],
)
def test_a_wage_of_1000_comes_to_what_another_program_says(on: date, employer: int, employee: int) -> None:
    """RSNA per 1,000 TND: the oracle's own tests (OpenFisca-Tunisia, cotisations.yaml)."""
    found = rules.contributions_on(TN, base_minor=1_000_000, on=on, activity="offices")
    sides = {side: sum(part.amount_minor for part in found if part.side is side) for side in (EMPLOYER, EMPLOYEE)}
    assert sides == {EMPLOYER: employer, EMPLOYEE: employee}


@pytest.mark.parametrize(("base_minor", "printed_minor"), [(470_204, 43_164), (520_268, 47_761)])
def test_a_worker_s_share_is_that_of_the_payslip_but_for_a_thousandth(base_minor: int, printed_minor: int) -> None:
    """Two payslips of 2016 (OpenFisca-Tunisia, fiches_de_paie). 9.18 % of the first is 43.1647, printed 43.164 (cut, or
    each branch rounded), of the second 47.7606, printed 47.761 (half up): no one rule gives both. The fund rounds each
    side half up, and a thousandth is allowed against an employer's own sum."""
    found = rules.contributions_on(TN, base_minor=base_minor, on=date(2016, 2, 29), activity="offices")
    assert abs(sum(part.amount_minor for part in found if part.side is EMPLOYEE) - printed_minor) <= 1


@pytest.mark.parametrize(
    ("activity", "percent"),
    [
        ("offices", "0.4"),
        ("travel-agencies-b", "0.5"),
        ("farming-fishing", "0.6"),
        ("printing", "0.8"),
        ("garments", "1.2"),
        ("sports", "1.5"),
        ("food-industry", "1.6"),
        ("spinning", "1.8"),
        ("tanneries", "2.0"),
        ("pharmaceuticals", "2.5"),
        ("foundry", "2.6"),
        ("glass", "2.7"),
        ("building-materials", "2.8"),
        ("cork", "3.0"),
        ("organic-synthesis", "3.0"),
        ("wood", "3.4"),
        ("chemicals", "3.5"),
        ("construction", "3.8"),
        ("driving-schools", "4.0"),
    ],
)
def test_accident_rates_are_those_of_the_official_journal(activity: str, percent: str) -> None:
    """By the kind of business, from 1999-04-01 on (OpenFisca-Tunisia with the journal's text)."""
    (rates,) = TN.contributions.accident_rates
    assert (rates.activities[activity].percent, rates.law.valid_from) == (Decimal(percent), date(1999, 4, 1))


def branches(slip: Slip, side: ContributionSide) -> dict[str, int]:
    return {part.branch: part.amount_minor for part in slip.contributions if part.side is side}


def test_the_branches_of_algeria_are_those_of_the_table() -> None:
    slip = rules.slip(DZ, period=Period(2025, 4), base_minor=12_000_000, activity="")

    assert branches(slip, EMPLOYER) == {
        "social-insurance": 1_380_000,
        "work-accidents": 150_000,
        "pension": 1_320_000,
        "early-retirement": 30_000,
        "unemployment": 120_000,
    }
    assert branches(slip, WORKS) == {"pension": 60_000}


def test_what_rounding_leaves_goes_to_the_branches_with_the_largest_remainders() -> None:
    # Of 10 centimes the employer owes 2.5, rounded to 3: 1.15 + 0.125 + 1.1 + 0.025 + 0.1.
    slip = rules.slip(DZ, period=Period(2025, 4), base_minor=10, activity="")

    assert list(branches(slip, EMPLOYER).values()) == [2, 0, 1, 0, 0]


def test_job_loss_is_owed_from_2025_on() -> None:
    before = rules.contributions_on(TN, base_minor=1_000_000, on=date(2024, 12, 31), activity="retail")
    after = rules.contributions_on(TN, base_minor=1_000_000, on=date(2025, 1, 1), activity="retail")

    assert [part.amount_minor for part in before if part.branch == "job-loss"] == []
    assert [part.amount_minor for part in after if part.branch == "job-loss"] == [5_000, 5_000]


@pytest.mark.parametrize("fund", [TN, DZ], ids=["tn-cnss", "dz-cnas"])
@given(base_minor=st.integers(0, 10**14))
def test_branches_add_up_to_their_side_and_none_is_a_unit_away(fund: object, base_minor: int) -> None:
    slip = rules.slip(fund, period=Period(2025, 2), base_minor=base_minor, activity="offices")  # type: ignore[arg-type]

    for side, amount_minor in slip.by_side.items():
        parts = [part for part in slip.contributions if part.side is side]
        assert amount_minor == USUAL_RULE.share(base_minor, sum((part.percent for part in parts), Decimal(0)))
        assert all(abs(part.amount_minor - base_minor * part.percent / 100) <= 1 for part in parts)


def test_a_year_is_assessed_quarter_by_quarter() -> None:
    form = DZ.declarations.forms["das"]

    assessment = rules.assess(DZ, form=form, period=Period(2025), by_part={1: 100, 2: 200, 4: 12_000_000}, activity="")

    assert [slip.base_minor for slip in assessment.slips] == [100, 200, 0, 12_000_000]
    assert [slip.total_minor for slip in assessment.slips] == [25 + 9 + 1, 50 + 18 + 1, 0, 4_140_000]
    assert assessment.total_minor == 4_140_000 + 35 + 69
    assert assessment.due_on == date(2026, 1, 31)


def test_a_quarter_is_assessed_by_itself() -> None:
    form = TN.declarations.forms["quarterly-wages"]

    assessment = rules.assess(TN, form=form, period=Period(2025, 1), by_part={1: 4_734_960}, activity="retail")

    assert (assessment.total_minor, assessment.due_on) == (1_290_277, date(2025, 4, 15))


def test_an_activity_without_a_rate_is_refused_where_the_fund_has_such_rates() -> None:
    with pytest.raises(ActivityUnknown) as refused:
        rules.slip(TN, period=Period(2025, 1), base_minor=1, activity="piracy")

    assert refused.value.parameters == {"activity": "piracy"}


def test_a_time_of_which_no_rate_is_known_is_refused() -> None:
    with pytest.raises(NothingInForce):
        rules.slip(TN, period=Period(1999, 1), base_minor=1, activity="retail")


def test_no_contribution_is_computed_on_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="below nought"):
        rules.slip(DZ, period=Period(2025, 1), base_minor=-1, activity="")
