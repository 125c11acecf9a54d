"""What the jobs that call the bank share: their limits, their unit of work, and how a file of the bank is booked.

A job calls the bank outside of any transaction, and keeps what it said in a unit of work, with the time at which it
runs again. After a crash between two of these, the next attempt resumes by asking the bank, never by guessing. Where
the bank is silent the jobs of that fund pause: it is worth no more waiting now.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import structlog

from services.payments.banking import actions
from services.payments.banking.bank_file import BankNotice
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
    entries = actions.movements(context.reading(fund_id, by=BANK), notice)
    for first in range(0, len(entries), LINES_AT_ONCE):
        some = entries[first : first + LINES_AT_ONCE]
        in_unit_of_work(context, fund_id, cause, partial(actions.book_lines, entries=some))
    for fault in notice.faults:
        log.error("bank-file-not-read-whole", cause=cause, why=fault.code)
