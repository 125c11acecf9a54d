"""Sums from outside: what laws, worked examples and another program's tests say that the shipped benefits come to.

Oracle: OpenFisca-Tunisia and its pension package, whose numbers are kept here as facts. Where it and the law differ
the difference is written beside the case.
"""

from datetime import date
from decimal import Decimal

import pytest

from services.claims.benefits.judgement import JudgedOutcome, Judgement
from services.claims.benefits.rules import judge
from services.claims.benefits.sources import Sources, facts_from
from services.claims.insured.insured import Dependant, FamilyRecord
from shared.kernel.partial_date import PartialDate
from tests.claims.benefits.builders import ON, facts, tnd
from tests.kit.contexts import TN, funds

FUND = funds()[TN]


def judged(claim_type: str, *, on: date = ON, **known: object) -> Judgement:
    return judge(FUND.claim_types[claim_type], facts(**known), on=on, rounding=FUND.rounding)  # type: ignore[arg-type]


def counted(judgement: Judgement) -> list[str]:
    assert judgement.sum is not None, judgement
    return [str(Decimal(line.amount_minor).scaleb(-3)) for line in judgement.sum.lines if line.is_counted]


@pytest.mark.parametrize(
    ("children", "wage", "is_single_wage", "expected"),
    [
        (1, "900.000", False, ["21.960"]),
        (2, "900.000", False, ["21.960", "19.520"]),
        (3, "900.000", False, ["21.960", "19.520", "17.080"]),
        (3, "900.000", True, ["21.960", "19.520", "17.080", "23.475"]),
        (2, "900.000", True, ["21.960", "19.520", "18.750"]),
        (1, "900.000", True, ["21.960", "9.375"]),
        (4, "122.000", True, ["21.960", "19.520", "17.080", "23.475"]),
        (1, "121.999", False, ["21.960"]),  # 18 % of 121.999 is 21.95982
        (1, "100.000", False, ["18.000"]),
    ],
)
def test_family_allowance_by_quarter(children: int, wage: str, is_single_wage: bool, expected: list[str]) -> None:
    """RSNA, base limited to 122 TND; 18, 16, 14 %; bonus 9.375, 18.750, 23.475 (domain rules, confidence H)."""
    judgement = judged(
        "family-allowance",
        dependants__children=children,
        right__is_open=True,
        wages__last_quarter=tnd(wage),
        answer__single_wage=is_single_wage,
    )
    assert judgement.outcome is JudgedOutcome.GRANTED and counted(judgement) == expected


@pytest.mark.parametrize(
    ("quarters", "a_year"),
    [(41, "4860.000"), (50, "5400.000"), (80, "7200.000"), (120, "9600.000"), (160, "9600.000")],
)
def test_old_age_pension_by_quarters(quarters: int, a_year: str) -> None:
    """RSNA, reference wage of 12,000 a year (oracle: pension_rsna.yaml). It asks more than 40 quarters where the law
    asks 120 months, so 40 itself is a case of ours, below."""
    judgement = judged(
        "old-age-pension",
        on=date(2026, 2, 10),
        person__age=60,
        work__quarters=quarters,
        wages__mean_month__last_40_quarters=tnd("1000.000"),
        fund__minimum_wage=tnd("343.889"),
        answer__stopped_on__days_ago=10,
    )
    assert judgement.sum is not None
    assert Decimal(judgement.sum.amount_minor * 12).scaleb(-3) == Decimal(a_year)


def pension(**known: object) -> Judgement:
    usual = {
        "person__age": 60,
        "work__quarters": 60,
        "wages__mean_month__last_40_quarters": tnd("250.000"),
        "fund__minimum_wage": tnd("343.889"),
        "answer__stopped_on__days_ago": 10,
    }
    return judged("old-age-pension", **{**usual, **known})


def test_the_minimum_pension_is_two_thirds_of_the_minimum_wage() -> None:
    """60 quarters at 3,000 a year in 2020 come to less than the minimum of 2,751.108 (oracle, 12 times 229.259)."""
    assert counted(pension()) == ["229.259"]


def test_the_minimum_of_another_year_is_the_oracle_s_but_for_its_rounding() -> None:
    """1,880.301 a year in 2011 (oracle). It rounds the year, the fund the month that is paid: half a thousandth twelve
    times at most."""
    (a_month,) = counted(pension(fund__minimum_wage=tnd("235.038")))
    assert abs(Decimal(a_month) * 12 - Decimal("1880.301")) <= Decimal("0.006")


