"""What payments does with card terminals: take an employer's card for a debt, book the ticket, cancel it."""

import hashlib
import itertools
from dataclasses import replace
from datetime import UTC

from services.payments.access_journal.accessed import AccessedKind
from services.payments.banking import settling
from services.payments.banking.bank_file import Direction
from services.payments.banking.reported_entry import ReportedEntry
from services.payments.card_terminals import acquirer_file, closes, comparing, rules, store
from services.payments.card_terminals.comparing import ComparedFile
from services.payments.card_terminals.terminal_payment import Status, TerminalPayment, Ticket
from services.payments.collections import actions as collections
from services.payments.collections import requesting
from services.payments.collections import rules as collecting
from services.payments.collections.collection import Rail
from services.payments.ledger import account
from services.payments.mobile_money.rules import whole_reference
from services.payments.obligations import actions as obligations
from services.payments.operator_days import actions as operator_days
from shared.kernel.errors import Term
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.service_context import as_stored
from shared.storage.unit_of_work import UnitOfWork

RECEIPT_KIND = "TR"
ASKED_BY_PAYER = "CUST"
"""ISO 20022: asked for by the payer, which is what a ticket that is cancelled at the counter is."""


def begin(uow: UnitOfWork, *, terminal_id: str, declaration_id: str, reference: str) -> TerminalPayment:
    """The caller, an agent at a counter, is about to take an employer's card for what is left of a declaration: by the
    reference that the employer brings, or by a new one, with which any other way to pay it ends. The declaration may be
    named by a reference of the employer's. Raises `DebtReferenceUnknown`."""
    owed = obligations.current(uow, declaration_id=declaration_id or _named(uow, reference))
    if Rail.CARD_TERMINAL not in collecting.offered(uow.fund):
        raise collecting.RailNotOffered(rail=Term(f"collection.rail.{Rail.CARD_TERMINAL}"))
    code, _ = closes.acquirer_of(uow, terminal_id)
    asked = requesting.request_at_counter(uow, declaration_id=owed.declaration_id, rail=Rail.CARD_TERMINAL)
    begun = rules.begin(
        asked,
        payment_id=uow.new_id(),
        terminal_id=terminal_id,
        acquirer=code,
        fund=uow.fund,
        by=uow.by.subject,
        at=uow.at,
    )
    if begun.hold_until is not None:
        collections.hold_reference(uow, collection_id=asked.collection_id, by=begun.payment_id, until=begun.hold_until)
    return store.payments.save(uow, Outcome(begun))


def _named(uow: UnitOfWork, reference: str) -> str:
    """The declaration that a reference is for."""
    whole = whole_reference(reference, prefix=uow.fund.payments.transfer_prefix)
    found = collections.by_reference(uow, whole) if whole else None
    if found is None:
        raise rules.DebtReferenceUnknown
    return found.declaration_id


def take(uow: UnitOfWork, *, payment_id: str, ticket: Ticket) -> TerminalPayment:
    """The terminal took the money: booked at once, from the day of the ticket, as owed by the acquirer. The same ticket
    said again is the payment that was booked."""
    return _take(uow, payment_id=payment_id, ticket=ticket, is_late=False)


def take_late(uow: UnitOfWork, *, payment_id: str, ticket: Ticket) -> TerminalPayment:
    """A ticket that nobody typed before its terminal's close: booked as any other, and held against the close anew."""
    return _take(uow, payment_id=payment_id, ticket=ticket, is_late=True)


def _take(uow: UnitOfWork, *, payment_id: str, ticket: Ticket, is_late: bool) -> TerminalPayment:
    before = store.payments.load(uow, payment_id)
    printed = replace(ticket, taken_at=as_stored(ticket.taken_at.astimezone(UTC)))
    if before.ticket == printed:
        return before
    closed = closes.closed(uow, terminal_id=before.terminal_id, batch=printed.batch, at=printed.taken_at)
    if is_late and closed is None:
        raise rules.BatchNotClosed
    taken = rules.take(
        before,
        printed,
        is_used=store.by_ticket(uow, rules.ticket_key(before.terminal_id, printed)) is not None,
        is_closed=closed is not None and not is_late,
        receipt=uow.new_reference(RECEIPT_KIND),
        fund=uow.fund,
        by=uow.by.subject,
        at=uow.at,
    )
    store.count(uow, before.terminal_id, tickets=1)
    kept = store.payments.save(uow, Outcome(replace(taken, closed_in=closed.day_id if closed else "")))
    settling.take_in(uow, _entry(uow, kept, direction=Direction.CREDIT), entry_id=kept.entry_id)
    if closed is not None:
        closes.compare_anew(uow, closed)
    return kept


