"""F13: all events once more: from the outboxes, as after the loss of a broker, and from the start of each topic."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from deploy.local.addresses import SERVICES
from tests.faults.kills.conftest import Ground
from tests.faults.kills.invariants import Ended, looked_at
from tests.faults.kills.scene import Scene, playing
from tests.faults.kills.story import Story, assert_is_at_its_end

INFRASTRUCTURE = {
    "workers",
    "inbox",
    "outbox",
    "leases",
    "database_sessions",
    "audit",
    "audit_links",
    "audit_heads",
    "deadletters",
}

State = Mapping[str, list[object]]


@dataclass(frozen=True)
class Replayed:
    """A scene, what its services kept before, and after all events came again in one of two ways."""

    ended: Ended
    before: Mapping[str, State]
    after_republishing: Mapping[str, State]
    after_reading_anew: Mapping[str, State]


@pytest.fixture(scope="module")
def replayed(ground: Ground) -> Iterator[Replayed]:
    with playing(ground.folder, ground.mongodb) as scene:
        scene.start_simulators()
        scene.start()
        story = Story(scene)
        story.begin()
        story.go_on()
        scene.until(story.is_over, what="the story to end")
        scene.until(lambda: _is_quiet(scene), what="the bank and the mail to be done")
        before = _state(scene)
        for service in SERVICES:
            assert scene.command(service, "outbox", "republish", "--since", "2026-01-01") == 0
        scene.settle()
        scene.until(scene.has_read_all, what="the republished events to be read")
        after_republishing = _state(scene)
        scene.stop()
        scene.read_from_the_beginning()
        scene.start()
        scene.until(scene.has_read_all, what="the topics to be read anew")
        yield Replayed(looked_at(scene), before, after_republishing, _state(scene))


@pytest.mark.parametrize("service", SERVICES)
def test_f13_republished_from_the_outbox(replayed: Replayed, service: str) -> None:
    assert max(replayed.ended.times(service).values()) == 2, "nothing was sent again"
    assert replayed.after_republishing[service] == replayed.before[service]


@pytest.mark.parametrize("service", SERVICES)
def test_f13_the_whole_topic_from_its_beginning(replayed: Replayed, service: str) -> None:
    assert replayed.after_reading_anew[service] == replayed.before[service]
    assert_is_at_its_end(replayed.ended.scene, service)
    assert replayed.ended.offending == {}


def _is_quiet(scene: Scene) -> bool:
    payments, notifications = scene.database("payments"), scene.database("notifications")
    return (
        payments["batches"].count_documents({"status": "closed"}) == 1
        and notifications["batches"].count_documents({"status": {"$ne": "done"}}) == 0
        and not scene.on_its_way()
    )


def _state(scene: Scene) -> dict[str, State]:
    """All that the services keep, except what carries events and watches over them."""
    return {
        service: {
            name: list(scene.database(service)[name].find().sort("_id", 1))
            for name in scene.database(service).list_collection_names()
            if name not in INFRASTRUCTURE
        }
        for service in SERVICES
    }
