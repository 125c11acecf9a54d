"""Runs what is due: fund by fund and kind by kind, each job in a thread, and what fails again after a growing wait.

It is one of the edges that catch what a rule raises: a job that fails is logged by its code or class, counted, and
retried later; the others go on. An unavailable bank or mail server pauses only that kind of job of that fund.
"""

import itertools
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog
from pymongo.errors import PyMongoError

from shared.jobs import lane_status, queue
from shared.jobs.job import Job, JobKind, JobStatus, failed, is_exhausted, postponed, rescheduled, taken
from shared.jobs.lane_status import LaneStatus
from shared.jobs.queue import JobLane
from shared.kernel.actors import system
from shared.kernel.errors import Failure, Stale, Unavailable
from shared.kernel.schedule import RetrySchedule
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry import metrics
from shared.telemetry.propagation import continue_trace

BUSY_WAIT_S = 0.05
IDLE_WAIT_MAX_S = 1.0
"""How long a job that another process scheduled may be due before it is found by polling."""
REST_WAIT_MAX_S = 10.0
"""While the change stream reports other processes' writes, no polling for so long, or until the next job is due."""
BACK_OFF = RetrySchedule((1, 5, 15, 30))
THREADS_MAX = 128
"""Of one worker process: most of them wait for another system, and hold no database connection meanwhile."""
COUNT_EVERY_S = 30.0
FOUND_MAX = 100
"""Due jobs of a fund and kind that are remembered until a place is free for them."""
ASK_AGAIN_S = 0.25
"""While found jobs wait for a place: how long one of another kind may be due before it is found."""
LEASE_EXPIRED = "lease-expired"
"""The error of a job over which its worker died as often as its kind allows."""

log = structlog.get_logger()


