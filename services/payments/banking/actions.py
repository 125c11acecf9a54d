"""What payments does with what the bank says: take it in once, book it to what it was for, lose nothing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from services.payments.banking import store
from services.payments.banking.bank_entry import BankEntry, Details, Message, Statement
from services.payments.banking.bank_file import BookedEntry, Direction
from services.payments.banking.client import BankPayment
from services.payments.banking.messages import Credited, Debited, Fact, Refused, StatementAvailable
from services.payments.banking.webhook import SignedMessage
from services.payments.collections import actions as collections
from services.payments.collections import rules as collecting
from services.payments.collections.collection import Collection, Status
from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.payouts import actions as payouts
from shared.kernel.errors import Invalid, Missing
from shared.kernel.outcome import Outcome
from shared.kernel.references import is_genuine
from shared.storage.work import Work
from shared.telemetry.carrying import continued

LOOK_AGAIN_S = (2, 10, 60, 300, 3600)
NO_DETAILS = Details(counterparty="", text="")


class AccountNotOurs(Invalid):
    """The bank speaks of an account, or of a currency, that is not this fund's."""

    code = "bank.account-not-ours"


class ReferenceNotGenuine(Invalid):
    code = "bank.reference-not-genuine"


class ReferenceUnknown(Missing):
    code = "bank.reference-unknown"


# --- Messages ---------------------------------------------------------------------------------------------------------


def hear(work: Work, message: SignedMessage) -> bool:
    """Take in a message of the bank; whether it was new. One that comes again changes nothing."""
    if store.messages.find(work, message.message_id) is not None:
        return False
    kept = Message(message_id=message.message_id, kind=message.kind, taken_at=work.at)
    store.messages.keep(work, Outcome(kept))
    _act_on(work, message.fact)
    return True


def _act_on(work: Work, fact: Fact) -> None:
    match fact:
        case Credited():
            _come_in(
                work,
                bank_reference=fact.entry_id,
                code=_account(work, fact.account),
                amount_minor=fact.amount_minor,
                collection=collections.by_reference(work, bare(fact.reference)),
                details=Details(counterparty=fact.debtor_account, text=fact.reference),
            )
        case Debited():
            _come_in(
                work,
                bank_reference=fact.bank_reference,
                code=account.BANK_COLLECTIONS,
                amount_minor=fact.amount_minor,
                collection=collections.find(work, fact.payment_id),
                details=NO_DETAILS,
            )
        case Refused() if collections.find(work, fact.payment_id) is not None:
            collections.change(
                work,
                collection_id=fact.payment_id,
                rule=lambda it: collecting.refuse(it, reason=fact.reason[:40], at=work.at),
            )
        case StatementAvailable():
            told = Statement(statement_id=fact.statement_id, told_at=work.at, next_look_at=work.at)
            if store.statements.find(work, told.statement_id) is None:
                store.statements.keep(work, Outcome(told))


def know(work: Work, *, collection_id: str, payment: BankPayment | None) -> None:
    """What the bank, asked, knows of a collection (None: nothing) becomes what is known here."""
    found = collections.find(work, collection_id)
    if found is None or not found.is_live:
        return
    if payment is not None and payment.state == "debited":
        _come_in(
            work,
            bank_reference=payment.bank_reference or "",
            code=account.BANK_COLLECTIONS,
            amount_minor=payment.amount_minor,
            collection=found,
            details=NO_DETAILS,
        )
        return
    collections.change(work, collection_id=collection_id, rule=lambda it: _known(it, payment, work))


def _known(collection: Collection, payment: BankPayment | None, work: Work) -> Collection:
    if payment is not None and payment.state == "refused":
        return collecting.refuse(collection, reason="refused-by-bank", at=work.at)
    if payment is not None and payment.state == "expired":
        return collecting.expire(collection, at=work.at)
    # Pending or never seen. A doubt ends here: the page is asked for under the same id, which the bank knows or not.
    if collection.status is Status.UNKNOWN:
        return collecting.ask_anew(collection, at=work.at)
    return collecting.look_later(collection, at=work.at)


# --- Entries ----------------------------------------------------------------------------------------------------------


def book_lines(work: Work, lines: Iterable[BookedEntry]) -> None:
    """Book what a file of the bank says has moved. Lines that were taken in before change nothing."""
    for line in lines:
        if line.amount.currency is not work.fund.currency:
            raise AccountNotOurs
        code = _account(work, line.account)
        if line.direction is Direction.CREDIT and line.return_reason is None:
            _come_in(
                work,
                bank_reference=line.entry_id,
                code=code,
                amount_minor=line.amount.amount_minor,
                collection=_collection_of(work, line),
                details=Details(counterparty="", text=line.remittance or ""),
            )
        else:
            _settle_payout(work, line, code=code)


