"""P11: the last day's mix against a whole platform of its own, on the engines of a local run."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.ground import JARS, Ground, environment
from bench.results import Row, at_most
from bench.webs import WITHOUT_QUOTAS
from deploy.local.addresses import PORTS
from deploy.local.programs import free_port, last_words

SECONDS = 60.0
READY_MAX_S = 180.0
LONGEST_S = 400.0


def measure(ground: Ground) -> list[Row]:
    with platform_of_its_own(ground) as settings:
        return rows(said_by(ground, "bench.last_day", str(SECONDS), settings=settings))


def said_by(ground: Ground, program: str, *arguments: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """What a program of the bench says, in its last line, of the platform that runs."""
    log = ground.log(program)
    with log.open("wb") as errors:
        ended = subprocess.run(
            [sys.executable, "-m", program, *arguments],
            env=settings,
            stdout=subprocess.PIPE,
            stderr=errors,
            timeout=LONGEST_S,
            cwd=Path(__file__).parents[2],
        )
    if ended.returncode:
        raise RuntimeError(f"it ended with {ended.returncode}: {last_words(log)}")
    said: dict[str, Any] = json.loads(ended.stdout.decode().splitlines()[-1])
    return said


def rows(said: dict[str, Any]) -> list[Row]:
    worst_s = max(said["file_p99_ms"], said["read_p99_ms"]) / 1000
    engines = said["cores"]["engines and simulators"]
    what = f"1.2 wage files and 24 reads a second for {SECONDS:g} s (not 16 hours), whole platform, embedded engines"
    ours = (
        f"files p50 {said['file_p50_ms']:.0f} ms, p99 {said['file_p99_ms']:.0f} ms of {said['done']}; "
        f"reads p50 {said['read_p50_ms']:.0f} ms, p99 {said['read_p99_ms']:.0f} ms of {said['reads']}; "
        f"{said['other']} not answered; all accepted {said['accepted_after_s']:.1f} s after the last"
    )
    return [
        Row("P11", what, ours, aim="p99 1 s / 1 s", reached=at_most(worst_s, floor=1.0, target=1.0)),
        Row(
            "P11",
            "cores used by the five services",
            f"{said['cores']['services']:.2f}",
            f"engines and simulators: {engines:.2f}",
            aim="1 / 0.5",
            reached=at_most(said["cores"]["services"], floor=1.0, target=0.5),
        ),
    ]


@contextmanager
def platform_of_its_own(ground: Ground) -> Iterator[dict[str, str]]:
    """The platform as `make run` starts it, with ports and state of its own."""
    var = Path(tempfile.mkdtemp(prefix="platform-", dir=ground.home))
    (var / "jars").symlink_to(JARS.resolve())
    quotas = {"PAYMENTS_QUOTAS": WITHOUT_QUOTAS}  # one user declares for all firms, and is all their readers
    settings = environment(HIMAYA_VAR=str(var), **quotas, **{name: str(free_port()) for name in PORTS})
    log = ground.log("platform")
    with log.open("wb") as output:
        run = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "run"],
            env=settings,
            stdout=output,
            stderr=output,
            cwd=Path(__file__).parents[2],
        )
    try:
        deadline = time.monotonic() + READY_MAX_S
        while "All is ready" not in log.read_text():
            if run.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the platform did not start: {last_words(log)}")
            time.sleep(0.5)
        yield settings
    finally:
        run.terminate()
        run.wait(60)
