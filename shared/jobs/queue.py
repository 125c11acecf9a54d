"""The due queue of a service: one collection for all its kinds of work, asked for what is due and nothing else.

What waits for its next attempt is never in the way of what is due now, and jobs are taken fund by fund and kind by
kind. Scheduling is part of a unit of work: a thing and the work that it asks for are saved together or not at all.
"""

from collections import ChainMap, defaultdict
from collections.abc import Collection as Names
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.jobs.job import Job, JobStatus, given_up, id_of, is_idle, retried
from shared.kernel.actors import system
from shared.kernel.errors import Missing
from shared.storage import operator_acts
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Repository, as_document, as_thing
from shared.storage.retention import kept
from shared.storage.service_context import ServiceContext
from shared.storage.tenant_collection import TenantCollection
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import current_traceparent

NAME = "jobs"
INDEXES = [["fund", "status", "kind", "due_at", "job_id"], ["fund", "status", "due_at", "job_id"]]
FAILED_COUNTED_MAX = 1_000
DUE_COUNTED_MAX = 10_000

LONGEST_DUE = Order("due_at", "job_id")


JobLane = tuple[str, str]
"""A fund and a kind: what runs at once, and what pauses together."""


class JobUnknown(Missing):
    """No job of this fund has this id: it may be done by now."""

    code = "job.unknown"


jobs = Repository(NAME, Job, key="job_id", missing=JobUnknown, retention=kept("until it is done or given up"))


def schedule(uow: UnitOfWork, kind: str, thing_id: str, *, due_at: datetime | None = None) -> None:
    """Have a thing's work done, now or at a time. What was scheduled for it before is replaced, also if it failed."""
    job = Job(
        job_id=id_of(kind, thing_id),
        kind=kind,
        thing_id=thing_id,
        since_at=uow.at,
        due_at=due_at or uow.at,
        traceparent=current_traceparent(),
        version=_fresh(uow),
    )
    uow.collection(NAME).put(job.job_id, as_document(job))


def schedule_if_idle(uow: UnitOfWork, kind: str, thing_id: str) -> None:
    """Have a thing's work done now, where many events ask for it: a job that is due, is running or failed is not
    written, so that concurrent transactions do not conflict on one row. A kind that uses this checks again a moment
    after it found something, and has a `Backfill` for what was saved concurrently with its last check.
    """
    job_id = id_of(kind, thing_id)
    if uow.collection(NAME).is_held(job_id):
        return
    found = jobs.find(uow, job_id)
    if found is None or is_idle(found, at=uow.at):
        schedule(uow, kind, thing_id)


def cancel(uow: UnitOfWork, kind: str, thing_id: str) -> None:
    """The thing has nothing to do any more."""
    uow.collection(NAME).remove(id_of(kind, thing_id))


def schedule_or_cancel(uow: UnitOfWork, kind: str, thing_id: str, *, due_at: datetime | None) -> None:
    """When a thing has something to do again, as its rule decides: at a time, or never."""
    if due_at is None:
        cancel(uow, kind, thing_id)
    else:
        schedule(uow, kind, thing_id, due_at=due_at)


TO_CARRY_OUT = [JobStatus.WAITING.value, JobStatus.GIVEN_UP.value]
"""What a worker has to do with: the others wait for an operator."""


def due_by_lane(
    context: ServiceContext, funds: Names[str], kinds: Names[str], *, limit: int
) -> Mapping[JobLane, Sequence[Job]]:
    """What is due, the one that has waited longest first, at most `limit` of a fund and kind: no long queue hides a
    short one. One question of a service at rest, and some for each queue that is longer than `limit`."""
    found = due_anywhere(context, kinds, funds=funds, limit=limit)
    by_lane = defaultdict(list)
    for fund_id, job in sorted(found, key=lambda each: each[1].due_at):
        by_lane[fund_id, job.kind].append(job)
    if len(found) < limit:
        return by_lane
    if len(funds) > 1:
        return dict(ChainMap(*(dict(due_by_lane(context, [fund_id], kinds, limit=limit)) for fund_id in funds)))
    long = {lane: due(context, *lane, limit=limit) for lane in by_lane}
    others = set(kinds) - {kind for _, kind in long}
    return {**long, **(due_by_lane(context, funds, others, limit=limit) if others else {})}


def due_anywhere(
    context: ServiceContext, kinds: Names[str], *, funds: Names[str] | None = None, limit: int
) -> Sequence[tuple[str, Job]]:
    """What is due of some kinds with its fund, in no order."""
    wanted = {
        "fund": {"$in": list(context.funds if funds is None else funds)},
        "status": {"$in": TO_CARRY_OUT},
        "kind": {"$in": list(kinds)},
        "due_at": {"$lte": context.clock()},
    }
    found = context.collection(NAME).find(wanted).limit(limit)
    return [(str(document["fund"]), as_thing(document, Job)) for document in found]


def earliest_due(context: ServiceContext, kinds: Names[str], *, within: timedelta) -> datetime | None:
    """When the first job is due, if one is by then: for so long a service at rest need not ask again."""
    wanted = {
        "fund": {"$in": list(context.funds)},
        "status": {"$in": TO_CARRY_OUT},
        "kind": {"$in": list(kinds)},
        "due_at": {"$lte": context.clock() + within},
    }
    found: Any = context.collection(NAME).find_one(wanted, {"due_at": 1}, sort=[("due_at", 1)])
    return found["due_at"] if found else None


