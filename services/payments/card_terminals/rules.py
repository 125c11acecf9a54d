"""What may happen to payments at card terminals, and to the closes of terminals. Pure: fund and time are handed in."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from services.payments.card_terminals.terminal_payment import (
    MOVES,
    Status,
    TerminalPayment,
    Ticket,
)
from services.payments.collections.collection import Collection
from services.payments.operator_days.close_totals import NUMBER, CloseTotals
from services.payments.operator_days.operator_day import DayDifference, DifferenceKind, OperatorDay
from shared.funds.bindings import Acquirer
from shared.funds.fund import Fund
from shared.kernel import normalize
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.moves import moved

CLOCKS_APART_MAX = timedelta(minutes=5)
"""How far the terminal's clock may be before ours."""
LATE_DAYS_MAX = 7
"""How long after it was printed a ticket is still typed."""
BATCHES_REPEAT_AFTER_DAYS = 300
"""A terminal that has used up its batch numbers begins at 1 again, years later; until then one number is one batch."""
TOTALS, REVERSALS, FEE = "totals", "reversals", "fee"
"""Stand for the day as a whole among its payments."""


class TerminalUnknown(Missing):
    code = "card-terminal.unknown"


class TerminalPaymentUnknown(Missing):
    code = "card-terminal.payment-unknown"


class DebtReferenceUnknown(Missing):
    """The fund asked for nothing under this reference; one with a slip is answered alike."""

    code = "card-terminal.reference-unknown"


class AcquirerFileNotAgreed(Missing):
    """The fund has no such acquirer, or has not agreed with it what its files are like."""

    code = "card-terminal.file-not-agreed"


class FileDayMalformed(Invalid):
    """A day is written as YYYY-MM-DD, and is over or today."""

    code = "card-terminal.file-day-malformed"


class TicketMalformed(Invalid):
    """Batch and ticket have numbers of up to nine digits, an authorisation up to twelve letters and digits."""

    code = "card-terminal.ticket-malformed"


class TicketUsed(Conflict):
    """This ticket of this batch was typed for another payment."""

    code = "card-terminal.ticket-used"


class TicketDiffers(Conflict):
    """The payment has another ticket already."""

    code = "card-terminal.ticket-differs"


class TicketAmountDiffers(Invalid):
    """The terminal took another amount than was asked for."""

    code = "card-terminal.amount-differs"


class TicketTimeWrong(Invalid):
    """The ticket is from the future, or older than tickets are typed."""

    code = "card-terminal.time-wrong"


class BatchClosed(Conflict):
    """The terminal has closed this batch."""

    code = "card-terminal.batch-closed"


class BatchNotClosed(Conflict):
    """The terminal has not closed this batch: the ticket is typed as usual."""

    code = "card-terminal.batch-not-closed"


class TooLateToReverse(Conflict):
    """A ticket is cancelled on its own day, and before the terminal's close."""

    code = "card-terminal.too-late-to-reverse"


class CloseUnknown(Missing):
    code = "card-terminal.close-unknown"


class CloseInFuture(Invalid):
    code = "card-terminal.close-in-future"


class ReversalsAboveTotal(Invalid):
    """A close has more that was cancelled than was taken."""

    code = "card-terminal.reversals-above-total"


# --- The payment ------------------------------------------------------------------------------------------------------


def begin(
    asked: Collection, *, payment_id: str, terminal_id: str, acquirer: str, fund: Fund, by: str, at: datetime
) -> TerminalPayment:
    """An agent is about to take an employer's card for what a collection asks for."""
    agreed = fund.payments.card_at_counter
    return TerminalPayment(
        payment_id=payment_id,
        terminal_id=terminal_id,
        acquirer=acquirer,
        collection_id=asked.collection_id,
        declaration_id=asked.declaration_id,
        employer_id=asked.employer_id,
        period=asked.period,
        reference=asked.reference,
        amount_minor=asked.amount_minor,
        status=Status.BEGUN,
        begun_by=by,
        begun_at=at,
        hold_until=at + timedelta(minutes=agreed.hold_minutes if agreed else 0),
    )


