"""What may happen to refunds. Pure: the time is handed in."""

from dataclasses import replace
from datetime import datetime

from services.payments.refunds.refund import MOVES, STEPS_MAX, Refund, RefundStatus, RefundStep
from shared.kernel.errors import Conflict, Forbidden, Missing
from shared.kernel.history import with_step
from shared.kernel.moves import moved


class RefundUnknown(Missing):
    code = "refund.unknown"


class RefundChanged(Conflict):
    """It was changed concurrently. `version` is the current one."""

    code = "refund.changed"


class SamePerson(Forbidden):
    """The same person must not order and confirm."""

    code = "refund.same-person"


def confirm(refund: Refund, *, by: str, at: datetime) -> Refund:
    """A second person agrees that the money goes."""
    if by == refund.ordered_by:
        raise SamePerson
    return _moved(refund, to=RefundStatus.ORDERED, at=at)


def cancel(refund: Refund, *, at: datetime) -> Refund:
    """A second person, or the first one again, rejects it."""
    return _moved(refund, to=RefundStatus.CANCELLED, at=at)


def pay(refund: Refund, *, at: datetime) -> Refund:
    """The bank's entry confirms that the money left."""
    return _moved(refund, to=RefundStatus.PAID, at=at)


def came_back(refund: Refund, *, reason: str, at: datetime) -> Refund:
    """The bank could not pay it: it is to be sent again, to another account."""
    return _moved(refund, to=RefundStatus.ORDERED, at=at, about=reason)


def _moved(refund: Refund, *, to: RefundStatus, at: datetime, about: str = "") -> Refund:
    status = moved(MOVES, refund.status, to=to)
    steps = with_step(refund.steps, RefundStep(status=status, at=at, about=about), limit=STEPS_MAX)
    return replace(refund, status=status, steps=steps)
