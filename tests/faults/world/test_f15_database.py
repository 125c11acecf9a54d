"""F15, F16, F17 on the side of the database: killed, gone, cut off, slow. What was acknowledged stays; the rest is
refused with 503 and a time to come again."""

import time

import requests

from tests.faults.world.client import write
from tests.faults.world.proxy import BLACK_HOLE, CUT, DEAF, MUTE, PASS, delayed
from tests.faults.world.town import Town

GONE_S = 6.0
MEMORY_MAX_BYTES = 500 << 20


def test_f15_the_database_is_killed_under_load_and_started_again(town: Town) -> None:
    world = town.world
    with town.under_load():
        for _ in range(3):
            time.sleep(3)
            world.processes["mongodb"].kill()
            world.start("mongodb")
    assert world.fell == [], "a process ended because the database was gone"


def test_f15_while_the_database_is_gone_people_are_told_to_come_again(town: Town) -> None:
    world = town.world
    with town.under_load():
        time.sleep(2)
        world.processes["mongodb"].kill()
        answer = _asked(town)
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json()["code"] == "platform.database-unavailable"
        time.sleep(GONE_S)
        world.start("mongodb")
    assert world.fell == [], "a process ended because the database was gone"


def test_f16_services_are_cut_off_from_the_database(town: Town) -> None:
    """Payments and claims alone: the others go on, and nobody acts on half of anything. What a connection that is gone
    held in the database stays held for up to a minute, by MongoDB's rule, and is waited for."""
    cut_off = [town.world.to_database[service] for service in ("payments", "claims")]
    with town.under_load(minutes=0.7):
        for mode in (CUT, BLACK_HOLE, DEAF, MUTE):
            time.sleep(3)
            for proxy in cut_off:
                proxy.set(mode)
            time.sleep(GONE_S)
            for proxy in cut_off:
                proxy.set(PASS)
    assert town.world.fell == [], "a process ended because the database was cut off"


def test_f17_the_database_takes_two_seconds_a_question(town: Town) -> None:
    """Many more come than can be served: they are refused or wait, and no process grows."""
    world = town.world
    with town.under_load():
        for proxy in world.to_database.values():
            proxy.set(delayed(2.0))
        time.sleep(12)
        grown = {name: process.memory_bytes() >> 20 for name, process in world.processes.items()}
        write(f"memory while the database is slow, MiB: {grown}")
        services = {name: taken for name, taken in grown.items() if "-" in name}
        assert max(services.values()) < MEMORY_MAX_BYTES >> 20
    assert world.fell == []


def _asked(town: Town) -> requests.Response:
    """A person asks for what is theirs."""
    return town.people.persons[5][1].raw("GET", "claims", "/claims")
