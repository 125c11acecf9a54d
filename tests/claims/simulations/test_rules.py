"""What anyone may have estimated: asked for what decides, and decided as a claim with such facts would be."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.claims.benefits.answer import GivenAnswer
from services.claims.benefits.answers import AnswersInvalid
from services.claims.benefits.fact import FactSource
from services.claims.benefits.judgement import JudgedOutcome
from services.claims.claims.claim_types import ClaimTypeUnknown
from services.claims.entitlements.simulation import NotBornYet
from services.claims.simulations import rules
from services.claims.simulations.rules import AmountsTooLarge, NotSimulated
from services.claims.simulations.simulation import BenefitSimulation
from shared.kernel.errors import Failure
from tests.claims.trials.builders import trial_of
from tests.kit.contexts import DZ, TN, shipped

FUNDS = shipped()
SOLIDARITY = "tn-solidarite"
ON = date(2026, 3, 20)
SECOND_HOME = "register.land.has-second-home"
WAGES = "wages.mean-month.last-40-quarters"
QUARTER = "wages.mean-quarter.last-4-quarters"
OLD_AGE: dict[str, Any] = {
    "person.birth-on": "1962-03-01",
    "work.quarters": 100,
    WAGES: "1000.000",
    "stopped-on": "2026-02-28",
}
FAMILY: dict[str, Any] = {
    "dependants.children": 2,
    "right.is-open": True,
    "wages.last-quarter": "2000",
    "single-wage": True,
}
SICKNESS: dict[str, Any] = {
    "right.is-open": True,
    QUARTER: "2700",
    "stopped-on": "2026-03-01",
    "days": 15,
}
INVALIDITY: dict[str, Any] = {
    "person.birth-on": "1980-01-01",
    "work.quarters": 60,
    WAGES: "1000",
    "needs-helper": False,
}
SURVIVOR: dict[str, Any] = {
    "deceased.dependants.children": 1,
    "deceased.work.quarters": 100,
    f"deceased.{WAGES}": "1000",
    "survivors.earlier-amount": "0",
    "relation": "spouse",
}
AID: dict[str, Any] = {
    "dependants.children.aged-6-to-18": 1,
    "household": 4,
    "monthly-income": "300",
    "severe-disability": False,
}
REGISTERS: dict[str, Any] = {
    "register.tax.income-band": "up-to-one",
    "register.vehicles.bought-above-limit": False,
    SECOND_HOME: False,
    "register.civil-status.is-alive": True,
    "register.social-security.is-declared": False,
}


def simulated(claim_type: str, answers: dict[str, Any], *, fund: str = TN, on: date = ON) -> BenefitSimulation:
    given = [GivenAnswer(code=code, value=value) for code, value in answers.items() if value is not None]
    return rules.simulate(FUNDS[fund], claim_type=claim_type, given=given, on=on)


def minor(found: BenefitSimulation) -> int | None:
    return None if found.judgement.sum is None else found.judgement.sum.amount_minor


@pytest.mark.parametrize(
    ("fund", "claim_type", "answers", "outcome", "failed", "sum_minor"),
    [
        # 40 quarters at 1 %, 60 at half a percent: 70 % of the mean wage
        (TN, "old-age-pension", OLD_AGE, "granted", None, 700_000),
        (TN, "old-age-pension", {**OLD_AGE, "person.birth-on": "1966-03-20"}, "granted", None, 700_000),
        (TN, "old-age-pension", {**OLD_AGE, "person.birth-on": "1966-03-21"}, "refused", "old-enough", None),
        (TN, "old-age-pension", {**OLD_AGE, "work.quarters": 20, WAGES: "10000"}, "granted", None, None),
        (TN, "old-age-pension", {**OLD_AGE, "work.quarters": 19}, "refused", "long-enough", None),
        (TN, "old-age-pension", {**OLD_AGE, "stopped-on": "2026-03-21"}, "refused", "has-stopped", None),
        # 18 % and 16 % of 122 dinars, and 18.750 for a single wage
        (TN, "family-allowance", FAMILY, "granted", None, 60_230),
        (TN, "family-allowance", {**FAMILY, "single-wage": False}, "granted", None, 41_480),
        (TN, "family-allowance", {**FAMILY, "dependants.children": 0}, "refused", "has-children", None),
        (TN, "family-allowance", {**FAMILY, "right.is-open": False}, "refused", "right-open", None),
        # two thirds of a ninetieth of the quarter's wage, for the days after the first five
        (TN, "sickness-allowance", SICKNESS, "granted", None, 200_000),
        (TN, "sickness-allowance", {**SICKNESS, "days": 5}, "refused", "nothing-due", None),
        (TN, "sickness-allowance", {**SICKNESS, "stopped-on": "2025-12-01"}, "refused", "in-time", None),
        (TN, "invalidity-pension", INVALIDITY, "granted", None, 500_000),
        (TN, "invalidity-pension", {**INVALIDITY, "needs-helper": True}, "granted", None, 600_000),
        # a spouse with one orphan: 50 % and 30 %, of 70 % of 1000
        (TN, "survivor-pension", SURVIVOR, "granted", None, 560_000),
        (TN, "survivor-pension", {**SURVIVOR, "survivors.earlier-amount": "600"}, "granted", None, 100_000),
        (TN, "solidarity-aid", AID, "granted", None, 290_000),
        (TN, "solidarity-aid", {**AID, "monthly-income": "5000"}, "refused", "income-within-limit", None),
        (SOLIDARITY, "permanent-aid", {**AID, **REGISTERS}, "granted", None, 290_000),
        (
            SOLIDARITY,
            "permanent-aid",
            {**AID, **REGISTERS, SECOND_HOME: True},
            "refused",
            "no-second-home",
            None,
        ),
    ],
)
def test_what_is_said_is_decided_by_the_rules_of_the_benefit(
    fund: str, claim_type: str, answers: dict[str, Any], outcome: str, failed: str | None, sum_minor: int | None
) -> None:
    found = simulated(claim_type, answers, fund=fund)
    assert (found.judgement.outcome, found.judgement.failed) == (outcome, failed)
    if sum_minor is not None or outcome == "refused":
        assert minor(found) == sum_minor


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("family-allowance", FAMILY),
        ("old-age-pension", {**OLD_AGE, "person.birth-on": "1963-02-11", "work.quarters": 120, WAGES: "1500"}),
    ],
)
def test_it_comes_to_what_a_trial_of_the_same_comes_to(tmp_path: Path, name: str, answers: dict[str, Any]) -> None:
    trial, found = trial_of(f"{TN}/{name}", tmp_path), simulated(name, answers)
    assert trial.decided_on == ON and trial.sum is not None and found.judgement.sum is not None
    assert [(each.rule, each.amount_minor) for each in found.judgement.sum.lines] == [
        (each.rule, each.amount_minor) for each in trial.sum.lines
    ]


def test_exactly_what_decides_is_asked() -> None:
    asked = {
        (fund.fund_id, benefit.claim_type): [each.code for each in benefit.questions]
        for fund in FUNDS.values()
        for benefit in rules.simulated(fund, on=ON)
    }
    assert asked == {
        (TN, "death-capital"): ["died-on"],  # neither the number of who died nor a relation decides
        (TN, "family-allowance"): ["dependants.children", "right.is-open", "wages.last-quarter", "single-wage"],
        (TN, "invalidity-pension"): ["person.birth-on", "work.quarters", WAGES, "needs-helper"],
        (TN, "old-age-pension"): ["person.birth-on", "work.quarters", WAGES, "stopped-on"],
        # whether it was in hospital only asks for a paper
        (TN, "sickness-allowance"): ["right.is-open", QUARTER, "stopped-on", "days"],
        (TN, "solidarity-aid"): [*AID],
        (TN, "survivor-pension"): [
            "deceased.dependants.children",
            f"deceased.{WAGES}",
            "deceased.work.quarters",
            "survivors.earlier-amount",
            "relation",
        ],
        (SOLIDARITY, "permanent-aid"): [*AID, *REGISTERS, "register.disability.holds-card"],
    }


def test_what_is_left_out_is_not_known_and_is_said() -> None:
    found = simulated("old-age-pension", {**OLD_AGE, WAGES: None})
    assert (found.judgement.outcome, minor(found)) == (JudgedOutcome.UNDECIDED, None)
    assert [each.code for each in found.unanswered] == [WAGES]
    young = simulated("old-age-pension", {"person.birth-on": "2000-01-01"})
    assert young.judgement.failed == "old-enough"  # one condition that does not hold is enough
    assert {each.code: result.holds for each, result in young.conditions} == {
        "old-enough": False,
        "long-enough": None,
        "has-stopped": None,
    }
    nothing = simulated("family-allowance", {})  # a right that nobody names is neither open nor closed
    assert [result.holds for _, result in nothing.conditions] == [None, None]


def test_a_question_that_earlier_answers_lead_to_is_missing_only_where_they_do() -> None:
    card = "register.disability.holds-card"
    disabled = {**AID, **REGISTERS, "severe-disability": True}
    assert [each.code for each in simulated("permanent-aid", disabled, fund=SOLIDARITY).unanswered] == [card]
    assert simulated("permanent-aid", {**AID, **REGISTERS}, fund=SOLIDARITY).unanswered == ()
    without = simulated("permanent-aid", {**disabled, card: False}, fund=SOLIDARITY)
    assert without.judgement.failed == "disability-is-known"
    with pytest.raises(AnswersInvalid) as refused:
        simulated("permanent-aid", {**AID, **REGISTERS, card: True}, fund=SOLIDARITY)
    assert [(each.field, each.code) for each in refused.value.faults] == [(f"answers.{card}", "answer.not-asked")]


def test_whatever_is_said_is_an_answer_and_only_the_funds_own_values_are_its() -> None:
    found = simulated("old-age-pension", OLD_AGE)
    assert found.judgement.sum is not None
    sources = {fact.name: fact.source for line in found.judgement.sum.lines for fact in line.facts}
    assert sources[WAGES] == sources["work.quarters"] == FactSource.ANSWER
    assert sources["fund.minimum-wage"] == FactSource.FUND
    (age,) = found.conditions[0][1].facts
    assert (age.name, age.value, age.source) == ("person.age", "64", FactSource.ANSWER)


@pytest.mark.parametrize(
    ("claim_type", "answers", "codes"),
    [
        ("old-age-pension", {"work.quarters": -1}, {"answers.work.quarters": "answer.not-a-number"}),
        ("old-age-pension", {"work.quarters": 1_001}, {"answers.work.quarters": "answer.not-a-number"}),
        (
            "old-age-pension",
            {WAGES: "1,5", "stopped-on": "soon"},
            {f"answers.{WAGES}": "answer.not-an-amount", "answers.stopped-on": "answer.not-a-date"},
        ),
        ("old-age-pension", {"right.is-open": True}, {"answers.right.is-open": "answer.no-such-question"}),
        ("old-age-pension", {"person.age": 62}, {"answers.person.age": "answer.no-such-question"}),
        ("family-allowance", {"right.is-open": "yes"}, {"answers.right.is-open": "answer.not-a-yes-no"}),
        ("survivor-pension", {"deceased": "1234567890"}, {"answers.deceased": "answer.no-such-question"}),
        ("survivor-pension", {"relation": "cousin"}, {"answers.relation": "answer.not-a-choice"}),
    ],
)
def test_what_is_no_answer_is_refused_with_its_field(
    claim_type: str, answers: dict[str, Any], codes: dict[str, str]
) -> None:
    with pytest.raises(AnswersInvalid) as refused:
        simulated(claim_type, answers)
    assert {each.field: each.code for each in refused.value.faults} == codes


@pytest.mark.parametrize(
    ("fund", "claim_type", "answers", "refusal"),
    [
        (TN, "moon-trip", {}, ClaimTypeUnknown),
        (TN, "care-reimbursement", {}, NotSimulated),  # priced line by line
        (DZ, "care-reimbursement", {}, NotSimulated),
        (TN, "chronic-drugs", {}, NotSimulated),  # a cover: it comes to no sum
        (TN, "general-request", {}, NotSimulated),
        (TN, "old-age-pension", {**OLD_AGE, "person.birth-on": "2026-03-21"}, NotBornYet),
        (
            TN,
            "sickness-allowance",
            {**SICKNESS, QUARTER: "999999999999", "days": 365},
            AmountsTooLarge,
        ),
    ],
)
def test_what_cannot_be_estimated_is_refused(
    fund: str, claim_type: str, answers: dict[str, Any], refusal: type[Failure]
) -> None:
    with pytest.raises(refusal):
        simulated(claim_type, answers, fund=fund)


def test_it_is_paid_once_or_every_so_often() -> None:
    every = {each.claim_type: each.every for each in rules.simulated(FUNDS[TN], on=ON)}
    assert (every["old-age-pension"], every["family-allowance"]) == ("month", "quarter")
    assert every["sickness-allowance"] is None and every["death-capital"] is None
