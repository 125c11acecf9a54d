"""F28: processes are killed, stopped, restarted, cut off and slowed down at random for minutes, and all holds.

`FAULTS_MINUTES=30 make faults` for the long form; `FAULTS_SEED` for the same moments again, as far as a machine allows.
"""

import os
import random
import time
from collections.abc import Callable

from tests.faults.world.client import write
from tests.faults.world.proxy import BLACK_HOLE, CUT, DEAF, MUTE, PASS, Proxy, delayed
from tests.faults.world.test_f14_broker import come_back
from tests.faults.world.town import Town

BETWEEN_S = (1.0, 4.0)
LASTS_S = (0.5, 9.0)
CHECKED_EVERY_S = 150.0
MODES = [CUT, BLACK_HOLE, DEAF, MUTE, delayed(1.0)]


def test_f28_anything_may_happen_at_any_time(town: Town) -> None:
    minutes = float(os.environ.get("FAULTS_MINUTES", "5"))
    chance = random.Random(f"{town.seed}/f28")
    ends_s = time.monotonic() + minutes * 60
    number = 0
    while (left_s := ends_s - time.monotonic()) > 5:
        round_s = min(CHECKED_EVERY_S, left_s)
        with town.under_load(minutes=round_s / 60 * 0.6):
            stops_s = time.monotonic() + round_s
            while time.monotonic() < stops_s:
                number += 1
                harm = chance.choices(HARMS, weights=WEIGHTS)[0]
                write(f"{town.record.second():7.1f} s  {number:4}  {harm(town, chance)}")
                time.sleep(chance.uniform(*BETWEEN_S))
    assert town.world.fell == [], "a process ended by itself"


def _lasting(chance: random.Random) -> None:
    time.sleep(chance.uniform(*LASTS_S))


def _one(town: Town, chance: random.Random) -> str:
    """A process of a service."""
    return chance.choice([*town.world.named("web"), *town.world.named("worker")])


def kill(town: Town, chance: random.Random) -> str:
    name = _one(town, chance)
    town.world.processes[name].kill()
    town.world.start(name)
    return f"killed {name}"


def restart(town: Town, chance: random.Random) -> str:
    name = _one(town, chance)
    town.world.restart(name)
    return f"restarted {name}"


def pause(town: Town, chance: random.Random) -> str:
    name = _one(town, chance)
    town.world.processes[name].pause()
    _lasting(chance)
    town.world.processes[name].go_on()
    return f"paused {name}"


def kill_database(town: Town, chance: random.Random) -> str:
    town.world.processes["mongodb"].kill()
    _lasting(chance)
    town.world.start("mongodb")
    return "killed the database"


def pause_engine(town: Town, chance: random.Random) -> str:
    name = chance.choice(["mongodb", *town.world.brokers])
    town.world.processes[name].pause()
    _lasting(chance)
    town.world.processes[name].go_on()
    return f"paused {name}"


def kill_broker(town: Town, chance: random.Random) -> str:
    name = chance.choice(town.world.brokers)
    town.world.processes[name].kill()
    _lasting(chance)
    come_back(town)
    return f"killed {name}"


def disturb(town: Town, chance: random.Random) -> str:
    """One wire, one way of failing."""
    wires: dict[str, Proxy] = {f"{name}'s database": proxy for name, proxy in town.world.to_database.items()}
    wires |= {f"{name}'s front": proxy for name, proxy in town.world.fronts.items()}
    wires |= dict(zip(town.world.brokers, town.world.to_brokers, strict=True))
    name, mode = chance.choice(sorted(wires)), chance.choice(MODES)
    wires[name].set(mode)
    _lasting(chance)
    wires[name].set(PASS)
    return f"disturbed {name}: {mode}"


HARMS: list[Callable[[Town, random.Random], str]] = [
    kill,
    restart,
    pause,
    kill_database,
    pause_engine,
    kill_broker,
    disturb,
]
WEIGHTS = [6, 2, 4, 2, 1, 1, 6]
