"""How the movements of a debt are kept: one a day, in the order of the days. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.payments.obligations.obligation import MOVEMENTS_MAX, DebtMovement


def with_movement(
    movements: Sequence[DebtMovement], *, on: date, due_minor: int = 0, paid_minor: int = 0
) -> tuple[DebtMovement, ...]:
    """The movements with what a day changed more. Beyond `MOVEMENTS_MAX` the oldest two count as of the earlier day,
    which is never to the employer's cost."""
    if not due_minor and not paid_minor:
        return tuple(movements)
    by_day = {each.on: each for each in movements}
    before = by_day.get(on, DebtMovement(on=on))
    by_day[on] = replace(before, due_minor=before.due_minor + due_minor, paid_minor=before.paid_minor + paid_minor)
    ordered = [by_day[day] for day in sorted(by_day)]
    while len(ordered) > MOVEMENTS_MAX:
        first, second, *rest = ordered
        ordered = [
            replace(
                first,
                due_minor=first.due_minor + second.due_minor,
                paid_minor=first.paid_minor + second.paid_minor,
            ),
            *rest,
        ]
    return tuple(ordered)


def without_newest(movements: Sequence[DebtMovement], *, paid_minor: int) -> tuple[DebtMovement, ...]:
    """The movements without so much of what came: the money that came last was not needed."""
    kept: list[DebtMovement] = []
    for each in reversed(movements):
        less_minor = min(paid_minor, max(0, each.paid_minor))
        paid_minor -= less_minor
        kept.append(replace(each, paid_minor=each.paid_minor - less_minor))
    return tuple(each for each in reversed(kept) if each.due_minor or each.paid_minor)
