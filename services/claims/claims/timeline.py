"""What a person is told of their claim: what happened, what comes next, who must act, and by when it usually is."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.claims.claims.claim import Claim, Status, Step
from services.claims.claims.rules import type_of
from shared.funds.fund import Fund
from shared.funds.law import find_in_force
from shared.funds.texts import Texts


class Who(StrEnum):
    """Whose turn it is."""

    YOU = "you"
    FUND = "fund"
    BANK = "bank"
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Next:
    """The step to come. `text` is a code; the usual day is a habit of the fund, not a promise."""

    text: str
    who: Who
    usually_by_on: date | None = None
    is_to_be_confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class Contest:
    """Where and until when the person may contest a decision that refuses something; the last day is included."""

    body: Texts
    days: int
    until_on: date
    law: str
    is_to_be_confirmed: bool


_WHO = {
    Status.SUBMITTED: Who.FUND,
    Status.PAPERS_ASKED: Who.YOU,
    Status.APPROVED: Who.FUND,
    Status.ORDERED: Who.BANK,
    Status.RETURNED: Who.YOU,
    Status.PAID: Who.NOBODY,
    Status.REFUSED: Who.NOBODY,
    Status.WITHDRAWN: Who.NOBODY,
}


def next_step(claim: Claim, fund: Fund) -> Next:
    """What comes after the present status."""
    since_on = claim.steps[-1].at.astimezone(fund.zone).date()
    usual = find_in_force(type_of(fund, claim.claim_type).usual_days, on=since_on)
    days = None
    if usual is not None:
        days = {
            Status.SUBMITTED: usual.decision,
            Status.APPROVED: usual.payment,
            Status.ORDERED: usual.payment,
        }.get(claim.status)
    return Next(
        text=f"claim.next.{claim.status}",
        who=_WHO[claim.status],
        usually_by_on=None if days is None else since_on + timedelta(days=days),
        is_to_be_confirmed=days is not None and usual is not None and usual.law.is_to_be_confirmed,
    )


def contest(claim: Claim, fund: Fund) -> Contest | None:
    """How the person may contest what was refused, be it one line: by the law of the day of the decision."""
    decision = claim.decision
    if decision is None or not (decision.refused_for or any(line.refused_for for line in decision.lines)):
        return None
    decided_on = decision.decided_at.astimezone(fund.zone).date()
    appeal = find_in_force(type_of(fund, claim.claim_type).appeals, on=decided_on)
    if appeal is None:
        return None
    return Contest(
        body=appeal.body,
        days=appeal.days,
        until_on=decided_on + timedelta(days=appeal.days),
        law=appeal.law.reference,
        is_to_be_confirmed=appeal.law.is_to_be_confirmed,
    )


def text_of(step: Step) -> str:
    """The code of the sentence for a step."""
    return f"claim.step.{step.status}"
