"""What payments does with the closes of card terminals: hold a batch's totals against its tickets, as a day of the
acquirer that is paid in."""

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from services.payments.banking.own_references import SETTLEMENT_PREFIX
from services.payments.card_terminals import rules, store
from services.payments.card_terminals.terminal_payment import TICKETS_MAX, TerminalPayment
from services.payments.operator_days import actions as operator_days
from services.payments.operator_days.close_totals import CloseTotals
from services.payments.operator_days.operator_day import OperatorDay
from shared.funds.bindings import Acquirer
from shared.kernel.errors import Conflict
from shared.storage.service_context import as_stored
from shared.storage.unit_of_work import UnitOfWork


class TooManyTickets(Conflict):
    """A batch has more tickets than a terminal takes between two closes: something else is wrong."""

    code = "card-terminal.too-many-tickets"


def acquirer_of(uow: UnitOfWork, terminal_id: str) -> tuple[str, Acquirer]:
    """The acquirer behind a terminal, with its code. Raises `TerminalUnknown`."""
    for code, acquirer in uow.fund.bindings.acquirers.items():
        if terminal_id in acquirer.terminals:
            return code, acquirer
    raise rules.TerminalUnknown


def closed(uow: UnitOfWork, *, terminal_id: str, batch: str, at: datetime) -> OperatorDay | None:
    """The close of a batch, or None while it is open."""
    last = operator_days.last_close(uow, terminal_id=terminal_id, batch=batch)
    return last if rules.is_same_batch(last, on=uow.fund.day_of(at)) else None


def close(uow: UnitOfWork, *, terminal_id: str, totals: CloseTotals) -> OperatorDay:
    """The terminal has closed a batch: it is the acquirer's to pay in, and what differs from the tickets is named.
    Raises `BatchClosed` where it was closed before."""
    code, acquirer = acquirer_of(uow, terminal_id)
    if closed(uow, terminal_id=terminal_id, batch=totals.batch, at=totals.closed_at) is not None:
        raise rules.BatchClosed
    tickets = _counted(store.of_open_batch(uow, terminal_id=terminal_id, batch=totals.batch))
    day = _day(uow, totals, tickets, terminal_id=terminal_id, code=code, acquirer=acquirer)
    store.count(uow, terminal_id, closes=1)
    kept = operator_days.keep(uow, day)
    store.payments.save_many(uow, [replace(each, closed_in=kept.day_id) for each in tickets], part_of=kept.day_id)
    return kept


def correct(uow: UnitOfWork, *, day_id: str, totals: CloseTotals) -> OperatorDay:
    """The totals of a close were typed wrongly: others take their place until money came for it. The batch stays the
    one that it is, and so does its day."""
    before = read(uow, day_id=day_id)
    code, acquirer = acquirer_of(uow, before.terminal_id)
    tickets = _counted(store.closed_in(uow, day_id))
    same = replace(totals, batch=before.batch)
    day = _day(uow, same, tickets, terminal_id=before.terminal_id, code=code, acquirer=acquirer)
    return operator_days.keep(uow, replace(day, day_id=day_id, day=before.day))


def read(uow: UnitOfWork, *, day_id: str) -> OperatorDay:
    """A close of a terminal. Raises `CloseUnknown`."""
    found = operator_days.find(uow, day_id)
    if found is None or not found.terminal_id:
        raise rules.CloseUnknown
    return found


def compare_anew(uow: UnitOfWork, day: OperatorDay) -> OperatorDay:
    """Another ticket of a batch that is closed was typed: what differs is said anew."""
    _, acquirer = acquirer_of(uow, day.terminal_id)
    if day.closed is None:
        raise rules.CloseUnknown
    tickets = _counted(store.closed_in(uow, day.day_id))
    return operator_days.compare_anew(uow, day, rules.differences(day.closed, tickets, acquirer=acquirer))


def _day(
    uow: UnitOfWork,
    totals: CloseTotals,
    tickets: list[TerminalPayment],
    *,
    terminal_id: str,
    code: str,
    acquirer: Acquirer,
) -> OperatorDay:
    return rules.close(
        replace(totals, closed_at=as_stored(totals.closed_at.astimezone(UTC))),
        tickets,
        terminal_id=terminal_id,
        code=code,
        acquirer=acquirer,
        reference=uow.new_reference(SETTLEMENT_PREFIX),
        fund=uow.fund,
        at=uow.at,
    )


def _counted(tickets: Iterable[TerminalPayment]) -> list[TerminalPayment]:
    found = list(itertools.islice(tickets, TICKETS_MAX + 1))
    if len(found) > TICKETS_MAX:
        raise TooManyTickets(tickets_max=TICKETS_MAX)
    return found
