"""Runs what is due: fund by fund and kind by kind, each job in a thread, and what fails again after a growing wait.

One of the edges where whatever a rule throws is met: a job that fails is logged by its code or class, counted, and
left for later; the others go on. What a job needs and is away (a bank, a mail server) pauses that kind of that fund
alone: one fund's silent bank holds up nobody else.
"""

import itertools
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog
from pymongo.errors import PyMongoError

from shared.jobs import queue
from shared.jobs.job import Job, JobKind, JobStatus, failed, postponed, rescheduled, taken
from shared.kernel.actors import system
from shared.kernel.errors import Failure, Stale, Unavailable
from shared.storage.platform import Platform
from shared.storage.work import Work
from shared.telemetry import metrics
from shared.telemetry.carrying import continued

BUSY_WAIT_S = 0.05
IDLE_WAIT_MAX_S = 1.0
"""How long a job that another process scheduled may be due before anybody looks."""
REST_WAIT_MAX_S = 10.0
"""The same where what other processes write is heard of. A job that is due before the end of a wait ends it in time."""
PAUSES_S = (1.0, 5.0, 15.0, 30.0)
THREADS_MAX = 32
COUNT_EVERY_S = 30.0

log = structlog.get_logger()

Lane = tuple[str, str]
"""A fund and a kind: what runs at once, and what pauses together."""


