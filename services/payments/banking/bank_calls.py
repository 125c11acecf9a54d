"""What the jobs that call the bank share: their limits, their unit of work, and how a file of the bank is booked.

A job calls the bank outside of any transaction, and keeps what it said in a unit of work, with the time at which it
runs again. After a crash between two of these, the next attempt resumes by asking the bank, never by guessing. Where
the bank is silent the jobs of that fund pause: it is worth no more waiting now.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TypeVar

import structlog

from services.payments.banking import actions
from services.payments.banking.bank_file import BankNotice
from services.payments.banking.reported_entry import ReportedEntry
from shared.kernel.actors import system
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

LINES_AT_ONCE = 200
LEASE_S = 30.0
"""Longer than any call to the bank takes."""
ATTEMPTS_MAX = 20
"""What the bank says may be wrong today and right tomorrow: a job is tried for some hours before an operator must."""

BANK = system("bank")

Answer = TypeVar("Answer")

log = structlog.get_logger()


def in_unit_of_work(
    context: ServiceContext, fund_id: str, cause: str, action: Callable[[UnitOfWork], Answer]
) -> Answer:
    """Keep what the bank said, in the name of the job."""
    return context.run(fund_id, by=BANK, cause=f"job:{cause}", action=action)


def book(context: ServiceContext, fund_id: str, cause: str, notice: BankNotice) -> None:
    """Book what a file says, some lines at a time: those that were handled before a crash change nothing after it."""
    for some in _batches(actions.movements(context.reading(fund_id, by=BANK), notice)):
        in_unit_of_work(context, fund_id, cause, partial(actions.book_lines, entries=some))
    for fault in notice.faults:
        log.error("bank-file-not-read-whole", cause=cause, why=fault.code)


def _batches(entries: Iterable[tuple[str, ReportedEntry]]) -> Iterator[list[tuple[str, ReportedEntry]]]:
    """So many entries as one transaction books. One that pays a block of debits, which are not listed, counts as all
    of them: each is booked."""
    batch: list[tuple[str, ReportedEntry]] = []
    lines = 0
    for entry_id, reported in entries:
        is_block = bool(reported.payment_information_id and not reported.end_to_end_id)
        own = max(reported.count, 1) if is_block else 1
        if batch and lines + own > LINES_AT_ONCE:
            yield batch
            batch, lines = [], 0
        batch.append((entry_id, reported))
        lines += own
    if batch:
        yield batch