def cancel(uow: UnitOfWork, *, payment_id: str) -> TerminalPayment:
    """The card is not taken: the debt may be paid otherwise."""
    before = store.payments.load(uow, payment_id)
    cancelled = rules.cancel(before)
    if cancelled != before:
        cancelled = store.payments.save(uow, Outcome(cancelled))
        collections.release_reference(uow, collection_id=cancelled.collection_id, by=payment_id)
    return cancelled


def reverse(uow: UnitOfWork, *, payment_id: str) -> TerminalPayment:
    """The ticket was cancelled at the terminal, on its day and before its close: what it paid is open again. Said
    again, it changes nothing."""
    before = store.payments.load(uow, payment_id)
    if before.status is Status.REVERSED:
        return before
    reversed_ = rules.reverse(before, fund=uow.fund, by=uow.by.subject, at=uow.at)
    kept = store.payments.save(uow, Outcome(reversed_))
    entry = _entry(uow, kept, direction=Direction.DEBIT)
    settling.take_in(uow, entry, entry_id=rules.entry_id(kept.payment_id, "reversed"))
    return kept


def load(uow: UnitOfWork, *, payment_id: str) -> TerminalPayment:
    return store.payments.load(uow, payment_id)


def look_at(uow: UnitOfWork, *, payment_id: str, purpose: Purpose) -> TerminalPayment:
    """One payment, for an agent: it enters the access journal."""
    found = store.payments.load(uow, payment_id)
    return _noted(uow, found, purpose=purpose)


def receipt_of(uow: UnitOfWork, *, collection_id: str, purpose: Purpose) -> TerminalPayment:
    """The receipt of what was paid for a collection at a terminal, for the employer and the fund's agents. Raises
    `TerminalPaymentUnknown` where it was not paid so."""
    collection = collections.read(uow, collection_id=collection_id)
    found = store.taken_for(uow, collection.collection_id)
    if found is None:
        raise rules.TerminalPaymentUnknown
    return _noted(uow, found, purpose=purpose)


def page(
    uow: UnitOfWork, *, terminal_id: str, batch: str | None, status: Status | None, wanted: PageRequest
) -> Page[TerminalPayment]:
    """What was paid at a terminal, newest first. Raises `TerminalUnknown`."""
    closes.acquirer_of(uow, terminal_id)
    counted = rules.counted(batch) if batch is not None else None
    return store.page(uow, terminal_id=terminal_id, batch=counted, status=status, wanted=wanted)


def _noted(uow: UnitOfWork, found: TerminalPayment, *, purpose: Purpose) -> TerminalPayment:
    journal.note_employer(
        uow, found.employer_id, looked_at=AccessedKind.COLLECTION, reference=found.reference, purpose=purpose
    )
    return found


def _entry(uow: UnitOfWork, payment: TerminalPayment, *, direction: Direction) -> ReportedEntry:
    """A payment as an entry of what the acquirer has for the fund: it counts from the day of the ticket; one that is
    cancelled, from today on."""
    is_reversal = direction is Direction.DEBIT
    return ReportedEntry(
        bank_reference=payment.ticket_key,
        account=account.operator(payment.acquirer),
        direction=direction,
        amount_minor=payment.amount_minor,
        currency=uow.fund.currency.value,
        booked_on=uow.today if is_reversal else payment.taken_on,
        end_to_end_id=payment.collection_id,
        texts=(payment.reference,),
        return_reason=ASKED_BY_PAYER if is_reversal else None,
        is_reversal=is_reversal,
    )


def compare_file(uow: UnitOfWork, *, acquirer: str, day: str, content: bytes) -> ComparedFile:
    """An acquirer's file of a day beside the tickets of that day that were typed: what differs is followed, until a
    later file has it no more or an agent closes it. What the file has and nobody typed is typed as a late ticket;
    nothing is booked. Raises `AcquirerFileNotAgreed`, `FileDayMalformed`, `AcquirerFileInvalid`, `HeadsMissing`."""
    known = uow.fund.bindings.acquirers.get(acquirer)
    if known is None or known.day_file is None:
        raise rules.AcquirerFileNotAgreed
    on = rules.file_day(day, today=uow.today)
    found = acquirer_file.read(content, acquirer=known, layout=known.day_file, day=on, fund=uow.fund)
    tickets = itertools.chain.from_iterable(
        store.of_day(uow, terminal_id=terminal_id, day=on) for terminal_id in sorted(known.terminals)
    )
    compared = comparing.compare(found, tickets, acquirer=acquirer, layout=known.day_file, day=on)
    read_whole = comparing.as_day(compared, sha256=hashlib.sha256(content).hexdigest(), at=uow.at)
    if read_whole is None:
        return compared
    kept = operator_days.keep(uow, read_whole)
    return replace(compared, day_id=kept.day_id, differences=kept.differences)
