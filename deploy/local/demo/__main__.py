"""`python -m deploy.local.demo`: play the case of each fund that the running platform serves (or of those that FUNDS
names), then ask the platform what must never be; 1 where a step or an answer does not hold.
"""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from deploy.local import addresses, place, served, terminal
from deploy.local.demo.reporter import OrderedOutput, Reporter, StepFailed
from deploy.local.demo.story import observed, play
from deploy.local.demo.visitors import World
from deploy.local.programs import Broken
from deploy.local.verify import command as verifying
from shared.funds.fund import Fund

AT_ONCE = 3
"""Funds whose stories happen at the same time; they are printed one after another."""


def main() -> int:
    """The exit status."""
    ports, var = addresses.ports(os.environ), place.var(os.environ)
    try:
        requests.get(f"{addresses.web('identity', ports)}/health/live", timeout=5)
    except requests.RequestException:
        print(
            f"himaya: nothing answers at {addresses.web('identity', ports)}: start it with `make run`", file=sys.stderr
        )
        return 1
    began_s = time.monotonic()
    try:
        funds = _wanted(var)
        if not _all_hold(funds, World(ports, Reporter())):
            return 1
        print(f"\nThe story of {', '.join(funds)} holds. {time.monotonic() - began_s:.1f} s", flush=True)
        print("\nWhat must never be, asked of all that the platform has kept:", flush=True)
        return verifying.verify(os.environ, var=var)
    except Broken as broken:
        terminal.why(broken)
        return 1


def _wanted(var: Path) -> dict[str, Fund]:
    """The funds whose case is played; Broken where one that FUNDS names is not served."""
    funds = served.funds(os.environ, var=var)
    declaring = [fund_id for fund_id, fund in funds.items() if fund.sections.declarations is not None]
    if others := funds.keys() - declaring:
        terminal.write_line(f"No story of {', '.join(sorted(others))}: it begins with a wage file.")
    wanted = [
        each for each in served.ids(os.environ.get("FUNDS", "")) if each in declaring or each not in funds
    ] or declaring
    if strange := [fund_id for fund_id in wanted if fund_id not in funds]:
        raise Broken(f"{', '.join(strange)} is not served here: `make run` serves {', '.join(funds)}")
    return {fund_id: funds[fund_id] for fund_id in wanted}


def _all_hold(funds: dict[str, Fund], world: World) -> bool:
    """Whether every fund's case holds; each is played up to its first check that fails."""
    turns = OrderedOutput(funds)
    runs = {fund_id: next_run() for fund_id in funds}

    def play_one(fund_id: str) -> bool:
        own = World(world.ports, Reporter(turns.of(fund_id)))
        try:
            play(own, funds[fund_id], run=runs[fund_id])
            own.reporter.write(f"\n   The story of {fund_id} holds. {own.reporter.spent_s:.1f} s")
        except (StepFailed, requests.RequestException) as failed:
            own.reporter.write(f"   DOES NOT HOLD: {failed}")
            return False
        finally:
            turns.end(fund_id)
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        hold = all(list(pool.map(play_one, funds)))
    try:
        observed(world)
    except (StepFailed, requests.RequestException) as failed:
        world.reporter.write(f"   DOES NOT HOLD: {failed}")
        return False
    return hold


def next_run() -> int:
    """A number that no earlier run on this platform had."""
    counter = place.var(os.environ) / "demo" / "tellings"
    counter.parent.mkdir(parents=True, exist_ok=True)
    run = int(counter.read_text()) + 1 if counter.exists() else 1
    counter.write_text(str(run))
    return run


if __name__ == "__main__":
    sys.exit(main())