def ticket(*, batch: str, number: str, authorisation: str, amount_minor: int, taken_at: datetime) -> Ticket:
    """A ticket as it is kept, from what was typed: digits of any script, zeros before a number or none. Raises
    `TicketMalformed`."""
    try:
        return Ticket(
            batch=counted(batch),
            number=counted(number),
            authorisation=normalize.plain(authorisation).replace(" ", "").upper(),
            amount_minor=amount_minor,
            taken_at=taken_at,
        )
    except ValueError as malformed:
        raise TicketMalformed from malformed


def counted(written: str) -> str:
    """The number of a batch or a ticket without the zeros before it. Raises `TicketMalformed`."""
    digits = normalize.plain(written)
    if not NUMBER.fullmatch(digits):
        raise TicketMalformed
    return str(int(digits))


def take(
    payment: TerminalPayment,
    printed: Ticket,
    *,
    is_used: bool,
    is_closed: bool,
    receipt: str,
    fund: Fund,
    by: str,
    at: datetime,
) -> TerminalPayment:
    """The terminal took the money and gave its ticket. `is_used`: another payment has it; `is_closed`: the terminal has
    closed its batch."""
    if payment.ticket is not None:
        raise TicketDiffers
    if is_used:
        raise TicketUsed
    if is_closed:
        raise BatchClosed
    if printed.amount_minor != payment.amount_minor:
        raise TicketAmountDiffers
    taken_on = fund.day_of(printed.taken_at)
    if printed.taken_at > at + CLOCKS_APART_MAX or taken_on < fund.day_of(at) - timedelta(days=LATE_DAYS_MAX):
        raise TicketTimeWrong(days_max=LATE_DAYS_MAX)
    return replace(
        payment,
        status=moved(MOVES, payment.status, to=Status.TAKEN),
        hold_until=None,
        ticket=printed,
        ticket_key=ticket_key(payment.terminal_id, printed),
        batch=printed.batch,
        is_ticketed=True,
        taken_by=by,
        taken_on=taken_on,
        receipt=receipt,
        entry_id=entry_id(payment.payment_id, "taken"),
    )


def file_day(written: str, *, today: date) -> date:
    """The day of an acquirer's file. Raises `FileDayMalformed`."""
    try:
        day = date.fromisoformat(written)
    except ValueError as malformed:
        raise FileDayMalformed from malformed
    if day > today or written != day.isoformat():
        raise FileDayMalformed
    return day


def ticket_key(terminal_id: str, printed: Ticket) -> str:
    """What names a ticket among all of a terminal's: its number alone comes again with each batch, and the number of
    the batch with the years."""
    return f"{terminal_id}:{printed.taken_at.year}:{printed.batch}:{printed.number}"


def cancel(payment: TerminalPayment) -> TerminalPayment:
    """The card is not taken: the debt may be paid otherwise. Said again, it changes nothing."""
    if payment.status is Status.CANCELLED:
        return payment
    return replace(payment, status=moved(MOVES, payment.status, to=Status.CANCELLED), hold_until=None)


def reverse(payment: TerminalPayment, *, fund: Fund, by: str, at: datetime) -> TerminalPayment:
    """The ticket was cancelled at the terminal: what it paid is due again. Raises `TooLateToReverse`."""
    status = moved(MOVES, payment.status, to=Status.REVERSED)
    if payment.closed_in or payment.taken_on != fund.day_of(at):
        raise TooLateToReverse
    return replace(payment, status=status, reversed_by=by, reversed_at=at)


def entry_id(payment_id: str, what: str) -> str:
    """Under which id the money of a payment is kept among the entries: always the same, so that it is booked once."""
    return hashlib.sha256(f"terminal\x1f{payment_id}\x1f{what}".encode()).hexdigest()[:32]


# --- The close --------------------------------------------------------------------------------------------------------


def is_same_batch(closed: OperatorDay | None, *, on: date) -> bool:
    """Whether a close of a batch with this number is of this batch, and not of one of years ago."""
    return closed is not None and abs((on - closed.day).days) < BATCHES_REPEAT_AFTER_DAYS


