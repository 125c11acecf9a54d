"""The steps of a thing, in their order, as few as fit in it. Pure."""

from typing import TypeVar

Step = TypeVar("Step")


def with_step(steps: tuple[Step, ...], step: Step, *, limit: int) -> tuple[Step, ...]:
    """The history with one step more. Of one that goes on for ever, such as that of a silent bank, the middle is left
    out: how it began and what came last are kept."""
    longer = (*steps, step)
    return longer if len(longer) <= limit else (longer[0], *longer[len(longer) - limit + 1 :])
