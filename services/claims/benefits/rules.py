"""What a benefit comes to for a person on a day: its conditions, then its formula. Pure: facts are handed in."""

from datetime import date

from services.claims.benefits.computing import Computed, compute
from services.claims.benefits.conditions import Evaluation, evaluate, used_facts
from services.claims.benefits.explained import ExplainedSum
from services.claims.benefits.fact import Facts
from services.claims.benefits.judgement import ConditionResult, JudgedOutcome, Judgement
from shared.funds.benefits import ClaimType, Eligibility
from shared.funds.rounding import RoundingRules
from shared.kernel.errors import Invalid


class PricedByLine(Invalid):
    """A claim for care is priced line by line: nothing can be said of it from answers alone."""

    code = "benefit.priced-by-line"


class OfSomebodyElse(Invalid):
    """It is computed from what somebody else worked and earned, which is shown to nobody who only asks: an agent looks
    at the papers of a claim first."""

    code = "benefit.of-somebody-else"


NOTHING_DUE = "nothing-due"
"""The code under which a benefit is refused whose conditions hold but whose formula comes to nothing."""


def judge(definition: ClaimType, facts: Facts, *, on: date, rounding: RoundingRules) -> Judgement:
    """Whether the benefit is granted on a day, and what it comes to.

    The first condition that does not hold refuses. Where none fails but one looks at a fact that is not known, or a
    step that counts needs one, the benefit is undecided: an agent looks at it.
    """
    computed = compute(definition.formula, facts, on=on, rounding=rounding.of_benefits(on=on))
    asked = (each for each in definition.conditions if each.law.holds_on(on))
    conditions = tuple(_result(each, evaluate(each.holds, computed.facts)) for each in asked)
    failed = next((each.code for each in conditions if each.holds is False), None)
    missing = [*(name for each in conditions for name in each.missing), *computed.missing]
    total = _sum(computed, on=on) if definition.formula and not computed.missing else None
    if failed is None and total is not None and total.amount_minor == 0 and not missing:
        failed = NOTHING_DUE
    if failed is not None:
        return Judgement(outcome=JudgedOutcome.REFUSED, judged_on=on, failed=failed, conditions=conditions)
    return Judgement(
        outcome=JudgedOutcome.UNDECIDED if missing else JudgedOutcome.GRANTED,
        judged_on=on,
        sum=total,
        conditions=conditions,
        missing=tuple(dict.fromkeys(missing)),
    )


def _result(condition: Eligibility, found: Evaluation) -> ConditionResult:
    return ConditionResult(
        code=condition.code,
        holds=found.holds,
        facts=used_facts(found.used),
        missing=found.missing,
        law=condition.law,
    )


def _sum(computed: Computed, *, on: date) -> ExplainedSum:
    return ExplainedSum(
        lines=computed.lines,
        amount_minor=sum(line.amount_minor for line in computed.lines if line.is_counted),
        currency=computed.facts.currency.value,
        computed_on=on,
    )