def close(
    totals: CloseTotals,
    tickets: Sequence[TerminalPayment],
    *,
    terminal_id: str,
    code: str,
    acquirer: Acquirer,
    reference: str,
    fund: Fund,
    at: datetime,
) -> OperatorDay:
    """The day that a terminal's close makes: what the acquirer says that it took, and what of that differs from the
    tickets that were typed. It belongs to the day on which the terminal was closed, also after midnight."""
    on = fund.day_of(totals.closed_at)
    if totals.closed_at > at + CLOCKS_APART_MAX:
        raise CloseInFuture
    gross = _gross(totals, acquirer=acquirer)
    if gross.reversed_minor > gross.total_minor or gross.reversed_count > gross.count:
        raise ReversalsAboveTotal
    found = differences(totals, tickets, acquirer=acquirer)
    return OperatorDay(
        day_id=f"{code}-{terminal_id}-{totals.batch}-{on.isoformat()}",
        operator=code,
        day=on,
        reference=reference,
        sha256=hashlib.sha256(repr(totals).encode()).hexdigest(),
        payments=gross.count,
        total_minor=gross.total_minor - gross.reversed_minor,
        fee_minor=_fee(gross, acquirer=acquirer),
        differences=tuple(found),
        differences_count=len(found),
        has_differences=bool(found),
        terminal_id=terminal_id,
        batch=totals.batch,
        closed=totals,
        taken_at=at,
    )


def differences(totals: CloseTotals, tickets: Sequence[TerminalPayment], *, acquirer: Acquirer) -> list[DayDifference]:
    """What a close says otherwise than the tickets of its batch."""
    stated = _gross(totals, acquirer=acquirer)
    reversed_ = [each for each in tickets if each.status is Status.REVERSED]
    known = replace(
        stated,
        count=len(tickets),
        total_minor=sum(each.amount_minor for each in tickets),
        reversed_count=len(reversed_),
        reversed_minor=sum(each.amount_minor for each in reversed_),
    )
    agreed_minor, kept_minor = agreed_fee(stated, acquirer=acquirer), _fee(stated, acquirer=acquirer)
    compared = (
        (DifferenceKind.TOTALS_DIFFER, TOTALS, (known.total_minor, known.count), (stated.total_minor, stated.count)),
        (
            DifferenceKind.REVERSALS_DIFFER,
            REVERSALS,
            (known.reversed_minor, known.reversed_count),
            (stated.reversed_minor, stated.reversed_count),
        ),
        (DifferenceKind.FEE_DIFFERS, FEE, (agreed_minor, 0), (kept_minor, 0)),
    )
    return [
        DayDifference(
            kind=kind,
            payment_id=name,
            known_minor=ours[0],
            stated_minor=theirs[0],
            known_count=ours[1],
            stated_count=theirs[1],
        )
        for kind, name, ours, theirs in compared
        if ours != theirs
    ]


def agreed_fee(gross: CloseTotals, *, acquirer: Acquirer) -> int:
    """What was agreed, in minor units: a percentage of what a close comes to, rounded up, and a fixed amount for each
    payment that was not cancelled."""
    each_minor = acquirer.fee_each.amount_minor if acquirer.fee_each else 0
    share = Decimal(gross.total_minor - gross.reversed_minor) * acquirer.fee_percent / Decimal(100)
    return int(share.to_integral_value(ROUND_CEILING)) + each_minor * (gross.count - gross.reversed_count)


def _fee(gross: CloseTotals, *, acquirer: Acquirer) -> int:
    return agreed_fee(gross, acquirer=acquirer) if gross.fee_minor is None else gross.fee_minor


def _gross(totals: CloseTotals, *, acquirer: Acquirer) -> CloseTotals:
    """The totals with what was cancelled in them, as all terminals would print them."""
    if not acquirer.totals_are_net:
        return totals
    return replace(
        totals,
        count=totals.count + totals.reversed_count,
        total_minor=totals.total_minor + totals.reversed_minor,
    )
