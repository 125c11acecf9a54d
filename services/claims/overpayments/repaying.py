"""What money of the person, that came by the reference, does to an overpayment. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.claims.overpayments.moving import moved_to, recovered
from services.claims.overpayments.overpayment import (
    REPAID_SHOWN_MAX,
    TO_RECOVER,
    Overpayment,
    Repaid,
    Status,
)
from shared.events.claims.overpayments import OverpaymentRepaid


@dataclass(frozen=True, kw_only=True)
class RepaidDebt:
    """What money of the person did to an overpayment: `of_debt_minor` was owed, the account of the award has it; below
    zero where the bank took it back."""

    overpayment: Overpayment
    of_debt_minor: int


def repay(known: Overpayment, came: Repaid, *, by: str, at: datetime) -> RepaidDebt:
    """Money of the person came by the reference. With the last of what is owed the overpayment is recovered; what came
    beyond it, or after it was closed, goes back."""
    owed_minor = known.amount_minor if known.status in TO_RECOVER else 0
    of_debt_minor = min(came.amount_minor, owed_minor)
    surplus_minor = came.amount_minor - of_debt_minor
    new = replace(
        _with_repaid(known, came),
        amount_minor=known.amount_minor - of_debt_minor,
        carried_minor=known.carried_minor - of_debt_minor,
        surplus_minor=known.surplus_minor + surplus_minor,
    )
    if surplus_minor:
        before_minor = known.amount_minor if known.status is Status.TO_REPAY else 0
        new = moved_to(replace(new, amount_minor=before_minor + surplus_minor), to=Status.TO_REPAY, by=by, at=at)
    elif not new.amount_minor:
        new = recovered(new, by=by, at=at)
    elif known.status is Status.WAIVER_PROPOSED:
        new = moved_to(new, to=Status.OPEN, by=by, at=at)  # another amount was proposed
    return RepaidDebt(overpayment=new, of_debt_minor=of_debt_minor)


def take_repayment_back(known: Overpayment, back: Repaid, *, by: str, at: datetime) -> RepaidDebt:
    """The bank took back money that the person had paid: what goes back to them is less by it, or it is owed again."""
    taken_minor = -back.amount_minor
    of_surplus_minor = min(taken_minor, known.surplus_minor)
    of_debt_minor = taken_minor - of_surplus_minor
    new = replace(
        _with_repaid(known, back),
        carried_minor=known.carried_minor + of_debt_minor,
        surplus_minor=known.surplus_minor - of_surplus_minor,
    )
    if known.status in (Status.CANCELLED, Status.WAIVED):
        return RepaidDebt(overpayment=new, of_debt_minor=-of_debt_minor)
    owed_minor = taken_minor
    if known.status in TO_RECOVER:
        owed_minor += known.amount_minor
    elif known.status is Status.TO_REPAY:
        owed_minor -= known.amount_minor
    if owed_minor > 0:
        new = replace(new, amount_minor=owed_minor)
        new = new if known.status is Status.OPEN else moved_to(new, to=Status.OPEN, by=by, at=at)
    elif owed_minor == 0:
        new = moved_to(replace(new, amount_minor=0), to=Status.RECOVERED, by=by, at=at)
    else:
        new = replace(new, amount_minor=-owed_minor)
    return RepaidDebt(overpayment=new, of_debt_minor=-of_debt_minor)


def _with_repaid(known: Overpayment, came: Repaid) -> Overpayment:
    return replace(
        known,
        repaid=(*known.repaid, came)[-REPAID_SHOWN_MAX:],
        repaid_minor=known.repaid_minor + came.amount_minor,
    )


def repaid_event(known: Overpayment, after: Overpayment, came: Repaid, *, at: datetime) -> OverpaymentRepaid | None:
    """What the person is told of money that came; None where they died."""
    if after.is_of_deceased:
        return None
    remaining_minor = after.amount_minor if after.status in TO_RECOVER else 0
    return OverpaymentRepaid(
        award_id=known.award_id,
        reference=known.reference,
        person_ref=known.person_ref,
        claim_type=known.claim_type,
        amount_minor=came.amount_minor,
        remaining_minor=remaining_minor,
        currency=known.currency,
        repayment_reference=known.repayment_reference,
        is_settled=not remaining_minor,
        repaid_at=at,
    )
