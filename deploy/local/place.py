"""Where a local run lives: one directory, and at most one run in it at a time."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.programs import POLL_S, Broken

REPOSITORY = Path(__file__).parents[2]
LOCK = "run.lock"
STOP_MAX_S = 70.0  # more than a supervisor takes at its slowest


def var(environ: Mapping[str, str]) -> Path:
    """The directory with all state of the run: `var`, or the setting HIMAYA_VAR; one that is empty is not set."""
    return Path(environ.get("HIMAYA_VAR") or REPOSITORY / "var").absolute()


@contextmanager
def alone(var: Path) -> Iterator[None]:
    """Hold the place; Broken where another run holds it."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Broken(f"Himaya runs here already (process {_holder(var)}): use it, or `make stop`") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
        lock.truncate(0)


def stop_holder(var: Path) -> bool:
    """Ask the run that holds the place to stop and wait until it has; whether there was one."""
    if not is_held(var):
        return False
    os.kill(_holder(var), signal.SIGTERM)
    deadline = time.monotonic() + STOP_MAX_S
    while is_held(var):
        if time.monotonic() > deadline:
            raise Broken(f"process {_holder(var)} was asked to stop and has not after {STOP_MAX_S:.0f} s")
        time.sleep(POLL_S)
    return True


def is_held(var: Path) -> bool:
    """Whether a run holds the place."""
    if not (var / LOCK).exists():
        return False
    with (var / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _holder(var: Path) -> int:
    return int((var / LOCK).read_text() or 0)
