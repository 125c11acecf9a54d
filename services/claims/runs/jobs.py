"""Runs at work: computed page by page, and told page by page once a second person has approved them.

A page is computed outside of any transaction and kept in one, with how far the run has come; a page is told in one,
with what it grants. Whoever is killed anywhere has done a page or has not: the next one goes on behind the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.claims.runs import actions, store
from services.claims.runs.judging import Judge
from services.claims.runs.run import Run, Status
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.process.periodic_tasks import PeriodicTask
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.failpoints import failpoint

PAGE_TAKES_MAX_S = 120.0
"""A page of awards with all their periods, judged one by one."""
WATCH_EVERY_S = 3_600.0
BY_RUNS = system("runs")


@dataclass(frozen=True)
class RunCalculator:
    """Computes runs by what `judge` says of each award and period, and tells them."""

    judge: Judge

    @property
    def job(self) -> JobKind:
        return JobKind(name=store.FOLLOW, run=self.run, lease_s=PAGE_TAKES_MAX_S, at_once=1, give_up=_give_up)

    def run(self, context: ServiceContext, fund_id: str, run_id: str) -> datetime | None:
        """Do one page of what the run asks for. When the next page is due, None where a person is to act or all is
        done."""
        reading = context.reading(fund_id, by=BY_RUNS)
        run = store.runs.load(reading, run_id)
        if run.status is Status.COMPUTING:
            computed = actions.compute_page(reading, run, self.judge)
            failpoint("run.computed")
            kept = _do(context, fund_id, run_id, partial(actions.save_page, seen=run, computed=computed))
            failpoint("run.page-kept")
            return kept.next_look_at
        if run.status is Status.APPROVED:
            kept = _do(context, fund_id, run_id, partial(actions.publish_page, seen=run))
            failpoint("run.page-told")
            return kept.next_look_at
        return None


def _do(context: ServiceContext, fund_id: str, run_id: str, action: "partial[Run]") -> Run:
    return context.run(fund_id, by=BY_RUNS, cause=f"job:{store.FOLLOW}:{run_id}", action=action)


def _give_up(uow: UnitOfWork, run_id: str, reason: str) -> None:
    """An operator ends a run that cannot be computed; one that is approved is owed, and cannot be given up."""
    actions.reject(uow, run_id=run_id, reason=reason)


def watching() -> PeriodicTask:
    """Makes the runs of arrears that new rules of a benefit ask for."""
    return PeriodicTask("run-arrears", WATCH_EVERY_S, make_arrears_runs, rest_s=WATCH_EVERY_S)


def make_arrears_runs(context: ServiceContext, fund_id: str) -> int:
    """A run for each benefit whose rules are others than those of its last run; how many."""
    return sum(_make_arrears_run(context, fund_id, claim_type) for claim_type in periodic_types(context, fund_id))


def periodic_types(context: ServiceContext, fund_id: str) -> Sequence[str]:
    """The benefits of a fund that are paid every period."""
    return [code for code, definition in context.funds[fund_id].claim_types.items() if definition.effect.payment]


def _make_arrears_run(context: ServiceContext, fund_id: str, claim_type: str) -> bool:
    made = context.run(
        fund_id,
        by=BY_RUNS,
        cause=f"chore:run-arrears:{claim_type}",
        action=lambda uow: actions.make_for_changed_rules(uow, claim_type=claim_type),
    )
    return made is not None
