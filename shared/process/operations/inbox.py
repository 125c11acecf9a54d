"""The inbox as operators see it. A worker saves its status every few seconds: requests over HTTP read that, so that no
request waits for the broker.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.database import Database

from shared.jobs import lane_status
from shared.jobs.lane_status import LaneStatus
from shared.storage.connection import Document

STATUS_FRESH = timedelta(seconds=30)
"""A worker that wrote nothing for so long is not there."""
PARKED_COUNTED_MAX = 10_000


@dataclass(frozen=True, kw_only=True)
class PartitionLag:
    topic: str
    partition: int
    records: int


@dataclass(frozen=True, kw_only=True)
class WorkerStatus:
    """How a worker stood when it last wrote it down."""

    worker: str
    at: datetime
    missing: Sequence[str]
    last_taken_at: datetime | None
    behind: Sequence[PartitionLag]
    lanes: Sequence[LaneStatus] = ()

    @property
    def is_ready(self) -> bool:
        return not self.missing


@dataclass(frozen=True, kw_only=True)
class InboxStatus:
    """What the inbox has handled, and what is parked. `behind` is None where no worker could ask the broker."""

    taken: int
    last_taken_at: datetime | None
    parked: int
    workers: Sequence[WorkerStatus]


def status(database: Database[Document], fund_id: str | None, *, at: datetime) -> InboxStatus:
    """How the inbox is, and the workers that were seen lately."""
    workers = [_worker_status(row) for row in database["workers"].find()]
    seen = [each.last_taken_at for each in workers if each.last_taken_at]
    parked: Document = {"is_open": True} | ({} if fund_id is None else {"fund": fund_id})
    return InboxStatus(
        taken=database["inbox"].estimated_document_count(),
        last_taken_at=max(seen, default=None),
        parked=database["deadletters"].count_documents(parked, limit=PARKED_COUNTED_MAX),
        workers=[each for each in workers if at - each.at < STATUS_FRESH],
    )


def lanes(database: Database[Document], fund_id: str, *, at: datetime) -> list[LaneStatus]:
    """How a fund's work of each kind goes in the workers that were seen lately, added up."""
    workers = status(database, fund_id, at=at).workers
    return lane_status.added(lane for worker in workers for lane in worker.lanes if lane.fund_id == fund_id)


def write_worker_status(database: Database[Document], worker_status: WorkerStatus) -> None:
    """Keep how a worker stands."""
    behind = [{"topic": row.topic, "partition": row.partition, "records": row.records} for row in worker_status.behind]
    row = {
        "at": worker_status.at,
        "missing": list(worker_status.missing),
        "last_taken_at": worker_status.last_taken_at,
        "behind": behind,
        "lanes": [asdict(each) for each in worker_status.lanes],
    }
    database["workers"].replace_one({"_id": worker_status.worker}, row, upsert=True)


def remove_worker_statuses(database: Database[Document], *, before: datetime) -> None:
    """Remove what workers wrote that are long gone."""
    database["workers"].delete_many({"at": {"$lt": before}})


def _worker_status(row: Any) -> WorkerStatus:
    return WorkerStatus(
        worker=row["_id"],
        at=row["at"],
        missing=row["missing"],
        last_taken_at=row["last_taken_at"],
        behind=[PartitionLag(**each) for each in row["behind"]],
        lanes=[LaneStatus(**each) for each in row.get("lanes", ())],
    )
