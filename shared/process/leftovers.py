"""What an earlier release left: things that wait and that no job does, or that lack what this release needs of them.

`migrate` sees to it once; since webs of the earlier release may still run for a while beside this one, so does a chore.
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
    """One kind of them.

    `find(uow)` answers ids of some, none when there are no more; `adopt(uow, thing_id)` does what one lacks, such as
    scheduling its job, so that it is not found again.
    """

    name: str
    find: Callable[[UnitOfWork], Sequence[str]]
    adopt: Callable[[UnitOfWork, str], None]


def chore(leftovers: Sequence[Leftovers]) -> Chore:
    return Chore(NAME, EVERY_S, partial(adopt_all, leftovers=leftovers))


def adopt_all(context: ServiceContext, fund_id: str, *, leftovers: Sequence[Leftovers]) -> int:
    """Adopt all of one fund, some at a time; how many things. Done again, it finds nothing."""
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
