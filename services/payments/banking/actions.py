"""Handles the bank's messages, responses and files: they become entries that are handled once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.payments.banking import reported_entry, settling, store
from services.payments.banking.bank import BankPayment
from services.payments.banking.bank_entry import BankMessage, BankStatement
from services.payments.banking.bank_file import BankNotice, Direction
from services.payments.banking.messages import (
    Credited,
    Debited,
    Fact,
    MandateAgreed,
    MandateDeclined,
    MandateReportAvailable,
    MandateRevoked,
    Refused,
    StatementAvailable,
)
from services.payments.banking.reported_entry import ReportedEntry
from services.payments.banking.webhook import SignedMessage
from services.payments.collections import actions as collections
from services.payments.collections import rules as collecting
from services.payments.collections.collection import Collection, Status
from services.payments.ledger import account
from services.payments.mandates import actions as mandates
from services.payments.mandates import store as mandates_store
from services.payments.mandates.mandate import AnswerChannel, BankAgreement, Mandate
from services.payments.repayments import actions as repayments
from services.payments.self_payers import paying as self_payments
from shared.jobs import queue
from shared.kernel import normalize
from shared.kernel.errors import Invalid, Missing
from shared.kernel.outcome import Outcome
from shared.kernel.references import has_valid_check_digits
from shared.kernel.schedule import RetrySchedule
from shared.storage.unit_of_work import UnitOfWork

STATUS_CHECK_WAITS = RetrySchedule((2, 10, 60, 300, 3600))


class ReferenceNotGenuine(Invalid):
    code = "bank.reference-not-genuine"


class ReferenceUnknown(Missing):
    code = "bank.reference-unknown"


# --- Messages ---------------------------------------------------------------------------------------------------------


def receive(uow: UnitOfWork, message: SignedMessage) -> bool:
    """Handle a message of the bank; whether it was new. A repeated one changes nothing."""
    if store.messages.find(uow, message.message_id) is not None:
        return False
    kept = BankMessage(message_id=message.message_id, kind=message.kind, taken_at=uow.at)
    store.messages.save(uow, Outcome(kept))
    _act_on(uow, message.fact, evidence=f"webhook:{message.message_id}")
    return True


def _act_on(uow: UnitOfWork, fact: Fact, *, evidence: str) -> None:
    match fact:
        case Credited():
            settling.take_in(uow, _of_credit(uow, fact))
        case Debited():
            settling.take_in(
                uow,
                _of_card(
                    uow,
                    collection_id=fact.payment_id,
                    bank_reference=fact.bank_reference,
                    amount_minor=fact.amount_minor,
                ),
            )
        case Refused() if collections.find(uow, fact.payment_id) is not None:
            collections.change(
                uow,
                collection_id=fact.payment_id,
                rule=lambda it: collecting.refuse(it, reason=fact.reason[:40], at=uow.at),
            )
        case StatementAvailable():
            expect(uow, statement_id=fact.statement_id)
        case MandateAgreed():
            mandates.take_agreement(uow, _agreement(uow, fact, evidence=evidence))
        case MandateDeclined():
            mandates.take_refusal(uow, reference=normalize.reference(fact.reference), reason=fact.reason)
        case MandateRevoked():
            mandates.take_cancellation(uow, reference=normalize.reference(fact.reference), reason=fact.reason)
        case MandateReportAvailable():
            queue.schedule(uow, mandates_store.FETCH, fact.report_id)


def _agreement(uow: UnitOfWork, fact: MandateAgreed, *, evidence: str) -> BankAgreement:
    return BankAgreement(
        at=uow.at,
        channel=AnswerChannel.PARTNER,
        evidence=evidence,
        reference=normalize.reference(fact.reference),
        account_number=fact.account,
        holder=fact.holder,
        amount_max_minor=fact.amount_max_minor,
        currency=fact.currency,
        bank_reference=fact.bank_reference,
    )


def apply_payment(uow: UnitOfWork, *, collection_id: str, payment: BankPayment | None) -> None:
    """Apply the bank's state of a collection (None: the bank does not know it)."""
    found = collections.find(uow, collection_id)
    if found is None or not found.is_followed:
        return
    if payment is not None and payment.state == "debited":
        settling.take_in(
            uow,
            _of_card(
                uow,
                collection_id=collection_id,
                bank_reference=payment.bank_reference or "",
                amount_minor=payment.amount_minor,
            ),
        )
        return
    collections.change(uow, collection_id=collection_id, rule=lambda it: _known(it, payment, uow))


