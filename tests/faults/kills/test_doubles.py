"""F18, F19: every event twice and all of it again, in an order across keys and inside a key that nobody promised."""

from collections.abc import Iterator

import pytest

from deploy.local.addresses import SERVICES
from tests.faults.kills.careless import at_random, carried_carelessly, until_the_next_of
from tests.faults.kills.conftest import Ground
from tests.faults.kills.invariants import Ended, as_published, first_seen, looked_at
from tests.faults.kills.scene import Scene, playing
from tests.faults.kills.story import Story, assert_is_at_its_end
from tests.kit.contexts import DZ

SEED = 20_261_126


@pytest.fixture(scope="module")
def doubled(ground: Ground) -> Iterator[Ended]:
    with playing(ground.folder, ground.mongodb) as scene, carried_carelessly(scene, copies=2) as relay:
        _play(scene)
        relay.send_all_again()
        scene.until(scene.has_read_all, what="the second batch to be read")
        yield looked_at(scene)


@pytest.mark.parametrize("service", SERVICES)
def test_f18_every_event_twice_and_the_whole_batch_again(doubled: Ended, service: str) -> None:
    times = doubled.times(service)
    assert min(times.values()) >= 2 and max(times.values()) == 3
    assert_is_at_its_end(doubled.scene, service)
    assert doubled.offending == {}


@pytest.fixture(scope="module")
def shuffled(ground: Ground) -> Iterator[Ended]:
    with (
        playing(ground.folder, ground.mongodb) as scene,
        carried_carelessly(scene, wait_s=at_random(SEED)),
    ):
        _play(scene)
        yield looked_at(scene)


@pytest.mark.parametrize("service", SERVICES)
def test_f19_reordered_across_keys(shuffled: Ended, service: str) -> None:
    """The seed is in this file; keys have new ids in each run, so that not even it makes two runs alike."""
    assert_is_at_its_end(shuffled.scene, service)
    assert shuffled.offending == {}


@pytest.fixture(scope="module")
def reversed_inside(ground: Ground) -> Iterator[tuple[Ended, list[str]]]:
    """The bank's news of a payout overtakes its order, and the approval of a claim its filing. Claims refuses the
    first, parks both, and is told by an operator to try them again."""
    first_of_pairs = ("payments.benefit-ordered", "claims.claim-submitted", "payments.declaration-received")
    with (
        playing(ground.folder, ground.mongodb) as scene,
        carried_carelessly(scene, wait_s=until_the_next_of(*first_of_pairs), is_reversing=True),
    ):
        scene.start_simulators()
        scene.start()
        story = Story(scene)
        story.begin()
        story.go_on()
        letters = scene.database("claims")["deadletters"]
        scene.until(lambda: letters.count_documents({}) == 2, what="claims to park what it refused")
        parked = [str(row["why"]) for row in letters.find().sort("parked_at", 1)]
        assert scene.command("claims", "deadletters", "replay", f"{DZ}:{story.claim_id}") == 0
        scene.until(story.is_over, what="the story to end")
        yield looked_at(scene), parked


@pytest.mark.parametrize("service", SERVICES)
def test_f19_reordered_inside_a_key(reversed_inside: tuple[Ended, list[str]], service: str) -> None:
    ended, parked = reversed_inside
    assert parked == ["state.move-not-allowed", "follows"]
    if service in ("claims", "payments"):
        assert first_seen(ended.records, service) != as_published(ended.scene, service), "nothing was reordered"
    assert_is_at_its_end(ended.scene, service)
    assert ended.offending == {}


def _play(scene: Scene) -> None:
    scene.start_simulators()
    scene.start()
    story = Story(scene)
    story.begin()
    story.go_on()
    scene.until(story.is_over, what="the story to end")