@pytest.mark.parametrize(
    ("known", "failed"),
    [
        ({"person__age": 59}, "old-enough"),
        ({"work__quarters": 19}, "long-enough"),
        ({"answer__stopped_on__days_ago": -1}, "has-stopped"),
    ],
)
def test_who_has_no_pension_yet_is_told_why(known: dict[str, object], failed: str) -> None:
    assert pension(**known).failed == failed


def test_below_the_required_service_the_least_is_half_the_minimum_wage() -> None:
    assert counted(pension(work__quarters=39)) == ["171.945"]  # half of 343.889, half up
    assert counted(pension(work__quarters=40)) == ["229.259"]


def test_the_reference_wage_is_at_most_six_minimum_wages() -> None:
    rich = pension(work__quarters=120, wages__mean_month__last_40_quarters=tnd("9000.000"))
    assert counted(rich) == ["1650.667"]  # 80 % of 6 times 343.889


@pytest.mark.parametrize(
    ("relation", "orphans", "quarters", "earlier", "expected"),
    [
        ("spouse", 0, 40, "0.000", "300.000"),
        ("spouse", 1, 40, "0.000", "320.000"),
        ("spouse", 2, 40, "0.000", "400.000"),
        ("guardian", 1, 40, "0.000", "120.000"),
        ("guardian", 4, 40, "0.000", "400.000"),
        ("spouse", 0, 20, "0.000", "150.000"),
        ("guardian", 1, 40, "320.000", "80.000"),
        ("guardian", 1, 40, "100.000", "120.000"),
    ],
)
def test_survivors_share_the_pension_of_the_deceased(
    relation: str, orphans: int, quarters: int, earlier: str, expected: str
) -> None:
    """RSNA: spouse 75 %, 50 % beside orphans; 30 % an orphan; at most the whole pension (secondary source, to be
    confirmed by the fund), of a reference wage of 1,000: 1 % a quarter (decree 74-499)."""
    judgement = judged(
        "survivor-pension",
        answer__relation=relation,
        deceased__person__is_alive=False,
        deceased__work__quarters=quarters,
        deceased__wages__mean_month__last_40_quarters=tnd("1000.000"),
        deceased__dependants__children=orphans,
        survivors__earlier_amount=tnd(earlier),
        fund__minimum_wage=tnd("300.000"),
    )
    assert judgement.outcome is JudgedOutcome.GRANTED and counted(judgement) == [expected]


@pytest.mark.parametrize(
    ("known", "failed"),
    [
        ({"deceased__person__is_alive": True}, "has-died"),
        ({"deceased__work__quarters": 19}, "long-enough"),
        ({"answer__relation": "guardian", "deceased__dependants__children": 0}, "has-survivors"),
    ],
)
def test_who_has_no_survivor_pension_is_told_why(known: dict[str, object], failed: str) -> None:
    usual: dict[str, object] = {
        "answer__relation": "spouse",
        "deceased__person__is_alive": False,
        "deceased__work__quarters": 40,
        "deceased__dependants__children": 0,
    }
    assert judged("survivor-pension", **{**usual, **known}).failed == failed


@pytest.mark.parametrize(
    ("quarters", "needs_helper", "expected"),
    [
        (20, False, ["500.000"]),
        (60, False, ["500.000"]),
        (61, False, ["505.000"]),
        (120, False, ["800.000"]),
        (160, False, ["800.000"]),
        (80, True, ["600.000", "120.000"]),
    ],
)
def test_invalidity_pension(quarters: int, needs_helper: bool, expected: list[str]) -> None:
    """RSNA: 50 %, 0.5 % a quarter beyond 180 months, at most 80 %; 20 % more for the help of another person (secondary
    source, to be confirmed by the fund), of a reference wage of 1,000."""
    judgement = judged(
        "invalidity-pension",
        person__age=45,
        work__quarters=quarters,
        wages__mean_month__last_40_quarters=tnd("1000.000"),
        fund__minimum_wage=tnd("300.000"),
        answer__needs_helper=needs_helper,
    )
    assert judgement.outcome is JudgedOutcome.GRANTED and counted(judgement) == expected


LIMITS = [
    (1, "369.824", "647.192"),
    (2, "554.736", "832.104"),
    (3, "832.104", "1109.472"),
    (4, "832.104", "1109.472"),
    (5, "1109.472", "1386.840"),
    (9, "1109.472", "1386.840"),
]


