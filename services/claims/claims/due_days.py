"""By when a claim is to be decided: as the fund usually does, and as the law wants it. Pure."""

from dataclasses import replace
from datetime import date

from services.claims.claims.claim import Claim
from services.claims.claims.claim_types import type_of
from services.claims.claims.steps import complete_at
from shared.funds.benefits import ClaimType
from shared.funds.fund import Fund
from shared.funds.law import find_in_force, in_force
from shared.kernel.outcome import Outcome


def with_due_day(claim: Claim, *, fund: Fund) -> Outcome[Claim]:
    """The claim with the day by which the fund is to decide it, for one that was filed before claims had that day."""
    definition = type_of(fund, claim.claim_type)
    due_on = usual_due_on(definition, fund=fund, complete_on=fund.day_of(complete_at(claim)))
    return Outcome(replace(claim, due_on=due_on))


def usual_due_on(definition: ClaimType, *, fund: Fund, complete_on: date) -> date:
    """The day by which the fund is to decide a claim that came in complete on a day."""
    usual = in_force(definition.usual_days, on=complete_on)
    return fund.calendar.after(complete_on, days=usual.decision, by=usual)


def legal_due_on(definition: ClaimType, *, fund: Fund, complete_on: date) -> date:
    """The day by which the law wants a decision; the last of all days where it sets none."""
    delay = find_in_force(definition.procedure.legal_delays, on=complete_on)
    return date.max if delay is None else fund.calendar.after(complete_on, days=delay.days, by=delay)
