"""`outbox status|republish` and `inbox status` on the machine."""

import argparse

from shared.bus.lag import Lag
from shared.bus.relay import republish as publish_again
from shared.bus.topics import BrokerUnavailable, group_of
from shared.process.operations import inbox as inboxes
from shared.process.operations import outbox as outboxes
from shared.process.operations.command_context import CommandContext
from shared.process.operations.outbox import NothingNamed
from shared.process.operations.text_output import count, facts, instant, table, write_line


def outbox(command: CommandContext, asked: argparse.Namespace) -> int:
    """How many documents wait, since when, and who carries them."""
    found = outboxes.status(command.context.database, None)
    is_carried = found.carried_until is not None and found.carried_until > command.context.clock()
    carrier = "at work" if is_carried else "none is at work" if found.waiting else "at rest"
    facts(
        [
            ("waiting to be sent", count(found.waiting, "document", "documents") + " of events"),
            ("the oldest since", instant(found.oldest_at)),
            ("relay", carrier),
        ]
    )
    return 0


def republish(command: CommandContext, asked: argparse.Namespace) -> int:
    """Mark published events as unsent; a worker's relay publishes them again."""
    if asked.since is None and asked.key is None:
        raise NothingNamed
    documents = publish_again(command.context, since=asked.since, key=asked.key)
    write_line(f"{count(documents, 'document', 'documents')} of events will be sent again")
    return 0


def inbox(command: CommandContext, asked: argparse.Namespace) -> int:
    """What was taken in and parked, how the workers stand, and how far behind the group is by the broker's word."""
    found = inboxes.status(command.context.database, None, at=command.context.clock())
    limit = command.common.dead_letters_max
    facts(
        [
            ("taken in", count(found.taken, "event", "events")),
            ("the last", instant(found.last_taken_at)),
            ("parked", f"{count(found.parked, 'dead letter', 'dead letters')} of at most {limit:,}"),
            ("workers", count(len(found.workers), "is there", "are there")),
        ]
    )
    for each in found.workers:
        state = "ready" if each.is_ready else f"not ready: {', '.join(each.missing)}"
        write_line(f"  {each.worker}  {state}  (seen {instant(each.at)})")
    write_line()
    _write_lag(command)
    return 0


def _write_lag(command: CommandContext) -> None:
    lag = Lag(
        command.common.kafka_servers,
        group=group_of(command.service.name),
        topics=command.service.all_reactions().topics(),
        security=command.common.kafka_security,
    )
    try:
        behind = lag.measure()
    except BrokerUnavailable:
        write_line("how far behind is not known: the broker does not answer")
        return
    finally:
        lag.close()
    table(("TOPIC", "PARTITION", "BEHIND"), [(*place, records) for place, records in sorted(behind.items())])
