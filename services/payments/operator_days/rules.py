"""What may happen to the day of an operator of mobile money. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from services.payments.operator_days.operator_day import DayDifference, OperatorDay
from shared.kernel.errors import Conflict, Missing


class DayUnknown(Missing):
    code = "operator-day.unknown"


class DaySettled(Conflict):
    """Money has come for the day, or some of it was written off: its file stands."""

    code = "operator-day.settled"


def replace_file(before: OperatorDay | None, now: OperatorDay) -> OperatorDay:
    """The day by the file that came last, under the reference that it had. Raises `DaySettled`."""
    if before is None:
        return now
    if before.settled_minor or before.written_off_minor:
        raise DaySettled
    return replace(now, reference=before.reference, version=before.version)


def compare_anew(day: OperatorDay, found: Sequence[DayDifference]) -> OperatorDay:
    """The day with what differs by now. Raises `DaySettled` where some of it was written off."""
    if day.written_off_minor:
        raise DaySettled
    count = len(found)
    return replace(
        day, differences=tuple(found), differences_count=count, open_differences=count, has_differences=count > 0
    )


def with_open(day: OperatorDay, *, open_differences: int) -> OperatorDay:
    """The day with so many of its differences open."""
    return replace(day, open_differences=open_differences, has_differences=open_differences > 0)


def with_closed(day: OperatorDay, *, written_off_minor: int = 0) -> OperatorDay:
    """One more of its differences is closed, with what was written off for it."""
    closed = with_open(day, open_differences=max(0, (day.open_differences or 0) - 1))
    return replace(closed, written_off_minor=day.written_off_minor + written_off_minor)


def settle(day: OperatorDay, *, entry_id: str, amount_minor: int) -> OperatorDay | None:
    """The day with money that came for it; None where it is more than is expected, or was there before."""
    if amount_minor > day.to_settle_minor or entry_id in day.entry_ids:
        return None
    return replace(day, settled_minor=day.settled_minor + amount_minor, entry_ids=(*day.entry_ids, entry_id))
