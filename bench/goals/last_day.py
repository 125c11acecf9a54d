"""P11: the last day's mix against a whole platform of its own, on the engines of a local run."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
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
ROUNDS = 60
HOUR_LONGEST_S = 3 * 3_600.0


def measure(ground: Ground) -> list[Row]:
    with platform_of_its_own(ground) as settings:
        return rows(said_by(ground, "bench.last_day", str(SECONDS), settings=settings))


def measure_hour(ground: Ground) -> list[Row]:
    """The same, held for an hour: after each minute everything that must never be is asked."""
    with platform_of_its_own(ground) as settings:
        said = lines_of(ground, "bench.last_day", str(SECONDS), str(ROUNDS), settings=settings, within_s=HOUR_LONGEST_S)
    rounds = [json.loads(line) for line in said if line.startswith("{")]
    files, reads = ([each[f"{what}_p99_ms"] for each in rounds] for what in ("file", "read"))
    worst_s = max(*files, *reads) / 1000
    first_mb, last_mb = rounds[0]["mb"], rounds[-1]["mb"]
    within = sum(max(pair) <= 1_000 for pair in zip(files, reads, strict=True))
    return [
        Row(
            "P11 hour",
            f"{ROUNDS} minutes of it, all questions empty after each ({sum(each['done'] for each in rounds):,} files, "
            f"{sum(each['reads'] for each in rounds):,} reads, {sum(each['other'] for each in rounds)} not answered, "
            f"{sum(each['sent_again'] for each in rounds)} files sent again as the service was busy)",
            f"p99 of a minute: files {statistics.median(files):.0f} ms, at most {max(files):.0f}; "
            f"reads {statistics.median(reads):.0f} ms, at most {max(reads):.0f}; {within} minutes within 1 s; "
            f"all accepted at most {max(each['accepted_after_s'] for each in rounds):.1f} s after the last",
            "memory after the first and the last: "
            + "; ".join(f"{name} {first_mb[name]:,.0f} and {last_mb[name]:,.0f} MB" for name in first_mb),
            aim="p99 1 s / 1 s",
            reached=at_most(worst_s, floor=1.0, target=1.0),
        )
    ]


def said_by(ground: Ground, program: str, *arguments: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """What a program of the bench says, in its last line, of the platform that runs."""
    said: dict[str, Any] = json.loads(lines_of(ground, program, *arguments, settings=settings)[-1])
    return said


def lines_of(
    ground: Ground, program: str, *arguments: str, settings: Mapping[str, str], within_s: float = LONGEST_S
) -> Sequence[str]:
    log, said = ground.log(program), ground.log(f"{program}-said")
    with log.open("wb") as errors, said.open("wb") as output:
        ended = subprocess.run(
            [sys.executable, "-m", program, *arguments],
            env=settings,
            stdout=output,
            stderr=errors,
            timeout=within_s,
            cwd=Path(__file__).parents[2],
        )
    if ended.returncode:
        raise RuntimeError(f"it ended with {ended.returncode}: {last_words(said)} {last_words(log)}")
    return said.read_text().splitlines()


def rows(said: dict[str, Any]) -> list[Row]:
    worst_s = max(said["file_p99_ms"], said["read_p99_ms"]) / 1000
    engines = said["cores"]["engines and simulators"]
    what = f"1.2 wage files and 24 reads a second for {SECONDS:g} s (not 16 hours), whole platform, embedded engines"
    ours = (
        f"files p50 {said['file_p50_ms']:.0f} ms, p99 {said['file_p99_ms']:.0f} ms of {said['done']}; "
        f"reads p50 {said['read_p50_ms']:.0f} ms, p99 {said['read_p99_ms']:.0f} ms of {said['reads']}; "
        f"{said['other']} not answered, {said['sent_again']} files sent again; "
        f"all accepted {said['accepted_after_s']:.1f} s after the last"
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
