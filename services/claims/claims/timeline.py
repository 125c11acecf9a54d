"""What a person sees of their claim: what happened, what comes next, who must act, and by when it usually is."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.claims.claims.claim import Claim, ClaimStep, Status
from services.claims.claims.claim_types import type_of
from services.claims.claims.papers import paper_term
from services.claims.claims.steps import complete_at
from shared.funds.benefits import Appeal
from shared.funds.effects import EffectKind
from shared.funds.fund import Fund
from shared.funds.law import find_in_force
from shared.funds.texts import Texts


class ResponsibleParty(StrEnum):
    """Whose turn it is."""

    YOU = "you"
    FUND = "fund"
    BANK = "bank"
    NOBODY = "nobody"


class FurtherStep(StrEnum):
    """What may come next where no status says it; each has a sentence under `claim.next.…`, as the statuses have."""

    APPEALED = "appealed"
    PAYMENT_HELD = "payment-held"


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """The step to come. `text` is a code; the usual day is a habit of the fund, not a promise; the legal one is the
    last on which the law wants the fund to decide, or the person to give what was asked for."""

    text: str
    who: ResponsibleParty
    usually_by_on: date | None = None
    is_to_be_confirmed: bool = False
    legally_by_on: date | None = None
    law: str | None = None
    is_law_to_be_confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class AppealTerm:
    """Where and until when the person may contest a decision that refuses something; the last day is included."""

    body: Texts
    days: int
    until_on: date
    law: str
    is_to_be_confirmed: bool


_WHO = {
    Status.SUBMITTED: ResponsibleParty.FUND,
    Status.PAPERS_ASKED: ResponsibleParty.YOU,
    Status.MEDICAL_CONTROL: ResponsibleParty.FUND,
    Status.TO_CONFIRM: ResponsibleParty.FUND,
    Status.APPROVED: ResponsibleParty.FUND,
    Status.ORDERED: ResponsibleParty.BANK,
    Status.RETURNED: ResponsibleParty.YOU,
    Status.PAID: ResponsibleParty.NOBODY,
    Status.REFUSED: ResponsibleParty.NOBODY,
    Status.WITHDRAWN: ResponsibleParty.NOBODY,
    Status.UNDER_WAY: ResponsibleParty.FUND,
    Status.DONE: ResponsibleParty.NOBODY,
}

_FUND_DECIDES = frozenset({Status.SUBMITTED, Status.MEDICAL_CONTROL, Status.TO_CONFIRM})


def next_step(claim: Claim, fund: Fund) -> NextStep:
    """What comes after the present status."""
    if claim.appeal is not None and claim.appeal.is_open and _WHO[claim.status] is ResponsibleParty.NOBODY:
        return NextStep(text=f"claim.next.{FurtherStep.APPEALED}", who=ResponsibleParty.FUND)
    if claim.is_payment_held:
        return NextStep(text=f"claim.next.{FurtherStep.PAYMENT_HELD}", who=ResponsibleParty.FUND)
    if claim.status in _FUND_DECIDES:
        return _decision(claim, fund)
    awaited = paper_term(claim, fund=fund)
    since_on = fund.day_of(claim.steps[-1].at)
    usual = find_in_force(type_of(fund, claim.claim_type).usual_days, on=since_on)
    is_paying = claim.status in (Status.APPROVED, Status.ORDERED) and usual is not None
    return NextStep(
        text=f"claim.next.{claim.status}",
        who=_WHO[claim.status],
        usually_by_on=fund.calendar.after(since_on, days=usual.payment, by=usual) if is_paying and usual else None,
        is_to_be_confirmed=is_paying and usual is not None and usual.law.is_to_be_confirmed,
        legally_by_on=awaited.until_on if awaited else None,
        law=awaited.law.reference if awaited else None,
        is_law_to_be_confirmed=awaited is not None and awaited.law.is_to_be_confirmed,
    )


def _decision(claim: Claim, fund: Fund) -> NextStep:
    """The fund decides: as it usually does, and as the law wants it to."""
    definition = type_of(fund, claim.claim_type)
    complete_on = fund.day_of(complete_at(claim))
    usual = find_in_force(definition.usual_days, on=complete_on)
    usually_by_on = None if usual is None else fund.calendar.after(complete_on, days=usual.decision, by=usual)
    legal = find_in_force(definition.procedure.legal_delays, on=complete_on) if claim.has_legal_delay else None
    return NextStep(
        text=f"claim.next.{claim.status}",
        who=_WHO[claim.status],
        usually_by_on=usually_by_on if claim.due_on == date.max else claim.due_on,
        is_to_be_confirmed=usual is not None and usual.law.is_to_be_confirmed,
        legally_by_on=claim.legal_due_on if claim.has_legal_delay else None,
        law=legal.law.reference if legal else None,
        is_law_to_be_confirmed=legal is not None and legal.law.is_to_be_confirmed,
    )


def appeal_term(claim: Claim, fund: Fund) -> AppealTerm | None:
    """How the person may contest what was refused, be it one line, or an amount where the fund lets them: by the law of
    the day of the decision. What an appeal came to is not contested here once more."""
    decision = claim.decision
    if decision is None or claim.appealed is not None:
        return None
    definition, decided_on = type_of(fund, claim.claim_type), fund.day_of(decision.decided_at)
    appeal = find_in_force(definition.appeals, on=decided_on)
    if appeal is None:
        return None
    is_amount = appeal.of_amounts and definition.effect.kind is EffectKind.PAY_ONCE
    if not (decision.refuses_something or is_amount):
        return None
    return appeal_term_by(appeal, decided_on=decided_on, fund=fund)


def appeal_term_by(appeal: Appeal, *, decided_on: date, fund: Fund) -> AppealTerm:
    """Before whom, and until which day, something may be contested that was decided, or told, on a day."""
    return AppealTerm(
        body=appeal.body,
        days=appeal.days,
        until_on=fund.calendar.after(decided_on, days=appeal.days, by=appeal),
        law=appeal.law.reference,
        is_to_be_confirmed=appeal.law.is_to_be_confirmed,
    )


def text_of(step: ClaimStep) -> str:
    """The code of the sentence for a step."""
    return f"claim.step.{step.status}" if step.happening is None else f"claim.happening.{step.happening}"
