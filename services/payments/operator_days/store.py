"""Where the days of operators of mobile money are kept."""

from collections.abc import Iterable

from services.payments.operator_days.operator_day import OperatorDay
from services.payments.operator_days.rules import DayUnknown
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

NEWEST_FIRST = Order("day", "day_id", is_newest_first=True)

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
    ],
)


def with_references(uow: UnitOfWork, references: Iterable[str]) -> list[OperatorDay]:
    """The days that these references name."""
    wanted = sorted(references)
    return days.find_all(uow, reference={"$in": wanted}) if wanted else []


def page(uow: UnitOfWork, *, has_differences: bool | None, wanted: PageRequest) -> Page[OperatorDay]:
    """Days, newest first; those alone that have differences, or have none, where it is asked for."""
    filters = {} if has_differences is None else {"has_differences": has_differences}
    return days.page(uow, order=NEWEST_FIRST, wanted=wanted, **filters)
