"""Backfills: things of an earlier release that have no job, or that lack what this release needs.

`migrate` runs them once; since web processes of the earlier release may still run beside this one, a periodic task does
so as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from shared.kernel.actors import system
from shared.process.chores import Chore
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

NAME = "leftovers"
EVERY_S = 60.0
ROUNDS_MAX = 1_000
"""Of one kind in one run."""

BY = system("leftovers")


@dataclass(frozen=True, kw_only=True)
class Leftovers:
    """One backfill.

    `find(uow)` returns ids of some, none when there are no more; `adopt(uow, thing_id)` adds what one lacks, such as
    its job, so that it is not found again.
    """

    name: str
    find: Callable[[UnitOfWork], Sequence[str]]
    adopt: Callable[[UnitOfWork, str], None]


def chore(leftovers: Sequence[Leftovers]) -> Chore:
    return Chore(NAME, EVERY_S, partial(adopt_all, leftovers=leftovers))


def adopt_all(context: ServiceContext, fund_id: str, *, leftovers: Sequence[Leftovers]) -> int:
    """Backfill all of one fund, in batches; how many things. Idempotent."""
    return sum(_adopt_kind(context, fund_id, each) for each in leftovers)


def _adopt_kind(context: ServiceContext, fund_id: str, leftovers: Leftovers) -> int:
    adopted = 0
    for _ in range(ROUNDS_MAX):
        if not leftovers.find(context.reading(fund_id, by=BY)):
            break
        cause = f"chore:{NAME}:{leftovers.name}"
        adopted += context.run(fund_id, by=BY, cause=cause, action=partial(_adopt, leftovers=leftovers))
    return adopted


def _adopt(uow: UnitOfWork, *, leftovers: Leftovers) -> int:
    found = leftovers.find(uow)
    for thing_id in found:
        leftovers.adopt(uow, thing_id)
    return len(found)
