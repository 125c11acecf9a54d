"""Operations over HTTP, the same in every service: dead letters, outbox, inbox, jobs. For one fund's operators."""

from collections.abc import Mapping
from typing import Any

from shared.http.routes import Routes
from shared.jobs import queue
from shared.jobs.job import Job
from shared.process.operations import case_events, dead_letter_actions, inbox, outbox, summary
from shared.process.operations.infrastructure import database_of
from shared.process.operations.schemas import (
    AskedView,
    CaseEventsQuery,
    CaseEventsView,
    DiscardBody,
    GivingUpBody,
    GroupsView,
    HandledEventsQuery,
    HandledEventViews,
    InboxView,
    JobPage,
    JobsQuery,
    JobView,
    LanesView,
    LetterDetailView,
    LettersQuery,
    LettersView,
    OperatorActPage,
    OperatorActsQuery,
    OutboxView,
    RepublishBody,
    RepublishCommandView,
    ServiceSummaryView,
)
from shared.storage import operator_acts
from shared.storage.unit_of_work import UnitOfWork

READ, ACT = "operations:read", "operations:act"

routes = Routes("operations", about="What the service's operators see and do: dead letters, outbox, inbox, jobs.")


@routes.get("/operations/summary", scope=READ, response=ServiceSummaryView)
def read_summary(uow: UnitOfWork) -> object:
    """How the service stands, in one answer: what arrives, what waits and since when, what failed, and its workers."""
    return summary.read(uow)


@routes.get("/operations/lanes", scope=READ, response=LanesView)
def list_lanes(uow: UnitOfWork) -> object:
    """How the work of each kind goes since the workers started, and with it the bank, the provider or the register
    behind it: the last success, what failed, until when it is paused, and how much waits."""
    return {"items": summary.lanes(uow)}


@routes.get("/operations/acts", scope=READ, query=OperatorActsQuery, response=OperatorActPage)
def list_acts(uow: UnitOfWork, query: Mapping[str, Any]) -> object:
    """What operators did here, and those who decide about money: who, when, to what and why, newest first."""
    return operator_acts.page(uow, by=query["by"], on=query["on"], wanted=query["page"])


@routes.get("/operations/deadletters", scope=READ, query=LettersQuery, response=LettersView)
def list_letters(uow: UnitOfWork, query: Mapping[str, Any]) -> object:
    """The fund's open dead letters, by the time at which their events were published."""
    items, following = dead_letter_actions.page(database_of(uow), uow.fund.fund_id, **query)
    return {"items": items, "next": following}


@routes.get("/operations/deadletters/groups", scope=READ, response=GroupsView)
def list_groups(uow: UnitOfWork) -> object:
    """What is wrong with the open dead letters, by type and reason, the most frequent first."""
    return {"items": dead_letter_actions.groups(database_of(uow), uow.fund.fund_id)}


@routes.get("/operations/deadletters/<event_id>", scope=READ, response=LetterDetailView)
def read_letter(uow: UnitOfWork, event_id: str) -> object:
    """One dead letter, open or closed, without the content of its event."""
    return dead_letter_actions.inspect(database_of(uow), uow.fund.fund_id, event_id)


@routes.post("/operations/deadletters/<event_id>/replay", scope=ACT, response=LetterDetailView, status=202)
def replay_letter(uow: UnitOfWork, event_id: str) -> object:
    """Have a worker retry a dead letter, and those of its key behind it, in order."""
    return dead_letter_actions.ask_letter(uow, event_id)


@routes.post("/operations/deadletters/keys/<key>/replay", scope=ACT, response=AskedView, status=202)
def replay_key(uow: UnitOfWork, key: str) -> object:
    """Have a worker retry the dead letters of one key, in order."""
    dead_letter_actions.ask_key(uow, key)
    return {"asked": 1}


@routes.post("/operations/deadletters/groups/<fingerprint>/replay", scope=ACT, response=AskedView, status=202)
def replay_group(uow: UnitOfWork, fingerprint: str) -> object:
    """Have a worker retry the dead letters of a group, and those behind each of them, in order.

    At most 200 rows at once; `asked` says how many.
    """
    return {"asked": dead_letter_actions.ask_group(uow, fingerprint)}


@routes.post("/operations/deadletters/<event_id>/discard", scope=ACT, request=DiscardBody, response=LetterDetailView)
def discard_letter(uow: UnitOfWork, body: Mapping[str, Any], event_id: str) -> object:
    """Close a dead letter without acting on it, with the reason; a worker goes on with those behind it."""
    return dead_letter_actions.discard(uow, event_id, reason=body["reason"])


@routes.get("/operations/outbox", scope=READ, response=OutboxView)
def read_outbox(uow: UnitOfWork) -> object:
    """How many documents of events wait to be sent and since when, and what was asked to be published again."""
    return outbox.status(database_of(uow), uow.fund.fund_id)


@routes.post(
    "/operations/outbox/republish", scope=ACT, request=RepublishBody, response=RepublishCommandView, status=202
)
def republish(uow: UnitOfWork, body: Mapping[str, Any]) -> object:
    """Have a worker publish again the events of the fund since an instant, or of one key. Consumers that handled them
    ignore them."""
    return outbox.ask_republish(uow, since=body["since"], key=body["key"])


@routes.get("/operations/case-events", scope=READ, query=CaseEventsQuery, response=CaseEventsView)
def list_case_events(uow: UnitOfWork, query: Mapping[str, Any]) -> object:
    """What this service published about a case (a claim, a declaration, an account, by its id), without the content."""
    items, following = case_events.published(database_of(uow), uow.fund.fund_id, **query)
    return {"items": items, "next": following}


@routes.get("/operations/handled-events", scope=READ, query=HandledEventsQuery, response=HandledEventViews)
def list_handled(uow: UnitOfWork, query: Mapping[str, Any]) -> object:
    """Which of some events this service has, and what it did with them."""
    return {"items": case_events.handled(database_of(uow), uow.fund.fund_id, event_ids=query["event_ids"].split(","))}


@routes.get("/operations/inbox", scope=READ, response=InboxView)
def read_inbox(uow: UnitOfWork) -> object:
    """What was taken in and what is parked, and of each worker its status and its lag."""
    return inbox.status(database_of(uow), uow.fund.fund_id, at=uow.at)


@routes.get("/operations/jobs", scope=READ, query=JobsQuery, response=JobPage)
def list_jobs(uow: UnitOfWork, query: Mapping[str, Any]) -> object:
    """Work that time starts and that failed as often as it may, or what waits: the longest due first."""
    return queue.page(uow, status=query["status"], kind=query["kind"], wanted=query["page"])


@routes.get("/operations/jobs/<job_id>", scope=READ, response=JobView)
def read_job(uow: UnitOfWork, job_id: str) -> object:
    """One job that is not done yet."""
    return queue.jobs.load(uow, job_id)


def _job(uow: UnitOfWork, *, job_id: str) -> Job:
    return queue.jobs.load(uow, job_id)


@routes.post("/operations/jobs/<job_id>/retry", scope=ACT, response=JobView, status=202, edits=_job)
def retry_job(uow: UnitOfWork, job_id: str) -> object:
    """Have a worker try a job now, with all its attempts."""
    return queue.retry(uow, job_id)


@routes.post(
    "/operations/jobs/<job_id>/giving-up", scope=ACT, request=GivingUpBody, response=JobView, status=202, edits=_job
)
def give_up_job(uow: UnitOfWork, body: Mapping[str, Any], job_id: str) -> object:
    """Have a worker give up a job and record it in the thing itself, with the reason."""
    return queue.give_up(uow, job_id, reason=body["reason"])
