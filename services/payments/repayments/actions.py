"""What payments does with what persons are asked to pay back: expect it, find it by its reference, book what came."""

from collections.abc import Iterable
from datetime import date

from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.repayments import rules
from services.payments.repayments.repayment import ExpectedRepayment
from services.payments.repayments.store import repayments
from shared.events.claims.overpayments import OverpaymentClosed, OverpaymentFound
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork


def expect(uow: UnitOfWork, event: OverpaymentFound) -> None:
    """Claims asks a person for money: from now on it is taken in by its reference."""
    known = repayments.find(uow, event.repayment_reference)
    repayments.save(uow, Outcome(rules.expect(known, event)))


def expect_nothing(uow: UnitOfWork, event: OverpaymentClosed) -> None:
    """Nothing is owed any more; of what was closed before it was ever told nothing is kept."""
    known = repayments.find(uow, event.repayment_reference)
    if known is not None:
        repayments.save(uow, Outcome(rules.expect_nothing(known, event)))


def find(uow: UnitOfWork, reference: str) -> ExpectedRepayment | None:
    """What a payer's reference names, or None."""
    return repayments.find(uow, reference)


def with_references(uow: UnitOfWork, references: Iterable[str]) -> list[ExpectedRepayment]:
    """What these references name; unknown ones are left out."""
    found = repayments.find_many(uow, references)
    return sorted(found.values(), key=lambda each: each.reference)


def receive(uow: UnitOfWork, *, reference: str, entry_id: str, amount_minor: int, into: str, value_on: date) -> None:
    """Book money that came for it. Raises `RepaymentUnknown`."""
    known = repayments.load(uow, reference)
    currency = uow.fund.currency.value
    outcome = rules.receive(
        known, entry_id=entry_id, amount_minor=amount_minor, currency=currency, on=value_on, at=uow.at
    )
    ledger.move(
        uow,
        cause=_cause(known, entry_id),
        debit=into,
        credit=account.repaid(known.claim_type),
        amount_minor=amount_minor,
        value_on=value_on,
    )
    repayments.save(uow, outcome)


def take_back(
    uow: UnitOfWork, *, reference: str, entry_id: str, amount_minor: int, out_of: str, value_on: date
) -> None:
    """Book what the bank took back of it. Raises `RepaymentUnknown`, `RepaymentNotReceived`."""
    known = repayments.load(uow, reference)
    currency = uow.fund.currency.value
    outcome = rules.take_back(
        known, entry_id=entry_id, amount_minor=amount_minor, currency=currency, on=value_on, at=uow.at
    )
    ledger.move(
        uow,
        cause=_cause(known, entry_id),
        debit=account.repaid(known.claim_type),
        credit=out_of,
        amount_minor=amount_minor,
        value_on=value_on,
    )
    repayments.save(uow, outcome)


def _cause(known: ExpectedRepayment, entry_id: str) -> str:
    return f"repayment:{known.reference}:{entry_id}"
