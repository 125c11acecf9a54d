"""`make figures`: what the running platform takes, and how much of it there is to read. Measured, never asserted."""

from collections.abc import Iterable
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from deploy.local import terminal
from deploy.local.place import REPOSITORY
from deploy.local.programs import Broken
from deploy.local.supervisor import families

CODE = ("services", "shared", "simulators", "deploy", "frontends", "bench")
TESTS = ("tests",)
MEBIBYTE = 1 << 20


def show(var: Path) -> None:
    """Print them all."""
    terminal.table("Memory, in MiB (PSS: what processes share is counted once)", memory(var))
    lines = [[folder, str(lines_of_python(REPOSITORY / folder))] for folder in (*CODE, *TESTS)]
    terminal.table("Lines of Python, without blank ones", lines)


def memory(var: Path) -> list[list[str]]:
    """What each program of the run takes, and their sum; Broken where none runs."""
    try:
        programs = families(var=var)
    except OSError:
        raise Broken("nothing runs here to be measured: `make run` first, in another terminal") from None
    taken = {name: sum(map(_taken, processes)) / MEBIBYTE for name, processes in programs.items()}
    rows = [*sorted(taken.items()), ("all", sum(taken.values()))]
    return [[name, f"{mebibytes:7.0f}"] for name, mebibytes in rows]


def lines_of_python(folder: Path) -> int:
    """How many lines hold something."""
    return sum(_filled(file.read_text().splitlines()) for file in folder.rglob("*.py"))


def _filled(lines: Iterable[str]) -> int:
    return sum(1 for line in lines if line.strip())


def _taken(process: psutil.Process) -> int:
    """Bytes; its private memory where the system (macOS) does not report how shared memory is divided."""
    memory = process.memory_full_info()
    return int(getattr(memory, "pss", memory.uss))
