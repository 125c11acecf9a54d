"""What must hold after every fault: the questions of `make verify`, asked of a scene, and the order on its topics."""

import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from deploy.local.addresses import SERVICES
from deploy.local.programs import HOST
from deploy.local.verify.personal import Canaries
from deploy.local.verify.questions import QUESTIONS, ask
from deploy.local.verify.seen import Seen
from deploy.local.verify.settling import settle
from shared.bus import envelope
from tests.faults.kills.scene import Scene
from tests.identity.builders import AMIRA_NIN, KARIM_NIN
from tests.kit.waiting import WAIT_MAX_S


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
        published = {event["id"] for event in self.scene.published(service)}
        return Counter(record.event_id for record in self.records if record.event_id in published)

    def assert_in_order(self, service: str) -> None:
        """The events of each key first stood on the topic in the order in which they were told."""
        assert first_seen(self.records, service) == as_published(self.scene, service)


def looked_at(scene: Scene) -> Ended:
    """The records of a scene at rest, and the invariants that do not hold, with what offends."""
    settle(_seen(scene), at_most_s=WAIT_MAX_S, quiet_s=QUIET_S)
    offending = _offending(_seen(scene), excused=MAY_COME_TWICE if "notifications" in scene.killed else ())
    if lost := _lost(scene):
        offending["acknowledged to a client, and not there"] = lost
    return Ended(scene, records(scene), offending)


ASKED_MAX, BETWEEN_S, QUIET_S = 4, 1.5, 1.0
MAY_COME_TWICE = ("I14",)
"""A mail server has no id by which it refuses a mail that it took: whoever is killed between its answer and the keeping
of it sends the same mail, under the same Message-ID, once more."""
NOBODY_SENDS = ("I12",)
"""Where only a web process runs, what was told waits."""


def offending_without_broker(scene: Scene, service: str) -> dict[str, list[str]]:
    """The same of one service's database and the bank, where nothing carries events."""
    seen = Seen(
        databases={service: scene.database(service)},  # type: ignore[dict-item]
        bank=f"http://{HOST}:{scene.ports['BANK_PORT']}" if scene.simulators else "",
        bank_keys=scene.contexts["payments"].keys,
    )
    return _offending(seen, excused=NOBODY_SENDS)


def _offending(seen: Seen, *, excused: Sequence[str]) -> dict[str, list[str]]:
    """What offends each time that it is asked: while workers run, something may be between two places."""
    found: dict[str, list[str]] = {}
    for _ in range(ASKED_MAX):
        answers = [ask(question, replace(seen)) for question in QUESTIONS if question.name not in excused]
        found = {each.sentence: list(each.offending) for each in answers if not each.holds}
        if not found:
            break
        threading.Event().wait(BETWEEN_S)
    return found


def _lost(scene: Scene) -> list[str]:
    return [
        f"{service} {collection} {thing_id}"
        for service, collection, thing_id in scene.acknowledged
        if scene.database(service)[collection].count_documents({"_id": thing_id}) != 1
    ]


def _seen(scene: Scene) -> Seen:
    return Seen(
        databases={name: scene.database(name) for name in SERVICES},  # type: ignore[misc]
        services=scene.services,
        broker=scene.broker,
        logs=sorted((scene.home / "log").glob("*.log")),
        messages=f"http://{HOST}:{scene.ports['MESSAGES_PORT']}",
        bank=f"http://{HOST}:{scene.ports['BANK_PORT']}",
        bank_keys=scene.contexts["payments"].keys,
        canaries=CANARIES,
    )


CANARIES = Canaries(
    {
        "national id": (AMIRA_NIN, KARIM_NIN),
        "e-mail": ("amira@example.dz", "paie@elamel.example"),
        "mobile": ("0550 12 34 56", "+213550123456"),
        "account": ("00200100000001234563",),
    }
)
"""What the story's people have that must stand nowhere in clear."""


def records(scene: Scene) -> list[Record]:
    """All that stands on the topics now, in the order of each partition."""
    found = []
    for each in scene.read_topics()[0]:
        opened = envelope.parsed(each.headers)
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


def as_published(scene: Scene, service: str) -> Mapping[str, list[str]]:
    """By key, the ids of a service's events in the order in which it told them."""
    order: dict[str, list[str]] = defaultdict(list)
    for event in scene.published(service):
        if event["topic"] == service:
            order[event["key"]].append(event["id"])
    return order
