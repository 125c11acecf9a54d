"""What takes a moment because services learn of each other by events: asked again for a few seconds."""

import time
from collections.abc import Callable, Collection
from typing import TypeVar

from frontends.kit.api import Problem

WAIT_MAX_S = 8.0
PAUSE_S = 0.3
T = TypeVar("T")


def again_while(codes: Collection[str], call: Callable[[], T]) -> T:
    """What the call returns once it is not refused with one of these codes any more; the refusal where it stays."""
    deadline_s = time.monotonic() + WAIT_MAX_S
    while True:
        try:
            return call()
        except Problem as problem:
            if problem.code not in codes or time.monotonic() > deadline_s:
                raise
        time.sleep(PAUSE_S)
