"""`python -m bench.enumeration`: how long identity takes to refuse names that it knows, and names that it does not.

What a stranger could measure. Nothing is asserted: tests count the work instead (`tests/identity/signin`). It starts a
database of its own and asks the app inside this process, so the network hides nothing.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from deploy.local.engines import secantusdb
from deploy.local.programs import free_port, running
from tests.identity.builders import AMIRA_NIN, KARIM_NIN, forgotten
from tests.identity.conftest import House, Town, house_on, opened
from tests.kit.contexts import context_on

ROUNDS = 60
NOBODY = "109900000000000777"
NAMES = {"an account": AMIRA_NIN, "known, no account": KARIM_NIN, "unknown": NOBODY}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        engine = secantusdb.program(port=port, storage=secantusdb.IN_MEMORY, options=secantusdb.FAST)
        with running(engine, log=Path(folder) / "log"):
            uri = secantusdb.uri(port=port)
            with MongoClient[dict[str, Any]](uri, tz_aware=True) as client:
                town = opened(client["enumeration"], uri, Path(folder))
                measure(town, uri)


def measure(town: Town, uri: str) -> None:
    house = house_on(town, lambda clock: context_on(town.database, uri, clock=clock))
    asked: dict[str, Callable[[str], object]] = {
        "sign-in, wrong password": lambda nin: house.browser().submit(nin, "wrong"),
        "way back asked for": lambda nin: house.browser().ask("/accounts/recovery", forgotten(national_id=nin)),
    }
    print(f"{'':26}{'':20}median ms   p90 ms")
    for what, ask in asked.items():
        for who, taken_ms in _in_turn(house, ask).items():
            p90 = statistics.quantiles(taken_ms, n=10)[-1]
            print(f"{what:26}{who:20}{statistics.median(taken_ms):9.1f}{p90:9.1f}")


def _in_turn(house: House, ask: Callable[[str], object]) -> dict[str, list[float]]:
    """Each name as often as the others, in an order of chance; doors are forgotten in between."""
    taken: dict[str, list[float]] = {who: [] for who in NAMES}
    for _ in range(ROUNDS):
        house.context.database["tries"].delete_many({})
        for who, nin in random.sample(list(NAMES.items()), len(NAMES)):
            began_s = time.perf_counter()
            ask(nin)
            taken[who].append((time.perf_counter() - began_s) * 1000)
    return taken


if __name__ == "__main__":
    main()
