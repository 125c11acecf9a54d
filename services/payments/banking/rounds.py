"""What every round of calls to the bank is made of.

A round finds what time has come for, calls the bank outside of any transaction, and keeps what it said in a unit of
work. A fall between two of these leaves a state from which the next round goes on by asking, never by guessing. Where
the bank is silent the round ends: it is worth no more waiting now.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import structlog

from services.payments.banking import actions
from services.payments.banking.bank_file import BookedEntry, Notice, is_same_account
from shared.kernel.actors import system
from shared.storage.platform import Platform
from shared.storage.work import Work

LINES_A_WORK = 50

BANK = system("bank")

Answer = TypeVar("Answer")

log = structlog.get_logger()


def in_work(platform: Platform, fund_id: str, cause: str, action: Callable[[Work], Answer]) -> Answer:
    return platform.work(fund_id, by=BANK, cause=f"chore:{cause}", action=action)


def book(platform: Platform, fund_id: str, cause: str, notice: Notice) -> None:
    """Book what a file says, some lines at a time: those that were taken in before a fall change nothing after it."""
    payment = platform.funds[fund_id].payment
    lines = [_on_ours(line, (payment.collections.number, payment.payouts.number)) for line in notice.entries]
    for first in range(0, len(lines), LINES_A_WORK):
        part = lines[first : first + LINES_A_WORK]
        in_work(platform, fund_id, cause, partial(actions.book_lines, lines=part))
    for fault in notice.faults:
        log.error("bank-file-not-read-whole", cause=cause, why=fault.code)


def _on_ours(line: BookedEntry, numbers: Sequence[str]) -> BookedEntry:
    """The line, with the fund's account written as the fund writes it."""
    number = next((each for each in numbers if is_same_account(line.account, each)), line.account)
    return line if number == line.account else replace(line, account=number)