def take_statement(work: Work, *, statement_id: str) -> None:
    """A file that the bank told of is booked: look at it no more."""
    statement = store.statements.load(work, statement_id)
    store.statements.keep(work, Outcome(replace(statement, next_look_at=None)))


def look_later(work: Work, *, statement_id: str) -> None:
    """The file could not be had, or not be believed: look again, each time after a longer while."""
    statement = store.statements.load(work, statement_id)
    wait_s = LOOK_AGAIN_S[min(statement.looks, len(LOOK_AGAIN_S) - 1)]
    later_at = work.at + timedelta(seconds=wait_s)
    store.statements.keep(work, Outcome(replace(statement, looks=statement.looks + 1, next_look_at=later_at)))


def _come_in(
    work: Work,
    *,
    bank_reference: str,
    code: str,
    amount_minor: int,
    collection: Collection | None,
    details: Details,
) -> None:
    """Money came: for a collection, or for nobody knows what, but never twice and never not at all."""
    if store.entries.find(work, bank_reference) is not None:
        return
    booked_as = ""
    if collection is not None and code == account.BANK_COLLECTIONS:
        with continued("money collected", collection.traceparent):
            if collections.book(work, collection, bank_reference=bank_reference, amount_minor=amount_minor):
                booked_as = f"collection:{collection.collection_id}"
    if not booked_as:
        _post_unmatched(work, bank_reference, debits={code: amount_minor}, credits={account.UNMATCHED: amount_minor})
    _keep_entry(work, bank_reference, code, Direction.CREDIT, amount_minor, booked_as, details)


def _settle_payout(work: Work, line: BookedEntry, *, code: str) -> None:
    """Money of ours left, or came back."""
    if store.entries.find(work, line.entry_id) is not None:
        return
    amount_minor = line.amount.amount_minor
    payout = payouts.find(work, line.end_to_end_id or "")
    is_booked = False
    if payout is not None and payout.amount_minor == amount_minor and code == account.BANK_PAYOUTS:
        if line.direction is Direction.DEBIT:
            is_booked = payouts.book_paid(work, payout, entry_id=line.entry_id)
        else:
            reason = (line.return_reason or "")[:40]
            is_booked = payouts.book_returned(work, payout, entry_id=line.entry_id, reason=reason)
    if not is_booked:
        ours, unmatched = {code: amount_minor}, {account.UNMATCHED: amount_minor}
        is_credit = line.direction is Direction.CREDIT
        debits, credits = (ours, unmatched) if is_credit else (unmatched, ours)
        _post_unmatched(work, line.entry_id, debits=debits, credits=credits)
    booked_as = f"payout:{payout.payout_id}" if payout is not None and is_booked else ""
    details = Details(counterparty="", text=line.remittance or "")
    _keep_entry(work, line.entry_id, code, line.direction, amount_minor, booked_as, details)


def _post_unmatched(work: Work, bank_reference: str, *, debits: dict[str, int], credits: dict[str, int]) -> None:
    cause = f"bank-entry:{bank_reference}"
    ledger.post(work, ledger.entry(work, cause=cause, debits=debits, credits=credits))


def _keep_entry(
    work: Work,
    bank_reference: str,
    code: str,
    direction: Direction,
    amount_minor: int,
    booked_as: str,
    details: Details,
) -> None:
    entry = BankEntry(
        bank_reference=bank_reference,
        account=code,
        direction=direction,
        amount_minor=amount_minor,
        booked_as=booked_as,
        is_matched=bool(booked_as),
        details=details,
        taken_at=work.at,
    )
    store.entries.keep(work, Outcome(entry))


def _collection_of(work: Work, line: BookedEntry) -> Collection | None:
    """By the id that the bank was given for a card, else by what the payer wrote on a transfer."""
    by_id = collections.find(work, line.end_to_end_id) if line.end_to_end_id else None
    return by_id or collections.by_reference(work, bare(line.remittance or ""))


def _account(work: Work, number: str) -> str:
    payment = work.fund.payment
    codes = {payment.collections.number: account.BANK_COLLECTIONS, payment.payouts.number: account.BANK_PAYOUTS}
    if number not in codes:
        raise AccountNotOurs
    return codes[number]


# --- References -------------------------------------------------------------------------------------------------------


def by_reference(work: Work, reference: str) -> Collection:
    """The collection that a reference names: its check digits are held first, so that a slip of the pen costs no
    look-up. Raises `ReferenceNotGenuine`, `ReferenceUnknown`."""
    written = bare(reference)
    if not is_genuine(written):
        raise ReferenceNotGenuine
    found = collections.by_reference(work, written)
    if found is None:
        raise ReferenceUnknown
    return found


def bare(reference: str) -> str:
    """A reference without the spaces and dashes that people put in."""
    return "".join(reference.split()).replace("-", "").upper()
