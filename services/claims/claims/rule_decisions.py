"""Claims that are decided from facts, and those that rules decide without anybody of the fund. Pure.

An agent grants what the rules come to, or refuses with a reason; no agent types another sum.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from services.claims.benefits.judgement import JudgedOutcome, Judgement
from services.claims.claims import decisions, rules
from services.claims.claims.claim import Claim, Decision, Doubt, Status
from services.claims.claims.duplicates import DuplicateFinding
from shared.funds.benefits import ClaimType, DecidedBy
from shared.funds.fund import Fund
from shared.funds.law import find_in_force
from shared.funds.period import last_day_of_term
from shared.funds.procedure import AutomatedDecisions
from shared.kernel.actors import Actor
from shared.kernel.errors import Conflict
from shared.kernel.outcome import Outcome

SAMPLE_STEPS = 10_000
"""A sample is drawn in hundredths of a percent."""


class ConditionNotMet(Conflict):
    """A condition of the benefit does not hold: the claim can only be refused."""

    code = "claim.condition-not-met"


class FactsMissing(Conflict):
    """What the benefit comes to cannot be computed: a fact that it needs is not known."""

    code = "claim.facts-missing"


def grant(
    claim: Claim,
    judgement: Judgement,
    *,
    others: Iterable[Claim],
    definition: ClaimType,
    fund: Fund,
    by: Actor,
    at: datetime,
) -> Outcome[Claim]:
    """The benefit is granted as the rules compute it; its explanation stays with the decision. Where a condition looks
    at a fact that is not known, who grants it says that it holds."""
    held = rules.may_grant(claim, by=by)
    decisions.must_be_justified(claim, definition, refused_lines=())
    rules.must_be_no_duplicate(claim, others, refused_lines={})
    if judgement.outcome is JudgedOutcome.REFUSED:
        raise ConditionNotMet
    if definition.formula and judgement.sum is None:
        raise FactsMissing
    decision = Decision(
        lines=(), decided_by=by.subject, decided_at=at, explained=judgement.sum, conditions=judgement.conditions
    )
    return decisions.grant(held, decision, amount_minor=due_minor(judgement), definition=definition, fund=fund, at=at)


def due_minor(judgement: Judgement) -> int:
    """What the benefit comes to: at once, or each period; nothing for one that has no sum."""
    return 0 if judgement.sum is None else judgement.sum.amount_minor


def award_from_on(definition: ClaimType, *, filed_on: date) -> date:
    """The first day of what the claim opens."""
    return definition.effect.first_on(filed_on)


def award_until_on(claim: Claim, definition: ClaimType, *, from_on: date) -> date | None:
    """Its last day where one is known: that of the benefit, or an earlier one that medical control set."""
    usual = definition.effect.last_on(from_on)
    months = claim.medical.months if claim.medical else None
    if months is None:
        return usual
    limited = last_day_of_term(from_on, months=months)
    return limited if usual is None else min(usual, limited)


# --- Decided by rules -------------------------------------------------------------------------------------------------


def doubts(
    claim: Claim,
    definition: ClaimType,
    *,
    findings: Sequence[DuplicateFinding],
    is_right_open: bool,
    judgement: Judgement | None,
    due: int,
    sample_digest: str,
    fund: Fund,
    at: datetime,
) -> tuple[Doubt, ...]:
    """Why somebody of the fund has to decide a claim that rules decide otherwise; none where nobody has to. `due` is
    what it comes to in minor units, `judgement` what is known of one that is decided from facts."""
    on = fund.day_of(at)
    limit = find_in_force(definition.procedure.one_person_up_to, on=on)
    is_refusal = judgement is not None and judgement.outcome is JudgedOutcome.REFUSED
    is_paid = definition.is_for_care or bool(definition.formula)
    found = {
        Doubt.NOT_ALLOWED: definition.procedure.untouched is AutomatedDecisions.NOTHING,
        Doubt.ALIKE: any(not finding.is_answered for finding in findings),
        Doubt.MEDICAL_CONTROL: decisions.needs_medical_control(definition),
        Doubt.RIGHT_NOT_OPEN: definition.is_for_care and not is_right_open,
        Doubt.FACTS_MISSING: judgement is not None and judgement.outcome is JudgedOutcome.UNDECIDED,
        Doubt.REFUSAL: is_refusal and definition.procedure.untouched is not AutomatedDecisions.ALL,
        Doubt.NOTHING_DUE: is_paid and not is_refusal and due == 0,
        Doubt.SECOND_PERSON: limit is not None and due > limit.amount.amount_minor,
        Doubt.SAMPLE: is_in_sample(definition, sample_digest, on=on),
    }
    return tuple(doubt for doubt, is_so in found.items() if is_so)


def without_agent(claim: Claim) -> Claim:
    """The claim as rules decided it: nobody holds it, and its decision says so."""
    decision = replace(claim.decision, is_by_rules=True) if claim.decision else None
    return replace(claim, assigned_to=None, decision=decision)


def is_decided_by_rules(definition: ClaimType) -> bool:
    return definition.decided_by is DecidedBy.RULES


def waits_for_rules(claim: Claim, definition: ClaimType) -> bool:
    """Whether nobody has touched a claim that rules decide, and none of its doubts sent it to an agent."""
    is_untouched = claim.assigned_to is None and claim.objection is None and claim.appealed is None
    return is_decided_by_rules(definition) and claim.status is Status.SUBMITTED and is_untouched and not claim.doubts


def is_in_sample(definition: ClaimType, digest: str, *, on: date) -> bool:
    """Whether a claim is one of those that are controlled. A keyed digest of its id draws it: nobody outside can tell
    which it will be, and asked again it is the same."""
    sample = find_in_force(definition.procedure.samples, on=on)
    percent = Decimal(0) if sample is None else sample.percent
    return int(digest[:8], 16) % SAMPLE_STEPS < percent * SAMPLE_STEPS / 100
