"""A measured program: a process of its own that does a number of things and prints how long it took.

It is timed from the first thing that it gets to the last that it has saved: starting and joining a group are not in it.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.ground import Ground, environment
from bench.pairs import Run
from deploy.local.programs import last_words

LONGEST_S = 90.0
PEERS_PYTHON = Path(__file__).parents[1] / "var" / "peers-venv" / "bin" / "python"


def has_peers() -> bool:
    """Whether the peers' environment is there (`make bench` makes it)."""
    return PEERS_PYTHON.exists()


class Failed(Exception):
    """A measured program ended badly; the text is what it said last."""


def run(ground: Ground, module: str, *arguments: object, python: Path | str = sys.executable, **settings: str) -> Run:
    """Run a measured program to its end; once more where it ended badly."""
    try:
        found = said(ground, module, *arguments, python=python, **settings)
    except (Failed, subprocess.TimeoutExpired) as badly:
        print(f"   once more: {badly}", flush=True)
        found = said(ground, module, *arguments, python=python, **settings)
    return Run(found["done"], found["seconds"], found["cpu_s"])


def said(
    ground: Ground, module: str, *arguments: object, python: Path | str = sys.executable, **settings: str
) -> dict[str, Any]:
    """Everything that a measured program reported."""
    log = ground.log(module)
    with log.open("wb") as errors:
        ended = subprocess.run(
            [str(python), "-m", module, *map(str, arguments)],
            env=environment(**settings),
            stdout=subprocess.PIPE,
            stderr=errors,
            timeout=LONGEST_S,
            cwd=Path(__file__).parents[1],
        )
    lines = ended.stdout.decode().splitlines()
    reported = [line for line in lines if line.startswith('{"done"')]
    if ended.returncode or not reported:
        raise Failed(f"{module} ended with {ended.returncode}: {last_words(log)}")
    found: dict[str, Any] = json.loads(reported[-1])
    return found
