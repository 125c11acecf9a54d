"""Periodic tasks: work that belongs to no single thing, such as linking the audit, purging, gathering a file, reading
receipts. Work of one thing is a job of the due queue (`shared/jobs`), where a failure does not block others and is
visible to operators. A periodic task that fails is rerun as a whole, with growing waits.

It finds what is due, calls other systems outside of any transaction, and saves the result in a unit of work. It runs
again soon, so it may stop anywhere; for work left unfinished it asks the other system for the state, and never guesses.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from opentelemetry import trace
from pymongo.errors import PyMongoError

from shared.kernel.errors import Failure, Stale, Unavailable
from shared.storage.service_context import ServiceContext
from shared.telemetry import metrics

log = structlog.get_logger()
tracer = trace.get_tracer("himaya.periodic_tasks")

BACK_OFF_MAX_S = 30.0
IDLE_MAX_S, IDLE_GROWTH = 2.0, 1.5
"""How long one that finds nothing waits at the most, unless it says more, and how its waits grow until then: a
platform at rest asks its database little."""


@dataclass(frozen=True)
class PeriodicTask:
    """Periodic work in one fund; `run` returns how many things it did. While nothing is due its waits grow to `rest_s`.
    A write to a collection in `woken_by` makes it run `every_s` later; only while the change stream reports the writes
    of all processes does it wait longer than `IDLE_MAX_S`.
    """

    name: str
    every_s: float
    run: Callable[[ServiceContext, str], int]
    rest_s: float = IDLE_MAX_S
    woken_by: Sequence[str] = ()


def _why(failure: Exception) -> str:
    """A failure's code, or its class: never its text, which may hold anything."""
    return failure.code if isinstance(failure, Failure) else type(failure).__name__


def run_periodically(periodic_task: PeriodicTask, context: ServiceContext, fund_id: str, stop: threading.Event) -> None:
    """Run it for one fund until `stop` is set. While nothing is due it polls less and less often; after a round in
    which another system or the database was unavailable, or another worker was faster, it waits longer than that."""
    wait_s, waiting = periodic_task.every_s, IdleBackOff(periodic_task, context, stop)
    while not waiting.ends(wait_s):
        try:
            done = periodic_task.run(context, fund_id)
            metrics.PERIODIC_TASKS.labels(periodic_task.name, "done" if done else "idle").inc()
            wait_s = waiting.after(done, waited_s=wait_s)
        except (Unavailable, Stale, PyMongoError) as gone:
            log.warning("periodic-task-waits", periodic_task=periodic_task.name, fund=fund_id, why=_why(gone))
            metrics.PERIODIC_TASKS.labels(periodic_task.name, "unavailable").inc()
            wait_s = min(BACK_OFF_MAX_S, max(wait_s * 4, 1.0))
        except Exception as failure:  # nothing that a partner or a person sent ends the thread, and with it the worker
            log.error("periodic-task-failed", periodic_task=periodic_task.name, fund=fund_id, why=_why(failure))
            metrics.PERIODIC_TASKS.labels(periodic_task.name, "failed").inc()
            is_known = isinstance(failure, Failure)
            wait_s = periodic_task.every_s if is_known else min(BACK_OFF_MAX_S, max(wait_s * 4, 1.0))


class IdleBackOff:
    """The waits between its rounds."""

    def __init__(self, periodic_task: PeriodicTask, context: ServiceContext, stop: threading.Event) -> None:
        self.periodic_task, self.stop, self.wakeups = periodic_task, stop, context.wakeups
        self.wakeup = context.wakeups.on(*periodic_task.woken_by) if periodic_task.woken_by else None
        self.is_woken = False

    def ends(self, wait_s: float) -> bool:
        """Wait; whether the process is to end."""
        if self.wakeup is None:
            return self.stop.wait(wait_s)
        self.is_woken = self.wakeup.wait(min(wait_s, max(self.periodic_task.every_s, IDLE_MAX_S)), watched_s=wait_s)
        return self.stop.wait(self.periodic_task.every_s if self.is_woken else 0)

    def after(self, done: int, *, waited_s: float) -> float:
        """How long to wait after a round: after a wake-up, or a round that did something, waits start short again."""
        if done:
            self.wakeups.note_activity()
        if done or self.is_woken:
            return self.periodic_task.every_s
        return max(self.periodic_task.every_s, min(self.periodic_task.rest_s, waited_s * IDLE_GROWTH))


def threads(
    periodic_tasks: Sequence[PeriodicTask], context: ServiceContext, stop: threading.Event
) -> list[threading.Thread]:
    """One thread for each task and fund: a slow bank holds up neither the mail nor another fund's bank."""
    return [
        threading.Thread(
            target=run_periodically,
            args=(periodic_task, context, fund_id, stop),
            name=f"periodic-task {periodic_task.name} {fund_id}",
            daemon=True,
        )
        for periodic_task in periodic_tasks
        for fund_id in context.funds
    ]
