"""An acquirer's file of a day held against the tickets of its terminals that were typed. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.payments.card_terminals.acquirer_file import CardRow, ReadFile, RowFinding
from services.payments.card_terminals.terminal_payment import Status, TerminalPayment
from services.payments.operator_days.operator_day import DIFFERENCES_MAX, DayDifference, DifferenceKind, OperatorDay
from shared.funds.bindings import AcquirerFileLayout


@dataclass(frozen=True, kw_only=True)
class ComparedFile:
    """What an acquirer's file of a day comes to beside the tickets; minor units, less what was given back. A payment is
    named by its terminal and its number there. `day_id` is the day as which it is kept; None where some of it cannot be
    read, and nothing is."""

    acquirer: str
    day: date
    payments: int
    total_minor: int
    fee_minor: int
    known_minor: int
    findings: tuple[RowFinding, ...]
    differences: tuple[DayDifference, ...]
    differences_count: int
    day_id: str | None = None

    @property
    def is_equal(self) -> bool:
        """Whether all of it was read, and says what the tickets say."""
        return not self.findings and not self.differences_count


def compare(
    found: ReadFile, tickets: Iterable[TerminalPayment], *, acquirer: str, layout: AcquirerFileLayout, day: date
) -> ComparedFile:
    """The rows of a file against the tickets of the same day and terminals."""
    stated: dict[tuple[str, str], int] = defaultdict(int)
    for row in found.rows:
        stated[row.terminal_id, row.number] += row.amount_minor
    known = {(each.terminal_id, _number(each, layout)): each for each in tickets if each.ticket is not None}
    differences = []
    for place in sorted({*stated, *known}):
        ticket, stated_minor = known.get(place), stated.get(place, 0)
        if _net_minor(ticket) != stated_minor:
            differences.append(
                DayDifference(
                    kind=_kind(ticket, is_in_file=place in stated, stated_minor=stated_minor),
                    payment_id="/".join(place),
                    known_minor=_net_minor(ticket),
                    stated_minor=stated_minor,
                    ticket_id=ticket.payment_id if ticket else "",
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
        differences=tuple(differences[:DIFFERENCES_MAX]),
        differences_count=len(differences),
    )


def as_day(compared: ComparedFile, *, sha256: str, at: datetime) -> OperatorDay | None:
    """The day as which a file is kept, so that what differs is followed. None where some of it cannot be read: its
    payments would be missed, and what differs by an earlier file would be closed by a page that was cut off."""
    if compared.findings:
        return None
    day_id = f"{compared.acquirer}-file-{compared.day.isoformat()}"
    return OperatorDay(
        day_id=day_id,
        operator=compared.acquirer,
        day=compared.day,
        reference=day_id,
        sha256=sha256,
        payments=compared.payments,
        total_minor=compared.total_minor,
        fee_minor=compared.fee_minor,
        differences=compared.differences,
        differences_count=compared.differences_count,
        has_differences=compared.differences_count > 0,
        is_paid_in=False,
        taken_at=at,
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
        return DifferenceKind.TICKET_NOT_TYPED
    if not is_in_file:
        return DifferenceKind.TICKET_NOT_IN_FILE
    return DifferenceKind.TICKET_AMOUNT_DIFFERS if stated_minor else DifferenceKind.TICKET_NOT_CANCELLED


def _fee_minor(rows: Iterable[CardRow]) -> int:
    return sum(row.fee_minor for row in rows)