def _known(collection: Collection, payment: BankPayment | None, uow: UnitOfWork) -> Collection:
    if payment is not None and payment.state == "refused":
        return collecting.refuse(collection, reason="refused-by-bank", at=uow.at)
    is_closed = payment is None or payment.state == "expired"
    if collection.status is Status.WITHDRAWING and is_closed:
        return collecting.withdrawn(collection, at=uow.at)
    if payment is not None and payment.state == "expired":
        return collecting.expire(collection, at=uow.at)
    # Pending or never seen. A doubt ends here: the page is asked for under the same id, which the bank knows or not.
    if collection.status is Status.UNKNOWN:
        return collecting.ask_anew(collection, at=uow.at)
    return collecting.check_later(collection, at=uow.at)


def _of_credit(uow: UnitOfWork, fact: Credited) -> ReportedEntry:
    """A transfer, as the bank's message reports it: the file that lists it has the same reference of the bank."""
    return ReportedEntry(
        bank_reference=fact.entry_id,
        account=reported_entry.account_code(fact.account, fund=uow.fund),
        direction=Direction.CREDIT,
        amount_minor=fact.amount_minor,
        currency=uow.fund.currency.value,
        reported_on=uow.fund.day_of(fact.booked_at) if fact.booked_at else None,
        texts=(fact.reference,),
        counterparty=fact.debtor_account,
        number=fact.account,
    )


def _of_card(uow: UnitOfWork, *, collection_id: str, bank_reference: str, amount_minor: int) -> ReportedEntry:
    """A card payment, as the bank reports it. It knows the payment by the collection's id, also in its files."""
    return ReportedEntry(
        bank_reference=bank_reference,
        account=account.BANK_COLLECTIONS,
        direction=Direction.CREDIT,
        amount_minor=amount_minor,
        currency=uow.fund.currency.value,
        end_to_end_id=collection_id,
    )


# --- Entries ----------------------------------------------------------------------------------------------------------


def book_lines(uow: UnitOfWork, entries: Sequence[tuple[str, ReportedEntry]]) -> None:
    """Book the movements in a file of the bank (`reported_entry.numbered`). What was handled before changes nothing,
    and an entry that cannot be booked does not block the others."""
    settling.read_ahead(uow, entries)
    for entry_id, reported in entries:
        settling.take_in(uow, reported, entry_id=entry_id)


def movements(uow: UnitOfWork, notice: BankNotice) -> Sequence[tuple[str, ReportedEntry]]:
    """The movements that a file of the bank tells of, as they are booked."""
    return settling.movements(uow, notice)


def expect(uow: UnitOfWork, *, statement_id: str) -> None:
    """The bank has a file of booked entries: it is fetched, once."""
    if store.statements.find(uow, statement_id) is None:
        expected = BankStatement(statement_id=statement_id, told_at=uow.at, next_look_at=uow.at)
        store.scheduling.save(uow, Outcome(expected))


def take_statement(uow: UnitOfWork, *, statement_id: str) -> None:
    """A file that the bank announced is booked: it is not fetched again."""
    statement = store.statements.load(uow, statement_id)
    store.scheduling.save(uow, Outcome(replace(statement, next_look_at=None)))


def check_later(uow: UnitOfWork, *, statement_id: str) -> None:
    """The file could not be fetched, or is not valid: try again, with growing waits."""
    statement = store.statements.load(uow, statement_id)
    looks = statement.looks + 1
    store.scheduling.save(
        uow, Outcome(replace(statement, looks=looks, next_look_at=STATUS_CHECK_WAITS.next_at(uow.at, tries=looks)))
    )


# --- References -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NamedDebt:
    """What a payer's reference names: so much may come by it, until a day if there is one."""

    reference: str
    due_minor: int
    valid_until_on: date | None = None


def by_reference(uow: UnitOfWork, reference: str) -> NamedDebt:
    """What a reference names, of an employer or of a person: its check digits are held first, so that a
    slip of the pen costs no look-up. Raises `ReferenceNotGenuine`, `ReferenceUnknown`."""
    written = normalize.reference(reference)
    if not has_valid_check_digits(written):
        raise ReferenceNotGenuine
    collection = collections.by_reference(uow, written)
    if collection is not None:
        due_minor = collection.amount_minor if collection.is_live else 0
        return NamedDebt(reference=written, due_minor=due_minor, valid_until_on=collection.valid_until_on)
    repayment = repayments.find(uow, written)
    if repayment is not None:
        return NamedDebt(reference=written, due_minor=repayment.owed_minor)
    month = self_payments.by_reference(uow, written)
    if month is not None:
        return NamedDebt(reference=written, due_minor=month.left_minor)
    raise ReferenceUnknown


def mandate_by_reference(uow: UnitOfWork, reference: str) -> Mandate:
    """The mandate that a reference names, for a bank's officer who holds a form. Raises `ReferenceNotGenuine`,
    `ReferenceUnknown`."""
    written = normalize.reference(reference)
    if not has_valid_check_digits(written):
        raise ReferenceNotGenuine
    found = mandates.by_reference(uow, written)
    if found is None:
        raise ReferenceUnknown
    return found
