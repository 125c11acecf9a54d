"""`python -m deploy.local verify`: questions to a running platform whose answer must be empty.

Asked of the databases, the topics, the logs and the message centre, from outside the services. What is still on its way
is waited for first; then each question prints one line, and names what offends.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from kafka import KafkaConsumer, TopicPartition
from pymongo.database import Database

from deploy.docs.pages import services
from deploy.local import addresses, plan
from deploy.local.demo.people import FAMILY_NAMES
from deploy.local.programs import Broken
from shared.bus import envelope
from shared.events import catalogue
from shared.process.service import Service
from shared.storage.connection import connect

SHOWN_MAX = 5
SETTLED_MAX_S = 60.0
QUIET_LOOKS = 6

Rows = Iterable[str]
Documents = Database[dict[str, Any]]


@dataclass
class Seen:
    """What was gathered from outside, once."""

    databases: Mapping[str, Documents]
    topics: Mapping[str, set[str]]
    types: Mapping[str, tuple[str, int]]
    logs: Path
    messages: str
    services: Mapping[str, Service[Any]]
    bodies: list[bytes] = field(default_factory=list)


def verify(environ: Mapping[str, str], *, var: Path) -> int:
    """Ask everything; 1 where an answer is not empty."""
    settings = plan.settings_of_services(environ, var=var)
    databases: dict[str, Documents] = {
        name: connect(own["MONGODB_URI"], own.get("MONGODB_DATABASE", f"himaya_{name}"))
        for name, own in settings.items()
    }
    _settle(databases)
    topics, types, bodies = _read_topics(settings["claims"]["KAFKA_BOOTSTRAP_SERVERS"])
    ports = addresses.ports(environ)
    seen = Seen(
        databases=databases,
        topics=topics,
        types=types,
        logs=var / "log",
        messages=f"http://127.0.0.1:{ports['MESSAGES_PORT']}",
        services={service.name: service for service in services()},
        bodies=bodies,
    )
    failed = 0
    for name, question in QUESTIONS.items():
        offending = list(question(seen))
        failed += bool(offending)
        print(
            f"  {'ok  ' if not offending else 'FAIL'}  {name}" + (f": {len(offending)}" if offending else ""),
            flush=True,
        )
        for row in offending[:SHOWN_MAX]:
            print(f"          {row}")
    return 1 if failed else 0


def _settle(databases: Mapping[str, Documents]) -> None:
    """Wait until nothing is on its way: every outbox empty, and for a while no event taken in anywhere."""
    quiet, before, until_s = 0, -1, time.monotonic() + SETTLED_MAX_S
    while quiet < QUIET_LOOKS:
        waiting = sum(each["outbox"].count_documents({"is_sent": False}) for each in databases.values())
        taken = sum(each["inbox"].estimated_document_count() for each in databases.values())
        quiet = quiet + 1 if taken == before and not waiting else 0
        before = taken
        if time.monotonic() > until_s:
            raise Broken(f"events are still on their way after {SETTLED_MAX_S:.0f} s")
        time.sleep(0.5)


def _read_topics(servers: str) -> tuple[dict[str, set[str]], dict[str, tuple[str, int]], list[bytes]]:
    """The ids of all events by topic, their types, and all bodies, from the first record to the present last."""
    consumer = KafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, auto_offset_reset="earliest")
    found: dict[str, set[str]] = {name: set() for name in catalogue.owners()}
    types: dict[str, tuple[str, int]] = {}
    bodies: list[bytes] = []
    partitions = [
        TopicPartition(topic, number) for topic in found for number in consumer.partitions_for_topic(topic) or ()
    ]
    consumer.assign(partitions)
    ends = consumer.end_offsets(partitions)
    consumer.seek_to_beginning(*partitions)
    while any(consumer.position(partition) < end for partition, end in ends.items()):
        for records in consumer.poll(timeout_ms=1_000).values():
            for record in records:
                opened = envelope.opened(record.headers)
                found[record.topic].add(opened.event_id)
                types[opened.event_id] = (opened.type_name, opened.version)
                bodies.append(record.value)
    consumer.close()
    return found, types, bodies


def half_done_requests(seen: Seen) -> Rows:
    """I1: an idempotency key is kept with the answer that it got."""
    for name, database in seen.databases.items():
        yield from (f"{name} {row['_id']}" for row in database["requests"].find({"status": {"$exists": False}}))


def outbox_and_topic_differ(seen: Seen) -> Rows:
    """I2: what was told is on the owner's topic, and nothing else is."""
    for name, database in seen.databases.items():
        told = {
            event["id"]
            for document in database["outbox"].find()
            for event in document["events"]
            if event["topic"] == name
        }
        yield from (f"{name} told {event_id}, not on its topic" for event_id in told - seen.topics[name])
        yield from (f"{name}'s topic has {event_id}, never told" for event_id in seen.topics[name] - told)


def not_taken_in(seen: Seen) -> Rows:
    """I3: each consumer took in, or parked, each event that it reacts to, and never both."""
    for name, database in seen.databases.items():
        wanted = set(seen.services[name].hears().types())
        due = {event_id for event_id, key in seen.types.items() if key in wanted}
        taken = {row["_id"] for row in database["inbox"].find({}, {"_id": 1})}
        parked = {row["_id"] for row in database["deadletters"].find({"resolved": {"$ne": "replayed"}}, {"_id": 1})}
        yield from (f"{name} has not seen {event_id}" for event_id in due - taken - parked)
        yield from (f"{name} both took in and parked {event_id}" for event_id in taken & parked)


