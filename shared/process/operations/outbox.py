"""The outbox as operators see it, and their commands to publish events again.

Over HTTP a command is only saved: a worker runs it, since it may touch much of the outbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.database import Database

from shared.bus.relay import republish
from shared.kernel.errors import Invalid
from shared.process.operations.infrastructure import database_of, session_of
from shared.storage import operator_acts
from shared.storage.connection import Document
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

COMMANDS_SHOWN = 10
COMMANDS_PER_RUN = 10
WAITING_COUNTED_MAX = 10_000


class NothingNamed(Invalid):
    """Neither an instant nor a key was given: everything would be published again."""

    code = "outbox.nothing-named"


@dataclass(frozen=True, kw_only=True)
class RepublishCommand:
    """What an operator asked a worker to publish again, and what became of it."""

    errand_id: str
    since: datetime | None
    key: str | None
    asked_by: str
    asked_at: datetime
    done_at: datetime | None = None
    documents: int | None = None


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """Documents of events that wait to be sent, counted up to a limit."""

    waiting: int
    oldest_at: datetime | None
    carried_until: datetime | None
    errands: Sequence[RepublishCommand] = ()


def status(database: Database[Document], fund_id: str | None) -> Outbox:
    """The status of the outbox: the service's own numbers, and the commands of a fund or of all."""
    waiting = database["outbox"].count_documents({"is_sent": False}, limit=WAITING_COUNTED_MAX)
    oldest: Any = database["outbox"].find_one({"is_sent": False}, {"at": 1}, sort=[("_id", 1)]) if waiting else None
    lease: Any = database["leases"].find_one({"_id": "relay"})
    of_fund = {} if fund_id is None else {"fund": fund_id}
    errands: list[Any] = list(database["errands"].find(of_fund).sort("_id", -1).limit(COMMANDS_SHOWN))
    return Outbox(
        waiting=waiting,
        oldest_at=oldest["at"] if oldest else None,
        carried_until=lease["until"] if lease else None,
        errands=[_command(row) for row in errands],
    )


def ask_republish(uow: UnitOfWork, *, since: datetime | None, key: str | None) -> RepublishCommand:
    """Have a worker publish again the events of this fund since an instant, or of one key."""
    if since is None and key is None:
        raise NothingNamed
    if key is not None and not key.startswith(f"{uow.fund.fund_id}:"):
        key = f"{uow.fund.fund_id}:{key}"
    command = RepublishCommand(errand_id=uow.new_id(), since=since, key=key, asked_by=uow.by.subject, asked_at=uow.at)
    row: Document = {
        "_id": command.errand_id,
        "fund": uow.fund.fund_id,
        "since": since,
        "key": key,
        "asked_by": command.asked_by,
        "asked_at": command.asked_at,
        "is_done": False,
    }
    database_of(uow)["errands"].insert_one(row, session=session_of(uow))
    operator_acts.record(uow, "republish-asked", "outbox", key or "all")
    return command


def carry_out(context: ServiceContext, fund_id: str) -> int:
    """Run the waiting commands of a fund; how many documents will be sent again. A command that is stopped resumes:
    what it has marked is skipped."""
    waiting: list[Any] = list(
        context.database["errands"].find({"fund": fund_id, "is_done": False}).limit(COMMANDS_PER_RUN)
    )
    sent_again = 0
    for row in waiting:
        documents = republish(context, since=row["since"], key=row["key"], fund_id=fund_id, errand_id=row["_id"])
        finished = {"is_done": True, "done_at": context.clock(), "documents": documents}
        context.database["errands"].update_one({"_id": row["_id"], "fund": fund_id}, {"$set": finished})
        sent_again += documents
    return sent_again


def _command(row: Any) -> RepublishCommand:
    return RepublishCommand(
        errand_id=row["_id"],
        since=row["since"],
        key=row["key"],
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        done_at=row.get("done_at"),
        documents=row.get("documents"),
    )
