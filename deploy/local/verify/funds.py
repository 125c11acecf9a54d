"""I10: no document's fund differs from that of its id, of its cause, or of the case that an event is about."""

from deploy.local.verify.answer import Look
from deploy.local.verify.events import EVENT
from deploy.local.verify.seen import Seen

FUNDLESS = {"workers", "outbox", "inbox", "deadletters", "leases", "database_sessions"}
"""Collections of a whole service; rows that belong to a fund name it in a field."""


def ask(seen: Seen, look: Look) -> None:
    for name, database in seen.databases.items():
        for collection in sorted({*database.list_collection_names()} - FUNDLESS):
            for row in seen.rows(name, collection, "fund"):
                look.at("documents")
                own, separator, _ = str(row["_id"]).partition(":")
                if "fund" not in row:
                    look.offends(f"{name} {collection} {row['_id']} is of no fund")
                elif separator and own != row["fund"]:
                    look.offends(f"{name} {collection} {row['_id']} is of {row['fund']}")
        _effects(seen, look, name)
        _events(seen, look, name)


def _effects(seen: Seen, look: Look, name: str) -> None:
    """What an event led to, or an entry published, is of the event's fund."""
    for fund, entry in seen.entries(name, "cause", "events"):
        look.at("effects")
        kind, _, event_id = entry["cause"].partition(":")
        for each in (*entry["events"], *([event_id] if f"{kind}:" == EVENT else [])):
            published = seen.published.get(each)
            if published is not None and published.fund != fund:
                look.offends(f"{name} did something in {fund} for {each}, which is of {published.fund}")


def _events(seen: Seen, look: Look, name: str) -> None:
    """The key by which an event keeps its order begins with its fund."""
    for row in seen.rows(name, "outbox", "events.id", "events.key", "events.fund"):
        for event in row["events"]:
            look.at("events")
            if event["key"].partition(":")[0] != event["fund"]:
                look.offends(f"{name} published {event['id']} of {event['fund']} under the key {event['key']}")
