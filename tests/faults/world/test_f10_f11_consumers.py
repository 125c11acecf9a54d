"""F10, F11: members of a consumer group that sleep too long, come and go. Effects stay one each, nothing gets stuck."""

import secrets
import time

from tests.faults.world.generator import upload
from tests.faults.world.proxy import DEAF, PASS, Proxy
from tests.faults.world.town import Town
from tests.faults.world.world import SESSION_TIMEOUT_MS
from tests.kit.waiting import until

PAST_THE_SESSION_S = SESSION_TIMEOUT_MS / 1000 + 4


def test_f10_a_consumer_that_slept_past_its_session_changes_nothing_when_it_wakes(town: Town) -> None:
    """It falls asleep with a batch in its hands; another member takes its part, and it wakes up and goes on.

    What it may hold in an open transaction is held for a minute at most, by the database's rule.
    """
    world = town.world
    own = Proxy(world.wires, port=world.port(), upstreams=[world.engines["MONGODB_PORT"]])
    sleeper = world.processes[world.add_worker("claims", 2, database=own.port)]
    with town.under_load():
        world.processes["claims-worker-1"].end()
        world.start("claims-worker-2")
        before = _effects(town)
        until(lambda: _effects(town) > before, what="the first effect of the only worker")
        own.set(DEAF)
        _, person = town.people.persons[-1]
        for _ in range(4):  # claims hears of each by an event, which the deaf worker has to take in
            assert upload(person, secrets.token_hex(8))
        time.sleep(2)  # by now it waits for the database, with events polled
        sleeper.pause()
        own.set(PASS)
        world.start("claims-worker-1")
        time.sleep(PAST_THE_SESSION_S)
        before = _effects(town)
        until(lambda: _effects(town) > before, what="an effect of the member that took over")
        sleeper.go_on()
        until(lambda: "offset-refused" in sleeper.log.read_text(), what="the refusal of the sleeper's offset")
        before = _effects(town)
        until(lambda: _effects(town) > before, what="an effect after it woke")
    world.forget("claims-worker-2")


def test_f11_workers_come_and_go_under_load(town: Town) -> None:
    """A second and a third worker of two services join, leave by SIGTERM and by kill -9, and join again."""
    world = town.world
    added = [world.add_worker(service, number) for service in ("claims", "payments") for number in (2, 3)]
    with town.under_load():
        world.start(*added)
        time.sleep(4)
        world.processes["claims-worker-2"].end()
        world.processes["payments-worker-3"].kill()
        time.sleep(3)
        world.processes["claims-worker-1"].kill()
        world.processes["payments-worker-1"].end()
        time.sleep(3)
        world.start("claims-worker-1", "payments-worker-1")
    for name in added:
        world.forget(name)


def _effects(town: Town) -> int:
    return int(town.checker.databases["claims"]["inbox"].estimated_document_count())
