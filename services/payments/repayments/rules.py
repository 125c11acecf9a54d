"""What is expected by the reference of an overpayment, and what money that names it does. Pure."""

from dataclasses import replace
from datetime import date, datetime

from services.payments.ledger.receipt import MoneyReceipt, with_receipt
from services.payments.repayments.repayment import ExpectedRepayment
from shared.events.claims.overpayments import OverpaymentClosed, OverpaymentFound
from shared.events.payments.repayments import RepaymentReceived, RepaymentReversed
from shared.kernel.errors import Conflict, Missing
from shared.kernel.outcome import Outcome


class RepaymentUnknown(Missing):
    code = "repayment.unknown"


class RepaymentNotReceived(Conflict):
    """The bank takes back more than ever came by the reference."""

    code = "repayment.not-received"


def expect(known: ExpectedRepayment | None, event: OverpaymentFound) -> ExpectedRepayment:
    """A person owes what the event says, from now on; what came before is counted in by claims."""
    if known is None:
        return ExpectedRepayment(
            reference=event.repayment_reference,
            award_id=event.award_id,
            person_ref=event.person_ref,
            claim_type=event.claim_type,
            owed_minor=event.amount_minor,
            told_at=event.found_at,
        )
    return replace(known, owed_minor=event.amount_minor, told_at=event.found_at)


def expect_nothing(known: ExpectedRepayment, event: OverpaymentClosed) -> ExpectedRepayment:
    """Nothing is owed any more: money that comes now waits for a person."""
    return replace(known, owed_minor=0, told_at=event.closed_at)


def receive(
    known: ExpectedRepayment, *, entry_id: str, amount_minor: int, currency: str, on: date, at: datetime
) -> Outcome[ExpectedRepayment]:
    """Money came. A rule books no more than is owed (`banking.matching`); a person may, and claims says what of it goes
    back."""
    receipt = MoneyReceipt(entry_id=entry_id, amount_minor=amount_minor, on=on, at=at)
    after = replace(_with_receipt(known, receipt), owed_minor=max(known.owed_minor - amount_minor, 0))
    received = RepaymentReceived(
        award_id=known.award_id,
        person_ref=known.person_ref,
        repayment_reference=known.reference,
        entry_id=entry_id,
        amount_minor=amount_minor,
        currency=currency,
        received_on=on,
        received_at=at,
    )
    return Outcome(after, (received,))


def take_back(
    known: ExpectedRepayment, *, entry_id: str, amount_minor: int, currency: str, on: date, at: datetime
) -> Outcome[ExpectedRepayment]:
    """The bank took money back that had come. Whether it is owed again is for claims to say, which tells of it. Raises
    `RepaymentNotReceived`."""
    if amount_minor > known.received_minor:
        raise RepaymentNotReceived
    receipt = MoneyReceipt(entry_id=entry_id, amount_minor=-amount_minor, on=on, at=at)
    reversed_event = RepaymentReversed(
        award_id=known.award_id,
        person_ref=known.person_ref,
        repayment_reference=known.reference,
        entry_id=entry_id,
        amount_minor=amount_minor,
        currency=currency,
        reversed_on=on,
        reversed_at=at,
    )
    return Outcome(_with_receipt(known, receipt), (reversed_event,))


def _with_receipt(known: ExpectedRepayment, receipt: MoneyReceipt) -> ExpectedRepayment:
    return replace(
        known,
        receipts=with_receipt(known.receipts, receipt),
        received_minor=known.received_minor + receipt.amount_minor,
    )
