"""F14, F16, F17 on the side of the broker: gone, empty when it comes back, cut off, slow. HTTP stays up throughout."""

import os
import time
from datetime import UTC, datetime

import pytest

from tests.faults.world.client import Outcome
from tests.faults.world.proxy import BLACK_HOLE, CUT, DEAF, MUTE, PASS, delayed
from tests.faults.world.town import Town
from tests.kit.waiting import until

GONE_S = 8.0
FORGETS = os.environ.get("ENGINES", "embedded") == "embedded"


def test_f14_the_broker_is_killed_and_comes_back(town: Town) -> None:
    """It is gone a while; people are served meanwhile. Then it is killed and at once started again. Where it forgets
    all when it ends (Tansu), workers make its topics anew as they start, and all is published again."""
    world = town.world
    with town.under_load(minutes=0.7):
        time.sleep(3)
        kill_brokers(town)
        down_s = town.record.second()
        time.sleep(GONE_S)
        served = [call for call in town.record.calls if call.outcome is Outcome.OK and call.began_s > down_s]
        assert served, "nobody was served while the broker was gone"
        come_back(town)
        time.sleep(3)
        kill_brokers(town)
        come_back(town)
    assert world.fell == []


def test_f14_one_of_three_brokers_is_killed_after_another(town: Town) -> None:
    """The two others have all that was acknowledged, and go on: events come through while one is gone."""
    world = town.world
    if len(world.brokers) == 1:
        pytest.skip("KAFKA_BROKERS=3 ENGINES=apache has three")
    with town.under_load(minutes=0.7):
        for name in world.brokers:
            world.processes[name].kill()
            before = taken_in(town)
            until(lambda before=before: taken_in(town) > before, what=f"an event taken in without {name}")  # type: ignore[misc]
            world.start(name)
            time.sleep(3)
    assert world.fell == []


def taken_in(town: Town) -> int:
    """How many events services have acted on."""
    return sum(database["inbox"].estimated_document_count() for database in town.checker.databases.values())


def kill_brokers(town: Town) -> None:
    """All there are."""
    for name in town.world.brokers:
        town.world.processes[name].kill()


def come_back(town: Town) -> None:
    """Brokers that are down start. Where it forgot everything, its readers' places too, no worker may be older: as in
    `make run`, everything is marked to be sent again, and then they start. A relay that worked meanwhile could send
    what is new before what was lost."""
    world = town.world
    workers = world.named("worker") if FORGETS else []
    for name in workers:
        world.processes[name].kill()
    world.start(*(name for name in world.brokers if not world.processes[name].runs()))
    if FORGETS:
        world.refill(since=datetime.fromtimestamp(0, UTC))
    world.start(*workers)


def test_f16_services_are_cut_off_from_the_broker(town: Town) -> None:
    with town.under_load(minutes=0.7):
        for mode in (CUT, BLACK_HOLE, DEAF, MUTE):
            time.sleep(3)
            town.world.between_services_and_brokers(mode)
            time.sleep(GONE_S)
            town.world.between_services_and_brokers(PASS)
    assert town.world.fell == [], "a process ended because the broker was cut off"


def test_f17_the_broker_is_slow(town: Town) -> None:
    with town.under_load():
        town.world.between_services_and_brokers(delayed(2.0))
        time.sleep(12)
