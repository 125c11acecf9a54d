"""The due jobs of one kind, run as a worker runs them: one attempt at each."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from shared.jobs.job import Job, JobKind
from shared.jobs.runner import Runner
from shared.kernel.errors import Unavailable
from shared.storage.service_context import ServiceContext

AT_ONCE = 100


@dataclass
class DueJobs:
    """Something that has a job, with a `run` that plays the worker; it is itself in everything else."""

    of: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.of, name)

    def run(self, context: ServiceContext, fund_id: str) -> int:
        """How many things were done. Raises what kept the last of them from it, where that was unavailable."""
        gathered = self.of.gather(context, fund_id) if hasattr(self.of, "gather") else 0
        return gathered + run_due(context, fund_id, self.of.job)


def run_due(context: ServiceContext, fund_id: str, kind: JobKind) -> int:
    """One attempt at each job of a kind that is due; how many were done."""
    done: list[str] = []
    away: list[Unavailable] = []

    def run(context: ServiceContext, fund_id: str, thing_id: str) -> Any:
        try:
            again_at = kind.run(context, fund_id, thing_id)
        except Unavailable as gone:
            away.append(gone)
            raise
        done.append(thing_id)
        return again_at

    runner = Runner(context, [replace(kind, run=run, at_once=AT_ONCE)])
    begun: list[tuple[str, Job]] = [each for each in runner._take_due() if each[0] == fund_id]
    leave: Callable[[str, Job], None] = runner._run_and_leave
    for each in begun:
        leave(*each)
    if away:
        raise away[-1]
    return len(done)
