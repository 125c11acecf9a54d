"""What payments does for the fund's own books: close days of the ledger, and hand them over."""

from collections.abc import Iterator
from datetime import date, timedelta

from services.payments.accounting import rules, store
from services.payments.accounting.accounting_day import AccountingDay, TrialBalance
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork


def next_to_close(uow: UnitOfWork) -> date | None:
    """The day behind the last closed one, or the first on which anything was booked; None while it is not over."""
    last = store.last(uow)
    if last is not None:
        on = last.on + timedelta(days=1)
    elif (first := store.first_entry(uow)) is not None:
        on = uow.fund.day_of(first.at)
    else:
        return None
    return on if rules.is_over(on, fund=uow.fund, at=uow.at) else None


def close(uow: UnitOfWork, closed: Outcome[AccountingDay]) -> AccountingDay:
    """Keep a day that was added up."""
    return store.days.save(uow, closed)


def trial_balance(uow: UnitOfWork, *, from_on: date, until_on: date) -> TrialBalance:
    """All accounts in a time, as far as its days are closed. Raises `DaysReversed`, `DayNotClosed`."""
    rules.check_days(from_on, until_on)
    last = store.last(uow)
    if last is None or last.on < from_on:
        raise rules.DayNotClosed
    until_on = min(until_on, last.on)
    return rules.trial_balance(store.up_to(uow, until_on), from_on=from_on, until_on=until_on, fund=uow.fund)


def journal_file(uow: UnitOfWork, on: date, *, language: str, text: rules.Text) -> Iterator[bytes]:
    """The journal of a closed day. Raises `DayNotClosed`."""
    day = store.days.load(uow, on.isoformat())
    return rules.journal_file(day, store.entries_of(uow, on), fund=uow.fund, language=language, text=text)
