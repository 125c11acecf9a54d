"""Where the days of operators of mobile money, and the differences of these days, are kept."""

from collections.abc import Iterable, Iterator, Sequence

from services.payments.operator_days.closing import OperatorDifferenceUnknown
from services.payments.operator_days.operator_day import DifferenceKind, OperatorDay
from services.payments.operator_days.operator_difference import DifferenceStatus, OperatorDifference
from services.payments.operator_days.rules import DayUnknown
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

NEWEST_FIRST = Order("day", "day_id", is_newest_first=True)
OLDEST_FIRST = Order("opened_at", "difference_id")
NOBODY = "nobody"
UNFOLLOWED_MAX = 100

days = Repository(
    "operator_days",
    OperatorDay,
    key="day_id",
    missing=DayUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("reference",), unique=True),
        Index(("day", "day_id")),
        Index(("has_differences", "day", "day_id")),
        Index(("terminal_id", "batch", "day", "day_id")),
    ],
)
differences = Repository(
    "operator_differences",
    OperatorDifference,
    key="difference_id",
    missing=OperatorDifferenceUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("is_open", "opened_at", "difference_id")),
        Index(("day_id", "opened_at", "difference_id")),
        Index(("is_open", "operator", "opened_at", "difference_id")),
        Index(("is_open", "assigned_to", "opened_at", "difference_id")),
    ],
    encrypted={"note": DataClass.BANK},
    associated_data="difference_id",
)


def with_references(uow: UnitOfWork, references: Iterable[str]) -> list[OperatorDay]:
    """The days that these references name."""
    wanted = sorted(references)
    return days.find_all(uow, reference={"$in": wanted}) if wanted else []


def last_close(uow: UnitOfWork, *, terminal_id: str, batch: str) -> OperatorDay | None:
    """The last close of a terminal with this number of a batch, or None."""
    found = days.find_all(uow, limit=1, sort=(("day", -1), ("day_id", -1)), terminal_id=terminal_id, batch=batch)
    return found[0] if found else None


def page(uow: UnitOfWork, *, has_differences: bool | None, wanted: PageRequest) -> Page[OperatorDay]:
    """Days, newest first; those alone that have differences, or have none, where it is asked for."""
    filters = {} if has_differences is None else {"has_differences": has_differences}
    return days.page(uow, order=NEWEST_FIRST, wanted=wanted, **filters)


def of_day(uow: UnitOfWork, day_id: str) -> Iterator[OperatorDifference]:
    """The differences of a day that are followed, oldest first."""
    return differences.each(uow, order=OLDEST_FIRST, day_id=day_id)


def page_of_differences(
    uow: UnitOfWork,
    *,
    status: DifferenceStatus | None,
    kind: DifferenceKind | None,
    operator: str | None,
    day_id: str | None,
    assigned_to: str | None,
    wanted: PageRequest,
) -> Page[OperatorDifference]:
    """Differences, oldest first: those of a day in any state; else those that are open, unless another status is asked
    for. A filter that is None lets everything through."""
    filters: dict[str, object] = {}
    if status is not None or day_id is None:
        filters["is_open"] = status is not DifferenceStatus.CLOSED
    if status is not None:
        filters["status"] = status.value
    if kind is not None:
        filters["kind"] = kind.value
    if operator is not None:
        filters["operator"] = operator
    if day_id is not None:
        filters["day_id"] = day_id
    if assigned_to is not None:
        filters["assigned_to"] = None if assigned_to == NOBODY else assigned_to
    return differences.page(uow, order=OLDEST_FIRST, wanted=wanted, **filters)


def unfollowed(uow: UnitOfWork) -> Sequence[str]:
    """Days of an earlier release whose differences nobody follows."""
    found = days.find_all(uow, limit=UNFOLLOWED_MAX, has_differences=True, open_differences=None)
    return [day.day_id for day in found]