class Runner:
    """The jobs of one worker process."""

    def __init__(self, platform: Platform, kinds: Sequence[JobKind]) -> None:
        self.platform = platform
        self.kinds: Mapping[str, JobKind] = {kind.name: kind for kind in kinds}
        if len(self.kinds) != len(kinds):
            raise ValueError("two kinds of jobs have one name")
        self._running: dict[Lane, int] = {}
        self._pauses: dict[Lane, int] = {}
        self._paused_until_s: dict[Lane, float] = {}
        self._lock = threading.Lock()
        self._turns = itertools.count()
        self._counted_s = float("-inf")

    def run(self, stop: threading.Event) -> None:
        """Until told to stop; then what is under way is finished."""
        wait_s = watched_s = BUSY_WAIT_S
        wakeup = self.platform.wakeups.on(queue.NAME)
        threads = min(THREADS_MAX, len(self.platform.funds) * sum(kind.at_once for kind in self.kinds.values()))
        with ThreadPoolExecutor(max(1, threads), thread_name_prefix="job") as pool:
            while not stop.wait(BUSY_WAIT_S if wakeup.wait(wait_s, watched_s=watched_s) else 0):
                self._count_failed()
                due_in_s = self._due_in_s()
                began = self._begin(pool) if due_in_s <= 0 else 0
                wait_s = BUSY_WAIT_S if began else min(IDLE_WAIT_MAX_S, wait_s * 2)
                if due_in_s > 0:
                    wait_s, watched_s = min(wait_s, due_in_s), due_in_s
                else:
                    watched_s = wait_s

    def _due_in_s(self) -> float:
        """How long until the first job is due; a long wait where none is by then."""
        at = self.platform.clock()
        due_at = queue.earliest_due(self.platform, self.kinds, within=timedelta(seconds=REST_WAIT_MAX_S))
        return REST_WAIT_MAX_S if due_at is None else (due_at - at).total_seconds()

    def _begin(self, pool: ThreadPoolExecutor) -> int:
        began = 0
        for fund_id, job in self._take_due():
            pool.submit(self._run_and_leave, fund_id, job)
            began += 1
        return began

    def _count_failed(self) -> None:
        if time.monotonic() - self._counted_s > COUNT_EVERY_S:
            metrics.JOBS_FAILED.set(queue.failed_count(self.platform))
            self._counted_s = time.monotonic()

    def run_due(self) -> int:
        """Run everything that is due now, one after the other; how many jobs. For tests and commands."""
        done = 0
        while began := list(self._take_due()):
            for fund_id, job in began:
                self._run_and_leave(fund_id, job)
                done += 1
        return done

    def _take_due(self) -> Iterator[tuple[str, Job]]:
        """Take as many jobs of each fund and kind as may run now, one by one: what was taken is run even where the
        database is gone before the next."""
        funds, turn = list(self.platform.funds), next(self._turns)
        for place in range(len(funds)):
            fund_id = funds[(turn + place) % len(funds)]
            for kind in self.kinds.values():
                for job in self._due(fund_id, kind):
                    begun = taken(job, kind, at=self.platform.clock())
                    mine = queue.replace_if_same(self.platform, fund_id, job, begun)
                    if mine is not None:
                        self._count_running((fund_id, kind.name), 1)
                        yield fund_id, mine

    def _due(self, fund_id: str, kind: JobKind) -> Sequence[Job]:
        lane = fund_id, kind.name
        with self._lock:
            free = kind.at_once - self._running.get(lane, 0)
            is_paused = time.monotonic() < self._paused_until_s.get(lane, 0.0)
        return queue.due(self.platform, fund_id, kind.name, limit=free) if free > 0 and not is_paused else ()

    def _run_and_leave(self, fund_id: str, job: Job) -> None:
        kind = self.kinds[job.kind]
        try:
            self._run(fund_id, job, kind)
        except PyMongoError as gone:  # not even what became of it can be written: the end of its lease will tell
            log.warning("job-left", kind=kind.name, job=job.job_id, fund=fund_id, error=type(gone).__name__)
        finally:
            self._count_running((fund_id, kind.name), -1)
            self.platform.wakeups.wake(queue.NAME)  # there is room for another, or for when this one is due again

    def _run(self, fund_id: str, job: Job, kind: JobKind) -> None:
        try:
            with continued(f"job {kind.name}", job.traceparent):
                if job.status is JobStatus.GIVEN_UP:
                    self._give_up(fund_id, job, kind)
                    return
                due_at = kind.run(self.platform, fund_id, job.thing_id)
        except (Unavailable, Stale, PyMongoError) as away:
            self._postpone(fund_id, job, error=_name(away), is_away=not isinstance(away, Stale))
            return
        except Exception as failure:
            self._fail(fund_id, job, kind, failure)
            return
        with self._lock:
            self._pauses.pop((fund_id, kind.name), None)
        metrics.JOBS.labels(kind.name, "done").inc()
        if due_at is None:
            queue.remove_if_same(self.platform, fund_id, job)
        else:
            queue.replace_if_same(self.platform, fund_id, job, rescheduled(job, due_at=due_at))

    def _give_up(self, fund_id: str, job: Job, kind: JobKind) -> None:
        """Say so in the thing itself, and forget the job: one transaction."""

        def act(work: Work) -> None:
            if kind.give_up is not None:
                kind.give_up(work, job.thing_id, job.reason)
            queue.cancel(work, kind.name, job.thing_id)

        self.platform.work(fund_id, by=system("jobs"), cause=f"job:{job.job_id}", action=act)
        metrics.JOBS.labels(kind.name, job.status.value).inc()

    def _postpone(self, fund_id: str, job: Job, *, error: str, is_away: bool) -> None:
        lane = fund_id, job.kind
        pause_s = PAUSES_S[0]
        if is_away:
            with self._lock:
                pauses = self._pauses[lane] = self._pauses.get(lane, 0) + 1
                pause_s = PAUSES_S[min(pauses, len(PAUSES_S)) - 1]
                self._paused_until_s[lane] = time.monotonic() + pause_s
        log.warning("job-waits", kind=job.kind, job=job.job_id, fund=fund_id, error=error, seconds=pause_s)
        metrics.JOBS.labels(job.kind, "unavailable").inc()
        due_at = self.platform.clock() + timedelta(seconds=pause_s)
        queue.replace_if_same(self.platform, fund_id, job, postponed(job, error=error, due_at=due_at))

    def _fail(self, fund_id: str, job: Job, kind: JobKind, failure: Exception) -> None:
        after = failed(job, kind, error=_name(failure), at=self.platform.clock())
        log.error(
            "job-failed",
            kind=kind.name,
            job=job.job_id,
            fund=fund_id,
            error=after.last_error,
            attempts=job.attempts,
            status=after.status.value,
        )
        metrics.JOBS.labels(kind.name, after.status.value if after.status != job.status else "retried").inc()
        queue.replace_if_same(self.platform, fund_id, job, after)

    def _count_running(self, lane: Lane, change: int) -> None:
        with self._lock:
            self._running[lane] = self._running.get(lane, 0) + change


def _name(failure: Exception) -> str:
    """What may be written down of a failure: its code or its class, never its words."""
    return failure.code if isinstance(failure, Failure) else type(failure).__name__
