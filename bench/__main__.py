"""`python -m bench [p1 p3 …]`: the backbone's goals, each of ours against a baseline; all but the hour, or those named.

All of them are written to `bench/RESULTS.md`; what only some came to is printed, and kept under `var/`.
"""

import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench import machine, results
from bench.goals import (
    bulk,
    campaigning,
    collecting,
    consuming,
    counting,
    filing,
    killing,
    last_day,
    reading,
    recovering,
    relaying,
    saturating,
    sending,
    tracing,
)
from bench.ground import Ground, ground
from bench.results import Row
from deploy.local import place

RESULTS = Path(__file__).with_name("RESULTS.md")

GOALS: Mapping[str, tuple[str, Callable[[Ground], list[Row]]]] = {
    "p1": ("a claim read", reading.measure),
    "p2": ("a claim filed, and filed again (P7)", filing.measure),
    "p3": ("events in", consuming.measure),
    "p4": ("events out", relaying.measure),
    "p4b": ("from told to handled", recovering.measure_latency),
    "kills": ("nothing lost, nothing doubled", killing.measure),
    "p5": ("many wage files at once", bulk.measure),
    "p6": ("direct debits of a day", collecting.measure),
    "p8": ("traces", tracing.measure),
    "p9": ("recovery", recovering.measure_recovery),
    "p10": ("saturation", saturating.measure),
    "p11": ("the last day", last_day.measure),
    "p12": ("messages out", sending.measure),
    "p13": ("a campaign", campaigning.measure),
    "ir": ("instructions", counting.measure),
    "hour": ("the last day for an hour", last_day.measure_hour),
}
BY_NAME_ONLY = {"hour"}
"""What takes longer than all others together."""


def main(asked: Sequence[str]) -> int:
    wanted = [name for name in GOALS if name in (asked or GOALS.keys() - BY_NAME_ONLY)]
    if unknown := set(asked) - set(GOALS):
        print(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(GOALS)}")
        return 2
    on, began_s, parts, failed = machine.described(), time.monotonic(), [], 0
    with tempfile.TemporaryDirectory(prefix="bench-") as home, ground(Path(home)) as here:
        for name in wanted:
            title, measure = GOALS[name]
            rows = _measured(name, measure, here)
            failed += rows[0].reached == "**failed**"
            parts.append((f"{name}: {title}", rows))
    path = RESULTS if not asked else place.REPOSITORY / "var" / "RESULTS.md"
    results.write(path, parts, on=on, took_s=time.monotonic() - began_s)
    print(f"written to {path.relative_to(place.REPOSITORY)}")
    return 1 if failed else 0


def _measured(name: str, measure: Callable[[Ground], list[Row]], here: Ground) -> list[Row]:
    """The rows of one part; where it fails the others go on, and its row says so."""
    print(f"-- {name}", flush=True)
    try:
        rows = measure(here)
    except Exception as failure:  # noqa: BLE001 - one part must not take the others with it
        traceback.print_exc()
        rows = [Row(name.upper(), "not measured", f"{type(failure).__name__}: {failure}", reached="**failed**")]
    for row in rows:
        print(row, flush=True)
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