class Runner:
    """The jobs of one worker process."""

    def __init__(self, context: ServiceContext, kinds: Sequence[JobKind]) -> None:
        self.context = context
        self.kinds: Mapping[str, JobKind] = {kind.name: kind for kind in kinds}
        if len(self.kinds) != len(kinds):
            raise ValueError("two kinds of jobs have one name")
        self._running: Counter[JobLane] = Counter()
        self._pauses: dict[JobLane, int] = {}
        self._paused_until_s: dict[JobLane, float] = {}
        lanes = itertools.product(context.funds, self.kinds)
        self._seen = {(fund_id, kind): LaneStatus(fund_id=fund_id, kind=kind) for fund_id, kind in lanes}
        self._lock = threading.Lock()
        self._turns = itertools.count()
        self._found: Mapping[JobLane, deque[Job]] = {}
        self._cut: Sequence[JobLane] = ()  # of these more is due than was found
        self._asked_s = float("-inf")
        self._is_more_due = False
        self._wakeup = context.wakeups.on(queue.NAME)

    def run(self, stop: threading.Event) -> None:
        """Run until `stop` is set; then running jobs are finished."""
        wait_s = rest_s = BUSY_WAIT_S
        counted_s = float("-inf")
        with ThreadPoolExecutor(THREADS_MAX, thread_name_prefix="job") as pool:
            while not self._is_over(stop, wait_s, rest_s):
                if time.monotonic() - counted_s > COUNT_EVERY_S:
                    metrics.JOBS_FAILED.set(queue.failed_count(self.context))
                    counted_s = time.monotonic()
                began = 0
                for fund_id, job in self._take_due() if self._is_to_ask() else self._take_found():
                    pool.submit(self._run_and_leave, fund_id, job)
                    began += 1
                if began:
                    self.context.wakeups.note_activity()
                idle_max_s = ASK_AGAIN_S if self._is_more_due else IDLE_WAIT_MAX_S
                wait_s = BUSY_WAIT_S if began else min(idle_max_s, wait_s * 2)
                is_at_rest = not began and not self._is_more_due and self.context.wakeups.is_watched
                rest_s = self._rest_s(wait_s) if is_at_rest else wait_s

    def _is_over(self, stop: threading.Event, wait_s: float, rest_s: float) -> bool:
        """Wait, but no longer than until a job is scheduled, or a place is free for what was left waiting; whether it
        is time to end."""
        is_woken = self._wakeup.wait(wait_s, watched_s=rest_s)
        return stop.wait(BUSY_WAIT_S if is_woken and not self._is_more_due else 0)

    def _rest_s(self, wait_s: float) -> float:
        """Until the next job is due; one that is due already waits for a free slot of its kind, and is polled for."""
        within = timedelta(seconds=REST_WAIT_MAX_S)
        due_at = queue.earliest_due(self.context, self.kinds, within=within)
        due_in_s = REST_WAIT_MAX_S if due_at is None else (due_at - self.context.clock()).total_seconds()
        return due_in_s if due_in_s > 0 else wait_s

    def lanes(self) -> list[LaneStatus]:
        """How the work of each fund and kind went since this runner was made."""
        with self._lock:
            return list(self._seen.values())

    def run_due(self) -> int:
        """Run everything that is due now, one after the other; how many jobs. For tests and commands."""
        done = 0
        while began := list(self._take_due()):
            for fund_id, job in began:
                self._run_and_leave(fund_id, job)
                done += 1
        return done

    def _is_to_ask(self) -> bool:
        """Whether what was found before is used up, or others may have come to be due since."""
        is_used_up = not self._is_more_due or any(not self._found[lane] for lane in self._cut)
        return is_used_up or time.monotonic() - self._asked_s > ASK_AGAIN_S

    def _take_due(self) -> Iterator[tuple[str, Job]]:
        """Ask what is due, and take of it what may run now."""
        self._asked_s = time.monotonic()
        due = queue.due_by_lane(self.context, self.context.funds, self.kinds, limit=FOUND_MAX)
        self._found = {lane: deque(jobs) for lane, jobs in due.items()}
        self._cut = [lane for lane, jobs in due.items() if len(jobs) >= FOUND_MAX]
        yield from self._take_found()

    def _take_found(self) -> Iterator[tuple[str, Job]]:
        """Take as many found jobs of each fund and kind as may run now, one by one: what was taken is run even where
        the database is gone before the next. What was found a moment ago may be another worker's by now."""
        self._is_more_due = True  # until it is known: a job that ends meanwhile wakes the loop once too often
        funds, turn = list(self.context.funds), next(self._turns)
        for place in range(len(funds)):
            fund_id = funds[(turn + place) % len(funds)]
            for kind in self.kinds.values():
                lane = fund_id, kind.name
                found = self._found.get(lane, ())
                while found and self._free(lane, kind) > 0:
                    begun = queue.replace_if_unchanged(
                        self.context, fund_id, job := found.popleft(), taken(job, kind, at=self.context.clock())
                    )
                    if begun is not None:
                        self._count_running(lane, 1)
                        yield fund_id, begun
        waiting = {*self._cut, *(lane for lane, found in self._found.items() if found)}
        self._is_more_due = not all(self._is_paused(lane) for lane in waiting)

    def _free(self, lane: JobLane, kind: JobKind) -> int:
        """How many more jobs of a fund and kind may begin now."""
        with self._lock:
            places = min(kind.at_once - self._running[lane], THREADS_MAX - self._running.total())
            return 0 if self._is_paused(lane) else places

    def _is_paused(self, lane: JobLane) -> bool:
        return time.monotonic() < self._paused_until_s.get(lane, 0.0)

    def _run_and_leave(self, fund_id: str, job: Job) -> None:
        kind = self.kinds[job.kind]
        thread = threading.current_thread()
        idle_name, thread.name = thread.name, f"job {kind.name} {fund_id}"
        try:
            self._run(fund_id, job, kind)
        except Exception as failure:  # its result cannot be written: it is due again when its lease expires
            log.error("job-left", kind=kind.name, job=job.job_id, fund=fund_id, error=_name(failure))
        finally:
            thread.name = idle_name
            self._count_running((fund_id, kind.name), -1)

    def _run(self, fund_id: str, job: Job, kind: JobKind) -> None:
        if job.status is JobStatus.WAITING and is_exhausted(job, kind):
            self._fail(fund_id, job, kind, error=LEASE_EXPIRED)
            return
        try:
            with continue_trace(f"job {kind.name}", job.traceparent):
                if job.status is JobStatus.GIVEN_UP:
                    self._give_up(fund_id, job, kind)
                    return
                due_at = kind.run(self.context, fund_id, job.thing_id)
        except (Unavailable, Stale, PyMongoError) as away:
            self._postpone(fund_id, job, error=_name(away), is_away=not isinstance(away, Stale))
            return
        except Exception as failure:
            self._fail(fund_id, job, kind, error=_name(failure))
            return
        with self._lock:
            lane = fund_id, kind.name
            self._pauses.pop(lane, None)
            self._seen[lane] = lane_status.succeeded(self._seen[lane], at=self.context.clock())
        metrics.JOBS.labels(kind.name, "done").inc()
        if due_at is None:
            queue.remove_if_unchanged(self.context, fund_id, job)
        else:
            queue.replace_if_unchanged(self.context, fund_id, job, rescheduled(job, due_at=due_at))

    def _give_up(self, fund_id: str, job: Job, kind: JobKind) -> None:
        """Record it in the thing itself, and delete the job: one transaction."""

        def act(uow: UnitOfWork) -> None:
            if kind.give_up is not None:
                kind.give_up(uow, job.thing_id, job.reason)
            queue.cancel(uow, kind.name, job.thing_id)

        self.context.run(fund_id, by=system("jobs"), cause=f"job:{job.job_id}", action=act)
        metrics.JOBS.labels(kind.name, job.status.value).inc()

    def _postpone(self, fund_id: str, job: Job, *, error: str, is_away: bool) -> None:
        lane = fund_id, job.kind
        pause_s = BACK_OFF.wait_s(tries=1)
        if is_away:
            with self._lock:
                pauses = self._pauses[lane] = self._pauses.get(lane, 0) + 1
                pause_s = BACK_OFF.wait_s(tries=pauses)
                self._paused_until_s[lane] = time.monotonic() + pause_s
        due_at = self.context.clock() + timedelta(seconds=pause_s)
        self._note_failure(lane, error=error, paused_until=due_at if is_away else None)
        log.warning("job-waits", kind=job.kind, job=job.job_id, fund=fund_id, error=error, seconds=pause_s)
        metrics.JOBS.labels(job.kind, "unavailable").inc()
        queue.replace_if_unchanged(self.context, fund_id, job, postponed(job, error=error, due_at=due_at))

    def _fail(self, fund_id: str, job: Job, kind: JobKind, *, error: str) -> None:
        after = failed(job, kind, error=error, at=self.context.clock())
        self._note_failure((fund_id, kind.name), error=error, paused_until=None)
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
        if after.status is JobStatus.FAILED and kind.hold is not None:
            self._hold(fund_id, job, after, kind.hold)
        else:
            queue.replace_if_unchanged(self.context, fund_id, job, after)

    def _note_failure(self, lane: JobLane, *, error: str, paused_until: datetime | None) -> None:
        with self._lock:
            at = self.context.clock()
            self._seen[lane] = lane_status.failed(self._seen[lane], error=error, at=at, paused_until=paused_until)

    def _hold(self, fund_id: str, job: Job, after: Job, hold: Callable[[UnitOfWork, str], None]) -> None:
        """Write in the thing itself that its job failed, and in the job: one transaction."""

        def act(uow: UnitOfWork) -> None:
            if queue.put_if_unchanged(uow, job, after):
                hold(uow, job.thing_id)

        self.context.run(fund_id, by=system("jobs"), cause=f"job:{job.job_id}", action=act)

    def _count_running(self, lane: JobLane, change: int) -> None:
        with self._lock:
            self._running[lane] += change
        if change < 0 and self._is_more_due:
            self._wakeup.event.set()


def _name(failure: Exception) -> str:
    """What may be written down of a failure: its code or its class, never its words."""
    return failure.code if isinstance(failure, Failure) else type(failure).__name__
