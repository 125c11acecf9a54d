"""Waiting for what another thread or process does, always for a time that has an end."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PAUSE_S = 0.05
WAIT_MAX_S = float(os.environ.get("FAULTS_WAIT_MAX_S", "90"))
"""Mutants make tests wait for what never comes: their run is told to wait less."""


def until(look: Callable[[], Found], *, what: str = "what never came", max_s: float = WAIT_MAX_S) -> Found:
    """Look again and again, until there is something to see; what was seen."""
    deadline = time.monotonic() + max_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {max_s:.0f} s in vain: {what}"
        time.sleep(PAUSE_S)
    return found
