"""An acquirer's file of a day held against the tickets of its terminals that were typed. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.payments.card_terminals.acquirer_file import CardRow, ReadFile, RowFinding
from services.payments.card_terminals.terminal_payment import Status, TerminalPayment
from services.payments.operator_days.operator_day import DifferenceKind
from shared.funds.bindings import AcquirerFileLayout


@dataclass(frozen=True, kw_only=True)
class FileDifference:
    """One payment of which the file says otherwise than its ticket; minor units, less what was given back. `number` is
    that of the batch and the ticket, or the authorisation; `payment_id` is empty of one that nobody typed."""

    kind: DifferenceKind
    terminal_id: str
    number: str
    payment_id: str
    known_minor: int
    stated_minor: int


@dataclass(frozen=True, kw_only=True)
class ComparedFile:
    """What an acquirer's file of a day comes to beside the tickets; minor units."""

    acquirer: str
    day: date
    payments: int
    total_minor: int
    fee_minor: int
    known_minor: int
    findings: tuple[RowFinding, ...]
    differences: tuple[FileDifference, ...]

    @property
    def is_equal(self) -> bool:
        """Whether all of it was read, and says what the tickets say."""
        return not self.findings and not self.differences


def compare(
    found: ReadFile, tickets: Iterable[TerminalPayment], *, acquirer: str, layout: AcquirerFileLayout, day: date
) -> ComparedFile:
    """The rows of a file against the tickets of the same day and terminals."""
    stated: dict[tuple[str, str], int] = defaultdict(int)
    for row in found.rows:
        stated[row.terminal_id, row.number] += row.amount_minor
    known = {(each.terminal_id, _number(each, layout)): each for each in tickets if each.ticket is not None}
    differences = []
    for terminal_id, number in sorted({*stated, *known}):
        ticket = known.get((terminal_id, number))
        known_minor, stated_minor = _net_minor(ticket), stated.get((terminal_id, number), 0)
        if known_minor == stated_minor:
            continue
        differences.append(
            FileDifference(
                kind=_kind(ticket, is_in_file=(terminal_id, number) in stated, stated_minor=stated_minor),
                terminal_id=terminal_id,
                number=number,
                payment_id=ticket.payment_id if ticket else "",
                known_minor=known_minor,
                stated_minor=stated_minor,
            )
        )
    return ComparedFile(
        acquirer=acquirer,
        day=day,
        payments=len(found.rows),
        total_minor=sum(row.amount_minor for row in found.rows),
        fee_minor=_fee_minor(found.rows),
        known_minor=sum(map(_net_minor, known.values())),
        findings=found.findings,
        differences=tuple(differences),
    )


def _number(payment: TerminalPayment, layout: AcquirerFileLayout) -> str:
    """A ticket's number as the layout's files have it."""
    ticket = payment.ticket
    if ticket is None:
        return ""
    is_by_ticket = layout.batch is not None and layout.ticket is not None
    return f"{ticket.batch}/{ticket.number}" if is_by_ticket else ticket.authorisation


def _net_minor(payment: TerminalPayment | None) -> int:
    return payment.amount_minor if payment is not None and payment.status is Status.TAKEN else 0


def _kind(ticket: TerminalPayment | None, *, is_in_file: bool, stated_minor: int) -> DifferenceKind:
    if ticket is None:
        return DifferenceKind.NOT_KNOWN
    if not is_in_file:
        return DifferenceKind.NOT_IN_FILE
    return DifferenceKind.NOT_REVERSED if not stated_minor else DifferenceKind.AMOUNT_DIFFERS


def _fee_minor(rows: Iterable[CardRow]) -> int:
    return sum(row.fee_minor for row in rows)
