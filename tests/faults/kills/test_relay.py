"""F4, F5, F6: a service's relay dies with events in its hands, or sleeps past its lease and wakes."""

import signal
from collections import Counter
from collections.abc import Iterator

import pytest

from deploy.local.addresses import SERVICES
from shared.process import auditing
from tests.faults.kills.conftest import Ground
from tests.faults.kills.invariants import Ended, Record, looked_at, records
from tests.faults.kills.life import send
from tests.faults.kills.scene import Scene, playing
from tests.faults.kills.story import Story, assert_is_at_its_end
from tests.kit.contexts import DZ, someone

SIGKILLED = -9
AUDIT = "audit"


@pytest.mark.parametrize("ended", ["relay.read"], indirect=True)
@pytest.mark.parametrize("service", SERVICES)
def test_f4_killed_after_reading_the_outbox(ended: Ended, service: str) -> None:
    assert ended.scene.killed[service] == SIGKILLED
    assert_is_at_its_end(ended.scene, service)
    ended.assert_in_order(service)
    assert ended.offending == {}


@pytest.mark.parametrize("ended", ["relay.acknowledged"], indirect=True)
@pytest.mark.parametrize("service", SERVICES)
def test_f5_killed_after_the_brokers_answer_before_marking_sent(ended: Ended, service: str) -> None:
    assert ended.scene.killed[service] == SIGKILLED
    assert max(ended.times(service).values()) == 2, "nothing was sent twice: the fault did not happen"
    assert_is_at_its_end(ended.scene, service)
    ended.assert_in_order(service)
    assert ended.offending == {}


@pytest.fixture(scope="module")
def frozen(ground: Ground) -> Iterator[Ended]:
    """Each worker falls asleep with an event of its audit in its hands. A second one of each takes over and plays the
    story, tells a newer event of that key, and only then do the first wake."""
    with playing(ground.folder, ground.mongodb) as scene:
        scene.start_simulators()
        scene.start(step="relay.read", number=signal.SIGSTOP)
        story = Story(scene)
        story.begin()
        scene.arm()
        _link_audits(scene)
        scene.until(lambda: all(fault.done.exists() for fault in scene.faults.values()), what="all to fall asleep")
        asleep = scene.take_over()
        story.go_on()
        scene.until(story.is_over, what="the story to end")
        _link_audits(scene)
        scene.settle()
        for worker in asleep.values():
            send(worker, signal.SIGCONT)
        scene.until(lambda: all(_sent_most(scene, service) > 1 for service in SERVICES), what="those who woke to send")
        yield looked_at(scene)


@pytest.mark.parametrize("service", SERVICES)
def test_f6_two_relays_at_once(frozen: Ended, service: str) -> None:
    """Events come twice, the older after the newer of its key; the order of their first coming is that of telling."""
    sent = [record for record in frozen.records if record.topic == AUDIT and _published_by(frozen, record, service)]
    ids = [record.event_id for record in sent]
    late = [each for before, each in enumerate(ids) if each in ids[:before] and each != ids[before - 1]]
    assert late, "nothing old came after something newer"
    assert_is_at_its_end(frozen.scene, service)
    frozen.assert_in_order(service)
    assert frozen.offending == {}


def _published_by(ended: Ended, record: Record, service: str) -> bool:
    return record.event_id in {event["id"] for event in ended.scene.published(service)}


def _sent_most(scene: Scene, service: str) -> int:
    own = {event["id"] for event in scene.published(service)}
    return max(Counter(record.event_id for record in records(scene) if record.event_id in own).values())


def _link_audits(scene: Scene) -> None:
    """Have each service tell of its audit, in which there is something new."""
    for service, context in scene.contexts.items():
        context.run(DZ, by=someone(), cause="test", action=lambda uow: uow.note("looked", "scene", scene.name))
        auditing.link_all(context, DZ, service=service)
