"""The periodic task that removes what was kept long enough, as each collection's own retention says."""

from collections.abc import Callable, Mapping
from functools import partial

from shared.jobs import queue
from shared.kernel.actors import system
from shared.process.periodic_tasks import PeriodicTask
from shared.storage import blobs
from shared.storage.retention import ID, Retention, for_days, kept, purge, purge_infrastructure
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

EVERY_S = 600.0
ROUNDS_MAX = 50
"""A backlog is worked off over several runs, each transaction of them short."""
OUTBOX_DAYS, INBOX_DAYS = 120, 180
"""The id of an event is kept for longer than the event can be published again."""

INFRASTRUCTURE: Mapping[str, Retention] = {
    "outbox": for_days(OUTBOX_DAYS, since=ID, why="events can be republished for so long", is_sent=True),
    "inbox": for_days(INBOX_DAYS, since=ID, why="an event that comes again is known; longer than any outbox keeps it"),
    "workers": kept("one row a worker, forgotten a day after it was last seen"),
    "leases": kept("one row for each relay"),
    "database_sessions": kept("one row a session, ended and forgotten by the successor of its process"),
}
"""What has no fund."""

OF_FUNDS: Mapping[str, Retention] = {
    "requests": for_days(30, since="at", why="a request that comes again under its key gets the answer that it got"),
    "deadletters": for_days(
        400, since="resolved_at", why="what an operator decided, for a year and a month", is_open=False
    ),
    "errands": for_days(90, since="done_at", why="what an operator asked for", is_done=True),
    queue.NAME: queue.jobs.retention,
    "audit": kept("the proof of what was done; how long is the fund's law to say"),
    "audit_links": kept("with the audit"),
    "audit_heads": kept("with the audit"),
    "blobs": kept("as long as something refers to it"),
    "blob_pieces": kept("as long as its blob"),
    "blobs_begun": kept("until all pieces came; what never came whole is removed after a day"),
}
"""What every service has in each fund, beside its repositories."""


def periodic_task(things: Mapping[str, Retention]) -> PeriodicTask:
    """Purge a service: `things` are its own collections, by name. Of each thing that goes the audit says so."""
    return PeriodicTask("purge", EVERY_S, partial(purge_all, things=things))


def purge_all(context: ServiceContext, fund_id: str, *, things: Mapping[str, Retention]) -> int:
    """Everything of a fund whose time is over, and, with the first of the funds, what has none; how many rows."""
    purged = sum(_purge(context, fund_id, name, each, _forget_each) for name, each in things.items() if each.life)
    purged += sum(_purge(context, fund_id, name, each, _forget_all) for name, each in OF_FUNDS.items() if each.life)
    purged += _until_none(partial(blobs.remove_unfinished, context, fund_id))
    if fund_id == next(iter(context.funds)):
        purged += sum(
            _until_none(partial(purge_infrastructure, context, name, each))
            for name, each in INFRASTRUCTURE.items()
            if each.life
        )
    return purged


def _purge(
    context: ServiceContext,
    fund_id: str,
    name: str,
    retention: Retention,
    note: Callable[[UnitOfWork, str, list[str]], None],
) -> int:
    def act(uow: UnitOfWork) -> int:
        gone = purge(uow, name, retention)
        note(uow, name, gone)
        return len(gone)

    by, cause = system("purging"), f"chore:purge:{name}"
    return _until_none(lambda: context.run(fund_id, by=by, cause=cause, action=act))


def _forget_each(uow: UnitOfWork, name: str, gone: list[str]) -> None:
    for thing_id in gone:
        uow.note("forgot", name, thing_id)


def _forget_all(uow: UnitOfWork, name: str, gone: list[str]) -> None:
    """Rows without an audit record each: how many, and the last of them."""
    if gone:
        uow.note("purged", name, gone[-1], version=len(gone))


def _until_none(once: Callable[[], int]) -> int:
    """As many rounds as it takes, up to a limit; each removes a few hundred rows."""
    purged = 0
    for _ in range(ROUNDS_MAX):
        count = once()
        purged += count
        if not count:
            break
    return purged
