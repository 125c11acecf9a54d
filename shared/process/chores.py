"""Chores: work that time asks for, not a person or an event. Calls to banks, printers and mail servers live here.

A chore looks for what waits, does what the outside needs outside of any transaction, and keeps the result in a unit
of work. It runs again soon, so it may stop anywhere; what it finds half done it finishes by asking, never by guessing.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from opentelemetry import trace

from shared.kernel.errors import Failure, Unavailable
from shared.storage.platform import Platform
from shared.telemetry import metrics

log = structlog.get_logger()
tracer = trace.get_tracer("himaya.chores")

BACK_OFF_MAX_S = 30.0


@dataclass(frozen=True)
class Chore:
    """A piece of periodic work in one fund; `run` answers how many things it did."""

    name: str
    every_s: float
    run: Callable[[Platform, str], int]


def keep_doing(chore: Chore, platform: Platform, stop: threading.Event) -> None:
    """Run the chore for every fund until told to stop; where the outside fails, wait longer each time."""
    wait_s = chore.every_s
    while not stop.wait(wait_s):
        wait_s = chore.every_s
        for fund_id in platform.funds:
            try:
                done = chore.run(platform, fund_id)
                metrics.CHORES.labels(chore.name, "done" if done else "idle").inc()
            except Unavailable as gone:
                log.warning("chore-waits", chore=chore.name, fund=fund_id, why=gone.code)
                metrics.CHORES.labels(chore.name, "unavailable").inc()
                wait_s = min(BACK_OFF_MAX_S, max(wait_s * 4, 1.0))
            except Failure as failure:
                log.error("chore-failed", chore=chore.name, fund=fund_id, why=failure.code)
                metrics.CHORES.labels(chore.name, "failed").inc()


def threads(chores: Sequence[Chore], platform: Platform, stop: threading.Event) -> list[threading.Thread]:
    """One thread a chore: a slow bank does not hold up the mail."""
    return [
        threading.Thread(target=keep_doing, args=(chore, platform, stop), name=f"chore {chore.name}", daemon=True)
        for chore in chores
    ]
