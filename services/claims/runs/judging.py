"""What is right for an award and its periods, by the benefit's rules and by what is known of the person today."""

from collections.abc import Callable, Mapping, Sequence

from services.claims.awards.award import Award
from services.claims.benefits import rules as benefits
from services.claims.benefits.conditions import evaluate
from services.claims.benefits.facts import facts_on, sources_of_claim
from services.claims.benefits.judgement import JudgedOutcome
from services.claims.claims import store as claims
from services.claims.runs.computing import AWARD_OVER, UNDECIDED, PeriodDue
from services.claims.runs.prorating import parts_of, prorated
from services.claims.runs.rules import judged_on, payment_of, periodic
from shared.funds.period import Period
from shared.storage.unit_of_work import UnitOfWork

Judge = Callable[[UnitOfWork, Award, Sequence[Period]], Mapping[Period, PeriodDue]]


def by_rules(uow: UnitOfWork, award: Award, periods: Sequence[Period]) -> Mapping[Period, PeriodDue]:
    """Each period judged on its own day, and each part of one that is paid by its days, from the answers of the claim
    that opened the award and from what is known now of that day: a declaration that was replaced since, or a rate that
    changed in the past, counts as it is now. A period whose day is still to come is judged as of today."""
    if not periods:
        return {}
    sources = sources_of_claim(uow, claims.claims.load(uow, award.claim_id))
    definition = periodic(uow.fund, award.claim_type)
    found: dict[Period, PeriodDue] = {}
    for period in periods:
        payment = payment_of(definition.effect, period)
        on = min(judged_on(period, payment), uow.today)
        facts = facts_on(on, sources, claim_type=award.claim_type)
        if payment.until is not None and evaluate(payment.until, facts).holds:
            found[period] = PeriodDue(right_minor=0, reason=AWARD_OVER, is_over=True)
            continue
        if payment.proration is not None:
            judged = {}
            for part in parts_of(period, award, definition):
                day = min(judged_on(part, payment), uow.today)
                known = facts_on(day, sources, claim_type=award.claim_type)
                judged[part] = benefits.judge(definition, known, on=day, rounding=uow.fund.rounding)
            found[period] = prorated(
                judged, period=period, proration=payment.proration, law=payment.law, rounding=uow.fund.rounding
            )
            continue
        judgement = benefits.judge(definition, facts, on=on, rounding=uow.fund.rounding)
        if judgement.outcome is JudgedOutcome.REFUSED:
            found[period] = PeriodDue(right_minor=0, reason=judgement.failed or "")
        elif judgement.outcome is JudgedOutcome.UNDECIDED or judgement.sum is None:
            found[period] = PeriodDue(right_minor=None, reason=UNDECIDED)
        else:
            found[period] = PeriodDue(right_minor=judgement.sum.amount_minor, sum=judgement.sum, law=payment.law)
    return found