def due(context: ServiceContext, fund_id: str, kind: str, *, limit: int) -> Sequence[Job]:
    """The jobs of one kind that are due, the one that has waited longest first."""
    uow = _reading(context, fund_id)
    is_due = {"kind": kind, "due_at": {"$lte": uow.at}}
    found: list[Job] = []
    for status in TO_CARRY_OUT:
        found += jobs.find_all(uow, limit=limit, sort=LONGEST_DUE.sort, status=status, **is_due)
    return found[:limit]


def replace_if_unchanged(context: ServiceContext, fund_id: str, seen: Job, new: Job) -> Job | None:
    """Write a job's new state unless it was changed meanwhile; then None."""
    written = replace(new, version=_fresh(_reading(context, fund_id)))
    change = {"$set": as_document(written)}
    is_same = _tenant_collection(context, fund_id).update(seen.job_id, change, version=seen.version)
    return written if is_same else None


def remove_if_unchanged(context: ServiceContext, fund_id: str, seen: Job) -> None:
    """The work is done; a job that was rescheduled meanwhile stays."""
    tenant_collection = _tenant_collection(context, fund_id)
    tenant_collection.collection.delete_one(
        {"_id": tenant_collection.key(seen.job_id), "fund": fund_id, "version": seen.version}
    )


def retry(uow: UnitOfWork, job_id: str) -> Job:
    """Have a worker try a job now. Raises `JobUnknown`, `MoveNotAllowed`."""
    return _keep(uow, retried(jobs.load(uow, job_id), at=uow.at), "job-retried")


def give_up(uow: UnitOfWork, job_id: str, *, reason: str) -> Job:
    """Have a worker record in the thing itself that it was given up. Raises `JobUnknown`, `MoveNotAllowed`."""
    return _keep(uow, given_up(jobs.load(uow, job_id), reason=reason, at=uow.at), "job-given-up")


def put_if_unchanged(uow: UnitOfWork, seen: Job, new: Job) -> bool:
    """Write a job's new state in the transaction that changes its thing, unless the job was changed meanwhile."""
    found = jobs.find(uow, seen.job_id)
    if found is None or found.version != seen.version:
        return False
    _put(uow, new)
    return True


def _put(uow: UnitOfWork, job: Job) -> Job:
    """Fields that a later release gave the job stay."""
    kept = replace(job, version=_fresh(uow))
    uow.collection(NAME).revise(kept.job_id, as_document(kept), version=job.version)
    return kept


def _keep(uow: UnitOfWork, job: Job, verb: str) -> Job:
    kept = _put(uow, job)
    operator_acts.record(uow, verb, NAME, kept.job_id, why=job.reason)
    return kept


def page(uow: UnitOfWork, *, status: JobStatus, kind: str | None = None, wanted: PageRequest) -> Page[Job]:
    """The jobs of a fund in one state, of one kind or of all, the one that has been due longest first."""
    filters = {"status": status.value} | ({} if kind is None else {"kind": kind})
    return jobs.page(uow, order=LONGEST_DUE, wanted=wanted, **filters)


def failed_count(context: ServiceContext) -> int:
    """Jobs of all funds that wait for an operator, counted up to a limit."""
    wanted = {"fund": {"$in": list(context.funds)}, "status": JobStatus.FAILED.value}
    return context.collection(NAME).count_documents(wanted, limit=FAILED_COUNTED_MAX)


@dataclass(frozen=True, kw_only=True)
class JobsWaiting:
    """How much of a fund's work that time starts waits, counted up to a limit: what is due, and what failed."""

    due: int
    oldest_due_at: datetime | None
    failed: int
    oldest_failed_at: datetime | None


def waiting(uow: UnitOfWork) -> JobsWaiting:
    """How many jobs are due, and how many failed as often as they may."""
    is_due = {"status": JobStatus.WAITING.value, "due_at": {"$lte": uow.at}}
    oldest_due = jobs.find_all(uow, limit=1, sort=LONGEST_DUE.sort, **is_due)
    failed = jobs.find_all(uow, limit=FAILED_COUNTED_MAX, sort=LONGEST_DUE.sort, status=JobStatus.FAILED.value)
    return JobsWaiting(
        due=uow.collection(NAME).count(is_due, limit=DUE_COUNTED_MAX) if oldest_due else 0,
        oldest_due_at=oldest_due[0].due_at if oldest_due else None,
        failed=len(failed),
        oldest_failed_at=min((job.since_at for job in failed), default=None),
    )


def due_count(uow: UnitOfWork, kind: str) -> int:
    """How many jobs of a kind are due, counted up to a limit."""
    is_due = {"status": JobStatus.WAITING.value, "kind": kind, "due_at": {"$lte": uow.at}}
    return uow.collection(NAME).count(is_due, limit=DUE_COUNTED_MAX)


def _reading(context: ServiceContext, fund_id: str) -> UnitOfWork:
    return context.reading(fund_id, by=system("jobs"))


def _tenant_collection(context: ServiceContext, fund_id: str) -> TenantCollection:
    return _reading(context, fund_id).collection(NAME)


def _fresh(uow: UnitOfWork) -> int:
    """A version that no other writer of the row has: rows come and go, so counting would meet an old one again."""
    return int.from_bytes(uow.entropy(6), "big") + 1
