"""How a service stands, in one answer: for pages that look at all services at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.jobs import queue
from shared.jobs.lane_status import LaneStatus
from shared.jobs.queue import JobsWaiting
from shared.kernel.ids import first_id_at
from shared.process.operations import dead_letter_actions, inbox, outbox
from shared.process.operations.dead_letter_actions import DeadLetterGroup
from shared.process.operations.inbox import InboxStatus
from shared.process.operations.infrastructure import database_of
from shared.process.operations.outbox import Outbox
from shared.storage.unit_of_work import UnitOfWork

ARRIVED_WITHIN = timedelta(hours=1)
COUNTED_MAX = 10_000


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """What came within the last hour, counted up to a limit."""

    events_last_hour: int
    requests_last_hour: int


@dataclass(frozen=True, kw_only=True)
class DeadLetters:
    """The open dead letters that failed themselves."""

    letters: int
    groups: int
    oldest_parked_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """All signs of a service."""

    at: datetime
    arrivals: Arrivals
    outbox: Outbox
    inbox: InboxStatus
    dead_letters: DeadLetters
    jobs: JobsWaiting


@dataclass(frozen=True, kw_only=True)
class LaneAndQueue(LaneStatus):
    """The work of one kind, and how much of it is due."""

    due: int


def read(uow: UnitOfWork) -> Summary:
    """All signs of the service as this fund's operators see them."""
    database, fund_id = database_of(uow), uow.fund.fund_id
    return Summary(
        at=uow.at,
        arrivals=_arrivals(uow),
        outbox=outbox.status(database, fund_id),
        inbox=inbox.status(database, fund_id, at=uow.at),
        dead_letters=_added(dead_letter_actions.groups(database, fund_id)),
        jobs=queue.waiting(uow),
    )


def lanes(uow: UnitOfWork) -> list[LaneAndQueue]:
    """How the fund's work of each kind goes, and how much of it is due."""
    found = inbox.lanes(database_of(uow), uow.fund.fund_id, at=uow.at)
    return [LaneAndQueue(**vars(lane), due=queue.due_count(uow, lane.kind)) for lane in found]


def _arrivals(uow: UnitOfWork) -> Arrivals:
    """Events by when they were published, which their ids say; requests by when they were answered."""
    since, database = uow.at - ARRIVED_WITHIN, database_of(uow)
    return Arrivals(
        events_last_hour=database["inbox"].count_documents({"_id": {"$gte": first_id_at(since)}}, limit=COUNTED_MAX),
        requests_last_hour=database["requests"].count_documents(
            {"fund": uow.fund.fund_id, "at": {"$gte": since}}, limit=COUNTED_MAX
        ),
    )


def _added(groups: Sequence[DeadLetterGroup]) -> DeadLetters:
    return DeadLetters(
        letters=sum(group.letters for group in groups),
        groups=len(groups),
        oldest_parked_at=min((group.oldest_parked_at for group in groups), default=None),
    )
