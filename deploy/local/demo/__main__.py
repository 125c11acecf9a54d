"""`python -m deploy.local.demo`: tell the story against the running platform, then ask it what must never be; 1 where a
step or an answer does not hold.
"""

import os
import sys
import time

import requests

from deploy.local import addresses, place, screen
from deploy.local.demo.narration import DoesNotHold, Teller
from deploy.local.demo.story import play_algeria, play_tunisia
from deploy.local.demo.visitors import World
from deploy.local.programs import Broken
from deploy.local.verify import command as verifying


def main() -> int:
    """The exit status."""
    ports = addresses.ports(os.environ)
    try:
        requests.get(f"{addresses.web('identity', ports)}/health/live", timeout=5)
    except requests.RequestException:
        print(
            f"himaya: nothing answers at {addresses.web('identity', ports)}: start it with `make run`", file=sys.stderr
        )
        return 1
    world, began_s = World(ports, Teller()), time.monotonic()
    try:
        play_algeria(world, run=next_run())
        play_tunisia(world, run=next_run())
    except (DoesNotHold, requests.RequestException) as failed:
        print(f"   DOES NOT HOLD: {failed}", file=sys.stderr)
        return 1
    print(f"\nThe story holds. {time.monotonic() - began_s:.1f} s", flush=True)
    print("\nWhat must never be, asked of all that the platform has kept:", flush=True)
    try:
        return verifying.verify(os.environ, var=place.var(os.environ))
    except Broken as broken:
        screen.why(broken)
        return 1


def next_run() -> int:
    """A number that no telling on this platform had before."""
    counter = place.var(os.environ) / "demo" / "tellings"
    counter.parent.mkdir(parents=True, exist_ok=True)
    run = int(counter.read_text()) + 1 if counter.exists() else 1
    counter.write_text(str(run))
    return run


if __name__ == "__main__":
    sys.exit(main())
