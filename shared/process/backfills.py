"""Backfills: things of an earlier release that have no job, or that lack what this release needs.

`migrate` runs them once; since web processes of the earlier release may still run beside this one, a periodic task does
so as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from shared.kernel.actors import system
from shared.process.periodic_tasks import PeriodicTask
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

NAME = "leftovers"
EVERY_S = 60.0
ROUNDS_MAX = 1_000
"""Of one kind in one run."""

BY = system("leftovers")


@dataclass(frozen=True, kw_only=True)
class Backfill:
    """One backfill.

    `find(uow)` returns ids of some, none when there are no more; `fill(uow, thing_id)` adds what one lacks, such as
    its job, so that it is not found again.
    """

    name: str
    find: Callable[[UnitOfWork], Sequence[str]]
    fill: Callable[[UnitOfWork, str], None]


def periodic_task(backfills: Sequence[Backfill]) -> PeriodicTask:
    return PeriodicTask(NAME, EVERY_S, partial(backfill_all, backfills=backfills))


def backfill_all(context: ServiceContext, fund_id: str, *, backfills: Sequence[Backfill]) -> int:
    """Backfill all of one fund, in batches; how many things. Idempotent."""
    return sum(_backfill_kind(context, fund_id, each) for each in backfills)


def _backfill_kind(context: ServiceContext, fund_id: str, backfills: Backfill) -> int:
    filled = 0
    for _ in range(ROUNDS_MAX):
        if not backfills.find(context.reading(fund_id, by=BY)):
            break
        cause = f"chore:{NAME}:{backfills.name}"
        filled += context.run(fund_id, by=BY, cause=cause, action=partial(_backfill, backfills=backfills))
    return filled


def _backfill(uow: UnitOfWork, *, backfills: Backfill) -> int:
    found = backfills.find(uow)
    for thing_id in found:
        backfills.fill(uow, thing_id)
    return len(found)
