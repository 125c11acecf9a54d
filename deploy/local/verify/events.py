"""I2 to I4: published and sent events are the same, each consumer received each that it reacts to, and acted once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from deploy.local.verify.answer import Look
from deploy.local.verify.records import Kind
from deploy.local.verify.seen import Seen
from shared.events import catalogue
from shared.process.service import Service

EVENT = "event:"
SHARED_TOPICS = ("audit", "audiences")
"""Topics on which several services publish; any other is its owner's alone."""


def sent(seen: Seen, look: Look) -> None:
    """I2: each published event is on its topic, and each event there is in one outbox, once."""
    if not seen.broker:
        look.cannot("there is no broker")
        return
    for event_id, count in Counter(event_id for event_id, _ in seen.published_events()).items():
        if count > 1:
            look.offends(f"{event_id} was published {count} times")
    look.at("events published", len(seen.published))
    look.at("records", seen.records.count)
    for event_id, published in seen.published.items():
        kind = seen.records.kinds.get(event_id)
        if published.topic != published.by and published.topic not in SHARED_TOPICS:
            look.offends(f"{published.by} published {event_id} on {published.topic}, which is not its topic")
        if kind is None and published.is_sent and published.is_remembered:
            look.offends(f"{published.by} published {event_id}, which is not on {published.topic}")
        elif kind is not None and kind.topic != published.topic:
            look.offends(f"{published.by} published {event_id} on {published.topic}, and it stands on {kind.topic}")
    # What a service published is unknown where its database is not checked here.
    topics = {*seen.databases} if len(seen.databases) < len(seen.services) else {*catalogue.owners()}
    there = (event_id for event_id, kind in seen.records.kinds.items() if kind.topic in topics)
    for event_id in _published_by_nobody(seen, there):
        if event_id not in seen.planted:
            look.offends(f"{seen.records.kinds[event_id].topic} has {event_id}, which nobody published")


def taken_in(seen: Seen, look: Look) -> None:
    """I3: for each consumer, what is due to it = what it took in + what it parked, and never both."""
    known = {
        event_id: Kind(published.topic, published.type_name, published.version)
        for event_id, published in seen.published.items()
        if published.is_sent and published.is_remembered
    }
    if seen.broker:
        known |= seen.records.kinds
    for name, database in seen.databases.items():
        due = {event_id for event_id, kind in known.items() if _is_due(kind, seen.services[name])}
        taken = {row["_id"] for row in seen.rows(name, "inbox")}
        parked = {row["_id"] for row in database["deadletters"].find({}, {"resolved": 1}) if not _was_replayed(row)}
        look.at("events due", len(due))
        look.at("taken in", len(taken))
        look.at("parked", len(parked))
        for event_id in sorted(due - taken - parked):
            if not seen.is_purged(event_id):
                look.offends(f"{name} has not met {event_id}")
        for event_id in sorted(taken & parked):
            look.offends(f"{name} both took in and parked {event_id}")
        if seen.broker or len(seen.databases) == len(seen.services):
            for event_id in _published_by_nobody(seen, sorted(taken - known.keys())):
                look.offends(f"{name} took in {event_id}, which nobody published")


def _published_by_nobody(seen: Seen, event_ids: Iterable[str]) -> list[str]:
    """Those that stand in no outbox. Outboxes are read before all else: what they lack they are asked for once more,
    since it may have been published while topics and inboxes were read."""
    lacking = [each for each in event_ids if each not in seen.published and not seen.is_purged(each)]
    published_by_now = replace(seen).published if lacking else {}
    return [each for each in lacking if each not in published_by_now]


def acted_once(seen: Seen, look: Look) -> None:
    """I4: in each service an event has one effect at most, and none that the inbox does not know of."""
    for name in seen.databases:
        causes = Counter(
            entry["cause"].removeprefix(EVENT)
            for _, entry in seen.entries(name, "cause")
            if entry["cause"].startswith(EVENT)
        )
        taken = {row["_id"] for row in seen.rows(name, "inbox")}
        look.at("effects", causes.total())
        for event_id, count in causes.items():
            if count > 1:
                look.offends(f"{name} acted {count} times on {event_id}")
            if event_id not in taken and not seen.is_purged(event_id):
                look.offends(f"{name} acted on {event_id}, which its inbox does not know")


def _is_due(kind: Kind, service: Service[object]) -> bool:
    """Whether the service must meet it: what it reacts to in any version, and what is no event at all."""
    all_reactions = service.all_reactions()
    if not kind.type_name:
        return kind.topic in all_reactions.topics()
    return any(kind.type_name == type_name for type_name, _ in all_reactions.types())


def _was_replayed(letter: dict[str, object]) -> bool:
    return str(letter.get("resolved", "")).startswith("replayed")
