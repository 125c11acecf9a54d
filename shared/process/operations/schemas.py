"""The shapes of operations over HTTP. No body of an event stands in any of them."""

from marshmallow import Schema, fields, validate

from shared.http.shapes import CodeText, PagedQuery, many, paged
from shared.jobs.job import JobStatus
from shared.process.operations.case_events import EventHandling

PAGE_MAX = 200
REASON_LENGTH_MAX = 300
KEY_LENGTH_MAX = 200
EVENT_IDS_LENGTH_MAX = 4_000
KIND_CHARACTERS_MAX = 80


class LettersQuery(Schema):
    key = fields.String(load_default=None, validate=validate.Length(1, KEY_LENGTH_MAX))
    fingerprint = fields.String(load_default=None, validate=validate.Length(1, 64))
    after = fields.String(load_default="", validate=validate.Length(0, KEY_LENGTH_MAX))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, PAGE_MAX))


class LetterView(Schema):
    """A dead letter: which event, why it could not be handled, how often it was tried."""

    event_id = fields.String(required=True)
    type = fields.String(required=True, metadata={"description": "Type and version of the event."})
    key = fields.String(required=True, metadata={"description": "Fund and case, by which order is kept."})
    topic = fields.String(required=True)
    partition = fields.Integer(required=True)
    offset = fields.Integer(required=True)
    place = fields.Integer(required=True, metadata={"description": "In the row of its key, from 1."})
    why = fields.String(required=True, metadata={"description": "A code, a class, or `follows` behind another."})
    fingerprint = fields.String(required=True, metadata={"description": "The group: type, version and why."})
    tries = fields.Integer(required=True)
    parked_at = fields.AwareDateTime(required=True)
    tried_at = fields.AwareDateTime(required=True, allow_none=True)
    is_open = fields.Boolean(required=True)
    is_asked = fields.Boolean(required=True, metadata={"description": "A worker is about to try it again."})
    asked_by = fields.String(required=True, allow_none=True)
    resolved = fields.String(required=True, allow_none=True)
    resolved_by = fields.String(required=True, allow_none=True)
    resolved_at = fields.AwareDateTime(required=True, allow_none=True)
    trace_id = fields.String(required=True)


class LetterDetailView(LetterView):
    """The same with the record's own headers."""

    headers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class LettersView(Schema):
    """A page of dead letters; `next` is the `after` of the page that follows."""

    items = fields.List(fields.Nested(LetterView), required=True)
    next = fields.String(required=True, allow_none=True)


class GroupView(Schema):
    """Open dead letters of one type that failed for one reason."""

    fingerprint = fields.String(required=True)
    type = fields.String(required=True)
    why = fields.String(required=True)
    letters = fields.Integer(required=True)
    oldest_parked_at = fields.AwareDateTime(required=True)


class AskedView(Schema):
    asked = fields.Integer(required=True, metadata={"description": "Rows of letters that a worker will try again."})


class DiscardBody(Schema):
    """Why the event will not be handled. It is kept permanently: name no person."""

    reason = fields.String(required=True, validate=validate.Length(3, REASON_LENGTH_MAX))


class RepublishBody(Schema):
    """What to publish again: all of the fund since an instant, one key's events, or both together."""

    since = fields.AwareDateTime(load_default=None, allow_none=True)
    key = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, KEY_LENGTH_MAX))


class RepublishCommandView(Schema):
    """Something to be published again, and how many documents of events that were once it is done."""

    errand_id = fields.String(required=True)
    since = fields.AwareDateTime(required=True, allow_none=True)
    key = fields.String(required=True, allow_none=True)
    asked_by = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)
    documents = fields.Integer(required=True, allow_none=True)


class OutboxView(Schema):
    """Documents of events of the service that wait to be sent; the commands are the fund's own."""

    waiting = fields.Integer(required=True)
    oldest_at = fields.AwareDateTime(required=True, allow_none=True)
    carried_until = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "A relay's lease."})
    errands = fields.List(fields.Nested(RepublishCommandView), required=True)


class CaseEventsQuery(Schema):
    case_id = fields.String(required=True, validate=validate.Length(1, KEY_LENGTH_MAX))
    after = fields.String(load_default="", validate=validate.Length(0, KEY_LENGTH_MAX))


class CaseEventView(Schema):
    """An event that the service published about a case, without its content."""

    event_id = fields.String(required=True)
    type = fields.String(required=True, metadata={"description": "Type and version of the event."})
    published_at = fields.AwareDateTime(required=True)
    sent_at = fields.AwareDateTime(required=True, allow_none=True)
    is_sent = fields.Boolean(required=True, metadata={"description": "Whether the broker has it."})
    trace_id = fields.String(required=True)


class CaseEventsView(Schema):
    """What the service published about a case, oldest first; `next` is the `after` of the page that follows."""

    items = fields.List(fields.Nested(CaseEventView), required=True)
    next = fields.String(required=True, allow_none=True)


class HandledEventsQuery(Schema):
    event_ids = fields.String(
        required=True,
        validate=validate.Length(1, EVENT_IDS_LENGTH_MAX),
        metadata={"description": "The events that are asked about, separated by commas; a hundred at most."},
    )


