"""Finds things that wait and that no job does: those that a release without the due queue left.

`migrate` does it once; since webs of an earlier release may still run for a while beside this one, a chore does it too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.kernel.actors import system
from shared.storage.platform import Platform
from shared.storage.work import Work

EVERY_S = 60.0
ROUNDS_MAX = 1_000
"""Of one collection in one run."""

BY = system("jobs")


@dataclass(frozen=True, kw_only=True)
class Unscheduled:
    """What an earlier release left waiting of one kind.

    `find(work)` answers ids of some of them, none when there are no more; `adopt(work, thing_id)` schedules the job of
    one, and marks the thing so that it is not found again.
    """

    kind: str
    find: Callable[[Work], Sequence[str]]
    adopt: Callable[[Work, str], None]


def adopt_all(platform: Platform, fund_id: str, *, waiting: Sequence[Unscheduled]) -> int:
    """Schedule what waits in one fund, some at a time; how many things. Done again, it finds nothing."""
    return sum(_adopt_kind(platform, fund_id, each) for each in waiting)


def _adopt_kind(platform: Platform, fund_id: str, waiting: Unscheduled) -> int:
    adopted = 0
    for _ in range(ROUNDS_MAX):
        if not waiting.find(platform.reading(fund_id, by=BY)):
            break
        cause = f"chore:jobs.adopt:{waiting.kind}"
        adopted += platform.work(fund_id, by=BY, cause=cause, action=lambda work: _adopt(work, waiting))
    return adopted


def _adopt(work: Work, waiting: Unscheduled) -> int:
    found = waiting.find(work)
    for thing_id in found:
        waiting.adopt(work, thing_id)
    return len(found)