@pytest.mark.parametrize("is_disabled", [False, True])
@pytest.mark.parametrize(("persons", "limit", "with_disabled"), LIMITS)
def test_aid_by_income_and_household(persons: int, limit: str, with_disabled: str, is_disabled: bool) -> None:
    """Amen, income limits of 2026, found by bisection on the oracle (SMIG 554.736; the limit itself passes)."""
    at = tnd(with_disabled if is_disabled else limit)

    def outcome(minor: int) -> JudgedOutcome:
        income = type(at)(at.amount_minor + minor, at.currency)
        return judged(
            "solidarity-aid",
            answer__household=persons,
            answer__monthly_income=income,
            answer__severe_disability=is_disabled,
            dependants__children__aged_6_to_18=0,
            fund__minimum_wage=FUND.contributions.minimum_wages[1].a_month,
        ).outcome

    assert (outcome(0), outcome(1)) == (JudgedOutcome.GRANTED, JudgedOutcome.REFUSED)


@pytest.mark.parametrize(
    ("on", "minimum_wage", "household", "income", "is_disabled", "is_granted"),
    [
        (date(2022, 2, 1), "429.312", 4, "1000.000", False, False),  # a lone parent with three children
        (date(2022, 2, 1), "429.312", 4, "800.000", True, True),  # one of them severely disabled (level 3)
        (date(2022, 2, 1), "429.312", 4, "800.000", False, False),  # level 2 is no severe disability
        (date(2022, 2, 1), "429.312", 3, "500.000", False, True),
        (date(2024, 10, 1), "491.504", 4, "645.000", False, True),
    ],
)
def test_aid_to_households_of_other_years(
    on: date, minimum_wage: str, household: int, income: str, is_disabled: bool, is_granted: bool
) -> None:
    """The oracle's own cases (amen_social). The minimum wages are those of their years, 48 hours; the fund's data begin
    with 2025."""
    judgement = judged(
        "solidarity-aid",
        on=on,
        answer__household=household,
        answer__monthly_income=tnd(income),
        answer__severe_disability=is_disabled,
        dependants__children__aged_6_to_18=0,
        fund__minimum_wage=tnd(minimum_wage),
    )
    assert judgement.outcome is (JudgedOutcome.GRANTED if is_granted else JudgedOutcome.REFUSED)


@pytest.mark.parametrize(
    ("births", "on", "children"),
    [
        (("2016-01-15", "2017-01-15"), date(2022, 2, 1), 1),
        (("2015-01-15", "2016-01-15"), date(2022, 3, 1), 2),
    ],
)
def test_children_counted_for_the_aid(births: tuple[str, ...], on: date, children: int) -> None:
    """From six years on (oracle: amen_social; born 2016-01 and 2017-01, one counts in 2022-02)."""
    dependants = tuple(Dependant(dependant_id=birth, relation="child", birth_on=PartialDate(birth)) for birth in births)
    sources = Sources(fund=FUND, family=FamilyRecord(dependants=dependants))
    found = facts_from(sources, ["dependants.children.aged-6-to-18"], on=on)
    assert found.value("dependants.children.aged-6-to-18") == children


@pytest.mark.parametrize(
    ("on", "base"),
    [
        (date(2022, 2, 1), "200.000"),
        (date(2023, 1, 1), "220.000"),
        (date(2024, 12, 31), "240.000"),
        (date(2025, 1, 1), "260.000"),
        (date(2026, 1, 1), "280.000"),
        (date(2027, 6, 1), "280.000"),
    ],
)
def test_the_aid_s_amount_is_that_of_the_day(on: date, base: str) -> None:
    judgement = judged(
        "solidarity-aid",
        on=on,
        answer__household=4,
        answer__monthly_income=tnd("0.000"),
        answer__severe_disability=False,
        dependants__children__aged_6_to_18=2,
        fund__minimum_wage=tnd("400.000"),
    )
    assert counted(judgement) == [base, "20.000"]


@pytest.mark.parametrize(("year", "a_month"), [(2025, 528_320), (2026, 554_736), (2027, 582_400), (2028, 611_520)])
def test_minimum_wages_that_lie_ahead_are_known(year: int, a_month: int) -> None:
    """Décret 2026-67 fixes three years ahead."""
    (found,) = [each for each in FUND.contributions.minimum_wages if each.law.holds_on(date(year, 6, 1))]
    assert found.a_month.amount_minor == a_month


def test_ten_types_are_pages_and_every_family_is_there() -> None:
    families = {definition.family.value for definition in FUND.claim_types.values()}
    assert families == {"reimbursement", "coverage", "allowance", "pension", "grant", "request"}
    assert set(FUND.claim_types) >= {
        "care-reimbursement",
        "chronic-drugs",
        "coverage-agreement",
        "remaining-share-exemption",
        "family-allowance",
        "old-age-pension",
        "sickness-allowance",
        "solidarity-aid",
        "card-request",
        "general-request",
    }
