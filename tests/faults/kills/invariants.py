"""What must hold after every fault: the questions of `make verify`, asked of a scene, and the order on its topics."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from deploy.local.addresses import SERVICES
from deploy.local.programs import HOST
from deploy.local.verify import QUESTIONS, Seen
from shared.bus import envelope
from shared.events import catalogue
from tests.faults.kills.scene import Scene, until


@dataclass(frozen=True)
class Record:
    """One record of a topic."""

    topic: str
    key: str
    event_id: str
    type_name: str
    version: int
    body: bytes


@dataclass(frozen=True)
class Ended:
    """A scene at the end of its story: what stands on its topics, and the invariants that do not hold there."""

    scene: Scene
    records: Sequence[Record]
    offending: Mapping[str, list[str]]

    def times(self, service: str) -> Counter[str]:
        """How often each event that a service told stands on its topics."""
        told = {event["id"] for event in self.scene.told(service)}
        return Counter(record.event_id for record in self.records if record.event_id in told)

    def assert_in_order(self, service: str) -> None:
        """The events of each key first stood on the topic in the order in which they were told."""
        assert first_seen(self.records, service) == as_told(self.scene, service)


def looked_at(scene: Scene) -> Ended:
    """The records and the questions whose answer is not empty. Audits are linked meanwhile: what is on its way is
    waited for, and asked about again."""
    ended = Ended(scene, [], {})

    def do_topics_and_inboxes_agree() -> bool:
        nonlocal ended
        scene.settle()
        found = records(scene)
        seen = _seen(scene, found)
        asked = {name: ask for name, ask in QUESTIONS.items() if not _is_excused(scene, name)}
        answers = {ACKNOWLEDGED: _lost(scene), **{name: list(ask(seen)) for name, ask in asked.items()}}
        ended = Ended(scene, found, {name: rows for name, rows in answers.items() if rows})
        return not any(name.startswith(("I2 ", "I3 ")) for name in ended.offending)

    with suppress(AssertionError):
        until(do_topics_and_inboxes_agree, what="topics and inboxes to agree", max_s=30)
    return ended


ACKNOWLEDGED = "I1   acknowledged to a client, and not there"


def _lost(scene: Scene) -> list[str]:
    return [
        f"{service} {collection} {thing_id}"
        for service, collection, thing_id in scene.acknowledged
        if scene.database(service)[collection].count_documents({"_id": thing_id}) != 1
    ]


def _is_excused(scene: Scene, name: str) -> bool:
    """A mail server has no id by which it refuses a mail that it took: whoever is killed between its answer and the
    keeping of it sends the same mail, under the same Message-ID, once more."""
    return name.startswith("I14") and "notifications" in scene.killed


OF_DATABASES = ("I1 ", "I4 ", "I5 ", "I8 ", "I10")


def offending_in_databases(scene: Scene) -> dict[str, list[str]]:
    """The same of what databases alone can answer, for a scene without a broker."""
    seen = _seen(scene, [])
    asked = {name: question for name, question in QUESTIONS.items() if name.startswith(OF_DATABASES)}
    return {name: rows for name, question in asked.items() if (rows := list(question(seen)))}


def _seen(scene: Scene, found: Sequence[Record]) -> Seen:
    topics: dict[str, set[str]] = {owner: set() for owner in catalogue.owners()}
    for record in found:
        topics[record.topic].add(record.event_id)
    return Seen(
        databases={name: scene.database(name) for name in SERVICES},  # type: ignore[dict-item]
        topics=topics,
        types={record.event_id: (record.type_name, record.version) for record in found},
        logs=scene.home / "log",
        messages=f"http://{HOST}:{scene.ports['MESSAGES_PORT']}",
        services=scene.services,
        bodies=[record.body for record in found],
    )


def records(scene: Scene) -> list[Record]:
    """All that stands on the topics now, in the order of each partition."""
    found = []
    for each in scene.read_topics()[0]:
        opened = envelope.opened(each.headers)
        found.append(
            Record(each.topic, each.key.decode(), opened.event_id, opened.type_name, opened.version, each.value)
        )
    return found


def first_seen(found: Sequence[Record], service: str) -> Mapping[str, list[str]]:
    """By key, the ids of a service's events in the order in which they first stood on its topic."""
    order: dict[str, list[str]] = defaultdict(list)
    for record in found:
        if record.topic == service and record.event_id not in order[record.key]:
            order[record.key].append(record.event_id)
    return order


def as_told(scene: Scene, service: str) -> Mapping[str, list[str]]:
    """By key, the ids of a service's events in the order in which it told them."""
    order: dict[str, list[str]] = defaultdict(list)
    for event in scene.told(service):
        if event["topic"] == service:
            order[event["key"]].append(event["id"])
    return order
