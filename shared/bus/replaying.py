"""Retries dead letters: those of a key in order, until one fails or none is left."""

from functools import partial

import structlog

from shared.bus import dead_letters, envelope
from shared.bus.dead_letters import REPLAYED, AlreadyClosed, ReceivedRecord
from shared.bus.envelope import EnvelopeMalformed
from shared.bus.inbox import Failed, Inbox, IncomingEvent
from shared.storage.service_context import ServiceContext, Transaction

ROW_MAX = 1_000
"""Dead letters of one key in one run; the next run goes on with the rest."""

log = structlog.get_logger()


def replay(inbox: Inbox, *, key: str, by: str) -> tuple[int, str | None]:
    """Retry the open dead letters of a key in order, each once; how many succeeded, and what stopped it."""
    for done in range(ROW_MAX):
        found = dead_letters.first_open(inbox.context.database, key)
        if found is None or inbox.stop.is_set():
            return done, None
        why = _try(inbox, dead_letters.record_of(found), by=by)
        if why is not None:
            return done, why
    return ROW_MAX, None


def replay_requested(context: ServiceContext, fund_id: str, *, inbox: Inbox) -> int:
    """A worker's periodic task: retry the keys that operators of a fund asked for; how many dead letters succeeded."""
    asked = dead_letters.keys_to_replay(context.database, fund_id)
    return sum(replay(inbox, key=key, by=by)[0] for key, by in asked.items())


def _try(inbox: Inbox, record: ReceivedRecord, *, by: str) -> str | None:
    """Handle a dead letter and close it in one transaction; the reason if that failed."""
    try:
        failed = inbox.attempt(
            IncomingEvent(record, envelope.parsed(record.headers)), partial(_close, record=record, by=by)
        )
    except EnvelopeMalformed as broken:
        failed = Failed(broken.code, ())
    except AlreadyClosed:
        return None
    if failed is None:
        log.info("event-replayed", event_id=record.event_id, by=by)
        return None
    dead_letters.note_failed_replay(inbox.context.database, record, why=failed.why, at=inbox.context.clock())
    log.warning("event-failed-again", event_id=record.event_id, why=failed.why)
    return failed.why


def _close(transaction: Transaction, *, record: ReceivedRecord, by: str) -> None:
    database = transaction.context.database
    dead_letters.close(database, record.event_id, how=REPLAYED, by=by, at=transaction.at, session=transaction.session)
