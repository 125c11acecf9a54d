"""Where the closed days of the ledger are kept, and where the entries of a day are read."""

from collections.abc import Iterator
from datetime import date

from services.payments.accounting.accounting_day import AccountingDay
from services.payments.accounting.rules import DayNotClosed
from services.payments.ledger import store as ledger
from services.payments.ledger.entry import LedgerEntry
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

OLDEST_FIRST = Order("day_id", "day_id")
NEWEST_FIRST = Order("day_id", "day_id", is_newest_first=True)
IN_ORDER = Order("at", "entry_id")

days = Repository(
    "accounting_days",
    AccountingDay,
    key="day_id",
    missing=DayNotClosed,
    retention=BY_LAW,
    indexes=[Index(("day_id",), unique=True)],
)


def last(uow: UnitOfWork) -> AccountingDay | None:
    """The last day that was closed."""
    return next(iter(days.find_all(uow, limit=1, sort=NEWEST_FIRST.sort)), None)


def up_to(uow: UnitOfWork, until_on: date) -> Iterator[AccountingDay]:
    """All closed days up to one."""
    return days.each(uow, order=OLDEST_FIRST, day_id={"$lte": until_on.isoformat()})


def page(uow: UnitOfWork, *, wanted: PageRequest) -> Page[AccountingDay]:
    return days.page(uow, order=NEWEST_FIRST, wanted=wanted)


def first_entry(uow: UnitOfWork) -> LedgerEntry | None:
    """The oldest entry of the ledger."""
    return next(iter(ledger.entries.find_all(uow, limit=1, sort=IN_ORDER.sort)), None)


def entries_of(uow: UnitOfWork, on: date) -> Iterator[LedgerEntry]:
    """The entries that were booked on a day of the fund, in the order of the instants of their transactions."""
    begins_at, ends_at = uow.fund.bounds_of(on)
    return ledger.entries.each(uow, order=IN_ORDER, at={"$gte": begins_at, "$lt": ends_at})
