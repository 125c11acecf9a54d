"""Work that time starts, a row for each thing that has some to do. Pure: what a job is, and when it is tried again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.kernel.moves import moved
from shared.kernel.schedule import RetrySchedule
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

RETRY_WAITS = RetrySchedule((2, 5, 15, 60, 300, 1_800))
"""How long after each failed attempt the next one comes."""


class JobStatus(StrEnum):
    """`waiting` is due at a time; `failed` was tried as often as its kind allows and waits for an operator; `given-up`
    is what an operator decided, until a worker has carried it out."""

    WAITING = "waiting"
    FAILED = "failed"
    GIVEN_UP = "given-up"


JOB_MOVES: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.WAITING: frozenset({JobStatus.WAITING, JobStatus.FAILED, JobStatus.GIVEN_UP}),
    JobStatus.FAILED: frozenset({JobStatus.WAITING, JobStatus.GIVEN_UP}),
    JobStatus.GIVEN_UP: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is to be done for one thing, and when. Taking it moves `due_at` to the end of the lease: after a crash it is
    due again. `attempts` counts consecutive failed attempts and the one that is running."""

    job_id: str
    kind: str
    thing_id: str
    status: JobStatus = JobStatus.WAITING
    since_at: datetime
    due_at: datetime
    attempts: int = 0
    last_error: str = ""
    """A code or a class, never the text of a failure."""
    reason: str = ""
    """Why an operator gave it up."""
    traceparent: str = ""
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """One kind of work of a service.

    `run(context, fund_id, thing_id)` does it, outside of any transaction, and returns when it is to run again, or None
    when all is done. It may crash anywhere and be run again, even concurrently with itself: for work left unfinished it
    asks the other system for the state. Of one fund at most `at_once` run at the same time. `hold(uow, thing_id)`
    records in the thing itself that all attempts failed and that it waits for an operator; `give_up(uow, thing_id,
    reason)`, that an operator gave it up: without it only the job is removed.
    """

    name: str
    run: Callable[[ServiceContext, str, str], datetime | None]
    lease_s: float = 60.0
    attempts_max: int = 8
    at_once: int = 2
    hold: Callable[[UnitOfWork, str], None] | None = None
    give_up: Callable[[UnitOfWork, str, str], None] | None = None


def id_of(kind: str, thing_id: str) -> str:
    return f"{kind}:{thing_id}"


def has_failed_before(job: Job) -> bool:
    """Whether an attempt before the running one failed; a crash of its worker does not count."""
    return job.attempts > 1 and job.last_error != ""


def is_exhausted(job: Job, kind: JobKind) -> bool:
    """Whether its last attempts, as many as its kind allows, ended without a result: it may be what crashes the
    workers."""
    return job.attempts > kind.attempts_max


def is_idle(job: Job, *, at: datetime) -> bool:
    """Whether it waits for its time: it is not running, no attempt failed, and it is not due."""
    return job.status is JobStatus.WAITING and job.attempts == 0 and job.due_at > at


def taken(job: Job, kind: JobKind, *, at: datetime) -> Job:
    """Somebody begins with it."""
    return replace(job, attempts=job.attempts + 1, due_at=at + timedelta(seconds=kind.lease_s))


def postponed(job: Job, *, error: str, due_at: datetime) -> Job:
    """What it needs is away: that is no attempt of the job's own."""
    return replace(job, attempts=job.attempts - 1, last_error=error, due_at=due_at)


def rescheduled(job: Job, *, due_at: datetime) -> Job:
    """It went well, and wants to run again."""
    return replace(job, attempts=0, last_error="", due_at=due_at)


def failed(job: Job, kind: JobKind, *, error: str, at: datetime) -> Job:
    """An attempt ended badly: it is tried again after a growing wait, or waits for an operator."""
    if job.attempts >= kind.attempts_max:
        attempts = min(job.attempts, kind.attempts_max)
        return replace(job, status=JobStatus.FAILED, attempts=attempts, last_error=error, due_at=at)
    return replace(job, last_error=error, due_at=RETRY_WAITS.next_at(at, tries=job.attempts))


def retried(job: Job, *, at: datetime) -> Job:
    """An operator wants it tried now, with all its attempts. Raises `MoveNotAllowed` where it was given up."""
    return replace(job, status=moved(JOB_MOVES, job.status, to=JobStatus.WAITING), attempts=0, due_at=at)


def given_up(job: Job, *, reason: str, at: datetime) -> Job:
    """An operator does not want it retried. Raises `MoveNotAllowed` after a concurrent change."""
    return replace(job, status=moved(JOB_MOVES, job.status, to=JobStatus.GIVEN_UP), reason=reason, due_at=at)
