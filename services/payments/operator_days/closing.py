"""How the differences of an operator's day are followed, held and closed. Pure: fund, agent and time are handed in."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from services.payments.operator_days.operator_day import DayDifference, OperatorDay
from services.payments.operator_days.operator_difference import (
    CLOSINGS_MAX,
    ClosingReason,
    DifferenceClosing,
    DifferenceStatus,
    OperatorDifference,
)
from shared.kernel.errors import Conflict, Forbidden, Invalid, Missing, Term


class OperatorDifferenceUnknown(Missing):
    code = "operator-difference.unknown"


class DifferenceHeld(Conflict):
    """Another agent holds the difference: it is theirs to close until they or a supervisor give it back."""

    code = "operator-difference.assigned-to-another"


class DifferenceNotHeld(Conflict):
    """Nobody holds the difference."""

    code = "operator-difference.not-assigned"


class DifferenceNotOpen(Conflict):
    """The difference waits for no such decision."""

    code = "operator-difference.not-open"


class NothingToWriteOff(Invalid):
    """The difference leaves nothing on the operator's account: it is closed for another reason."""

    code = "operator-difference.nothing-to-write-off"


class OtherMustAgree(Forbidden):
    """Who closes a difference does not agree to it in a second person's place."""

    code = "operator-difference.second-person-needed"


# --- What a file has --------------------------------------------------------------------------------------------------


def difference_id(day_id: str, found: DayDifference) -> str:
    """What names a difference in every file of its day: the day, the payment and what differs about it."""
    return hashlib.sha256(f"{day_id}\x1f{found.kind}\x1f{found.payment_id}".encode()).hexdigest()[:32]


def named(day: OperatorDay) -> OperatorDay:
    """The day with the id of each of its differences."""
    return replace(
        day,
        differences=tuple(replace(each, difference_id=difference_id(day.day_id, each)) for each in day.differences),
    )


def follow(
    day: OperatorDay, before: Mapping[str, OperatorDifference], *, at: datetime
) -> tuple[list[OperatorDifference], int]:
    """What a file of a day makes of the differences that were followed: those that are new or changed, and how many of
    all are open. A difference that the file no longer has is closed by it; one that is closed stays so while the file
    has it with the same amounts. What the day does not keep one by one (`DIFFERENCES_MAX`) stays open."""
    stands = {each.difference_id: _of(each, before.get(each.difference_id), day=day, at=at) for each in day.differences}
    stands |= {name: _corrected(each, at=at) for name, each in before.items() if name not in stands and each.is_open}
    changed = [each for name, each in stands.items() if each != before.get(name)]
    beyond = day.differences_count - len(day.differences)
    return changed, beyond + sum(each.is_open for each in stands.values())


def _of(
    found: DayDifference, before: OperatorDifference | None, *, day: OperatorDay, at: datetime
) -> OperatorDifference:
    if before is None:
        return OperatorDifference(
            difference_id=found.difference_id,
            day_id=day.day_id,
            operator=day.operator,
            day=day.day,
            kind=found.kind,
            payment_id=found.payment_id,
            known_minor=found.known_minor,
            stated_minor=found.stated_minor,
            known_count=found.known_count,
            stated_count=found.stated_count,
            ticket_id=found.ticket_id,
            status=DifferenceStatus.OPEN,
            is_open=True,
            opened_at=at,
        )
    is_same = before.finding == found
    if is_same and not (before.closing and not before.closing.by):
        return before
    amounts = replace(
        before,
        known_minor=found.known_minor,
        stated_minor=found.stated_minor,
        known_count=found.known_count,
        stated_count=found.stated_count,
        ticket_id=found.ticket_id,
    )
    # What was closed, or proposed, was about other amounts, or about a file that no longer stands.
    return _reopened(amounts, opened_at=before.opened_at if before.is_open else at)


def _corrected(difference: OperatorDifference, *, at: datetime) -> OperatorDifference:
    closing = DifferenceClosing(reason=ClosingReason.CORRECTED_BY_LATER_FILE, by="", at=at)
    return _closed(replace(difference, note=""), closing)


# --- What agents do ---------------------------------------------------------------------------------------------------


def assign(difference: OperatorDifference, *, to: str) -> OperatorDifference:
    """An agent takes a difference out of the common queue; what a colleague holds stays with the colleague."""
    return _held(difference, by=to)


def release(difference: OperatorDifference, *, by: str) -> OperatorDifference:
    """The agent who holds a difference puts it back into the common queue."""
    if difference.assigned_to is None:
        raise DifferenceNotHeld
    return replace(_held(difference, by=by), assigned_to=None)


def reassign(difference: OperatorDifference, *, to: str | None) -> OperatorDifference:
    """A supervisor gives a difference to an agent, or back to the common queue, whoever holds it."""
    _must_be(difference, DifferenceStatus.OPEN, DifferenceStatus.PROPOSED)
    return replace(difference, assigned_to=to)


def propose(
    difference: OperatorDifference, *, reason: ClosingReason, note: str, by: str, at: datetime
) -> OperatorDifference:
    """The difference as somebody closes it, still to be agreed to or carried out. The first who acts on one that nobody
    holds takes it."""
    _must_be(difference, DifferenceStatus.OPEN)
    if reason is ClosingReason.WRITTEN_OFF and not difference.balance_minor:
        raise NothingToWriteOff
    closing = DifferenceClosing(reason=reason, by=by, at=at)
    return replace(_held(difference, by=by), status=DifferenceStatus.PROPOSED, closing=closing, note=note)


def confirm(difference: OperatorDifference, *, by: str, at: datetime) -> OperatorDifference:
    """A second person agrees; it is to be closed (`close`)."""
    _must_be(difference, DifferenceStatus.PROPOSED)
    if difference.closing is None or difference.closing.by == by:
        raise OtherMustAgree
    return replace(difference, closing=replace(difference.closing, confirmed_by=by, confirmed_at=at))


def reject(difference: OperatorDifference) -> OperatorDifference:
    """It is not to be closed so: it waits again, in the hands in which it was."""
    _must_be(difference, DifferenceStatus.PROPOSED)
    return _reopened(difference, opened_at=difference.opened_at)


def close(difference: OperatorDifference) -> OperatorDifference:
    """What was proposed, and agreed to where it had to be, holds."""
    _must_be(difference, DifferenceStatus.PROPOSED)
    if difference.closing is None:
        raise DifferenceNotOpen(status=Term(f"operator-difference.{difference.status}"))
    return _closed(difference, difference.closing)


def _held(difference: OperatorDifference, *, by: str) -> OperatorDifference:
    _must_be(difference, DifferenceStatus.OPEN, DifferenceStatus.PROPOSED)
    if difference.assigned_to not in (None, by):
        raise DifferenceHeld
    return replace(difference, assigned_to=by)


def _must_be(difference: OperatorDifference, *allowed: DifferenceStatus) -> None:
    if difference.status not in allowed:
        raise DifferenceNotOpen(status=Term(f"operator-difference.{difference.status}"))


def _closed(difference: OperatorDifference, closing: DifferenceClosing) -> OperatorDifference:
    return replace(difference, status=DifferenceStatus.CLOSED, is_open=False, closing=closing)


def _reopened(difference: OperatorDifference, *, opened_at: datetime) -> OperatorDifference:
    before = (*difference.closed_before, *([difference.closing] if difference.closing else []))[-CLOSINGS_MAX:]
    return replace(
        difference,
        status=DifferenceStatus.OPEN,
        is_open=True,
        opened_at=opened_at,
        closing=None,
        closed_before=before,
    )