def acted_twice(seen: Seen) -> Rows:
    """I4: one event has one effect in each service."""
    for name, database in seen.databases.items():
        causes = Counter(
            entry["cause"] for row in database["audit"].find({}, {"entries.cause": 1}) for entry in row["entries"]
        )
        yield from (
            f"{name} acted {count} times on {cause}"
            for cause, count in causes.items()
            if cause[:6] == "event:" and count > 1
        )


def unbalanced_entries(seen: Seen) -> Rows:
    """I5: every ledger entry's debits equal its credits."""
    for entry in seen.databases["payments"]["ledger_entries"].find():
        sums: Counter[str] = Counter()
        for posting in entry["postings"]:
            sums[posting["side"]] += posting["amount"]["amount_minor"]
        if sums["debit"] != sums["credit"] or not sums["debit"]:
            yield f"{entry['_id']}: {dict(sums)}"


def missing_versions(seen: Seen) -> Rows:
    """I8: a thing's versions in the audit are 1 to n, each once. Where pages of many are kept, only "each once"."""
    for name, database in seen.databases.items():
        versions: dict[tuple[str, str, str], list[int]] = {}
        in_pages = set()
        for row in database["audit"].find({}, {"fund": 1, "entries.deeds": 1}):
            for deed in (deed for entry in row["entries"] for deed in entry["deeds"]):
                if deed["verb"] == "kept":
                    versions.setdefault((row["fund"], deed["thing"], deed["id"]), []).append(deed["version"])
                else:
                    in_pages.add(deed["thing"])
        for (fund, thing, thing_id), found in versions.items():
            whole = sorted(set(found)) if thing in in_pages else list(range(1, len(found) + 1))
            if sorted(found) != whole:
                yield f"{name} {fund} {thing} {thing_id}: {sorted(found)}"


def funds_mixed(seen: Seen) -> Rows:
    """I10: a document's id and its fund say the same."""
    for name, database in seen.databases.items():
        for collection in database.list_collection_names():
            for row in database[collection].find({"fund": {"$exists": True}}, {"fund": 1}):
                if ":" in str(row["_id"]) and not str(row["_id"]).startswith(f"{row['fund']}:"):
                    yield f"{name} {collection} {row['_id']} of {row['fund']}"


def open_dead_letters(seen: Seen) -> Rows:
    """I12: nothing waits for a person."""
    for name, database in seen.databases.items():
        for row in database["deadletters"].find({"is_open": True}, {"why": 1, "key": 1}):
            yield f"{name} {row['_id']} {row['key']}: {row['why']}"


def unknown_outcomes(seen: Seen) -> Rows:
    """I13: no payment's outcome is still unknown."""
    for collection in ("collections", "payouts", "payout_batches"):
        for row in seen.databases["payments"][collection].find({"status": "unknown"}, {"_id": 1}):
            yield f"{collection} {row['_id']}"


def messages_twice(seen: Seen) -> Rows:
    """I14: one message arrived once."""
    counts = requests.get(f"{seen.messages}/counts", timeout=10).json()
    yield from (str(row) for row in counts["more_than_once"])


def personal_values(seen: Seen) -> Rows:
    """I15: no name, address, national id or account of the demo's people stands in clear in logs, topics, databases."""
    canaries = [name.encode() for pair in FAMILY_NAMES for name in pair]
    canaries += [b"@personne.example", b"@employeur.example", b"10990000", b"+2135", b"+2162"]
    for log in sorted(seen.logs.glob("*.log")):
        if "simulator" not in log.name:
            yield from (f"{log.name}: {canary.decode()}" for canary in _found(log.read_bytes(), canaries))
    for body in seen.bodies:
        yield from (f"a topic: {canary.decode()}" for canary in _found(body, canaries))
    for name, database in seen.databases.items():
        for collection in database.list_collection_names():
            for row in database[collection].find():
                text = repr(row).encode()
                yield from (f"{name}.{collection} {row['_id']}: {canary.decode()}" for canary in _found(text, canaries))


def _found(text: bytes, canaries: list[bytes]) -> Iterator[bytes]:
    return (canary for canary in canaries if canary in text)


QUESTIONS: Mapping[str, Callable[[Seen], Rows]] = {
    "I1   requests kept without their answer": half_done_requests,
    "I2   events told and not sent, or sent and never told": outbox_and_topic_differ,
    "I3   events that a consumer neither took in nor parked, or both": not_taken_in,
    "I4   events acted on twice": acted_twice,
    "I5   ledger entries that do not balance": unbalanced_entries,
    "I8   versions of a thing that are missing or twice": missing_versions,
    "I10  documents of one fund under another's id": funds_mixed,
    "I12  dead letters that wait for a person": open_dead_letters,
    "I13  payments whose outcome is unknown": unknown_outcomes,
    "I14  messages that arrived more than once": messages_twice,
    "I15  personal values in clear": personal_values,
}