class HandledEventView(Schema):
    """What the service did with an event."""

    event_id = fields.String(required=True)
    handling = fields.Enum(EventHandling, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)


HandledEventViews = many(HandledEventView)


class PartitionLagView(Schema):
    topic = fields.String(required=True)
    partition = fields.Integer(required=True)
    records = fields.Integer(required=True)


class WorkerView(Schema):
    """How a worker stood when it last wrote it down; `missing` names what it is not ready for."""

    worker = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    is_ready = fields.Boolean(required=True)
    missing = fields.List(fields.String(), required=True)
    last_taken_at = fields.AwareDateTime(required=True, allow_none=True)
    behind = fields.List(fields.Nested(PartitionLagView), required=True)


class InboxView(Schema):
    """Events that the service handled; `parked` are the open dead letters of the fund."""

    taken = fields.Integer(required=True)
    last_taken_at = fields.AwareDateTime(required=True, allow_none=True)
    parked = fields.Integer(required=True)
    workers = fields.List(fields.Nested(WorkerView), required=True)


GroupsView = many(GroupView)


class JobsQuery(PagedQuery):
    """Jobs in which state, and of which kind; of every kind, where none is named."""

    status = fields.Enum(JobStatus, by_value=True, load_default=JobStatus.FAILED)
    kind = fields.String(
        load_default=None,
        validate=validate.Length(1, KIND_CHARACTERS_MAX),
        metadata={"description": "The kind of work, as its rows name it."},
    )


class JobView(Schema):
    """Work that time starts: for which thing, when it is due, how often it was tried in vain."""

    job_id = fields.String(required=True)
    kind = fields.String(required=True)
    thing_id = fields.String(required=True)
    status = fields.Enum(JobStatus, by_value=True, required=True)
    since_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True)
    attempts = fields.Integer(required=True)
    last_error = fields.String(required=True, metadata={"description": "A code or a class; empty where none failed."})
    reason = fields.String(required=True, metadata={"description": "Why an operator gave it up."})


JobPage = paged(JobView)


class GivingUpBody(Schema):
    """The reason is kept permanently: it names no person."""

    reason = fields.String(required=True, validate=validate.Length(1, REASON_LENGTH_MAX))


class ArrivalsView(Schema):
    """What came within the last hour: events that were published to the service, and requests that changed something
    under a key. Counted up to 10,000."""

    events_last_hour = fields.Integer(required=True)
    requests_last_hour = fields.Integer(required=True)


class OutboxSignView(Schema):
    waiting = fields.Integer(required=True)
    oldest_at = fields.AwareDateTime(required=True, allow_none=True)


class DeadLettersSignView(Schema):
    """Open dead letters that failed themselves, and how many groups they make; those behind them are not counted."""

    letters = fields.Integer(required=True)
    groups = fields.Integer(required=True)
    oldest_parked_at = fields.AwareDateTime(required=True, allow_none=True)


class JobsSignView(Schema):
    """Work that time starts: what is due and waits for a worker, and what failed and waits for a person."""

    due = fields.Integer(required=True)
    oldest_due_at = fields.AwareDateTime(required=True, allow_none=True)
    failed = fields.Integer(required=True)
    oldest_failed_at = fields.AwareDateTime(required=True, allow_none=True)


class ServiceSummaryView(Schema):
    """How a service stands. Outbox, inbox and workers are those of the service; the rest is the fund's own."""

    at = fields.AwareDateTime(required=True)
    arrivals = fields.Nested(ArrivalsView, required=True)
    outbox = fields.Nested(OutboxSignView, required=True)
    inbox = fields.Nested(InboxView, required=True)
    dead_letters = fields.Nested(DeadLettersSignView, required=True)
    jobs = fields.Nested(JobsSignView, required=True)


class OperatorActsQuery(PagedQuery):
    by = fields.String(
        load_default=None,
        validate=validate.Length(1, KEY_LENGTH_MAX),
        metadata={"description": "Whose acts; everybody's where nobody is named."},
    )
    on = fields.Date(
        load_default=None, metadata={"description": "Of which day of the fund; of all days where none is named."}
    )


class OperatorActView(Schema):
    """One act: who did what to which thing, and the reason that was given."""

    act_id = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    verb = fields.String(required=True)
    text = CodeText(required=True, attribute="sentence")
    thing = fields.String(required=True)
    thing_id = fields.String(required=True)
    reason = fields.String(required=True)


OperatorActPage = paged(OperatorActView)


class LaneView(Schema):
    """How the work of one kind goes, in all workers together, since each of them started."""

    kind = fields.String(required=True)
    done = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    unavailable = fields.Integer(required=True)
    last_done_at = fields.AwareDateTime(required=True, allow_none=True)
    last_failed_at = fields.AwareDateTime(required=True, allow_none=True)
    last_error = fields.String(required=True)
    paused_until = fields.AwareDateTime(required=True, allow_none=True)
    due = fields.Integer(required=True)


LanesView = many(LaneView)
