"""Read by every Python that starts with this folder in PYTHONPATH: sleeping, where libfaketime's own way of it fails.

It takes the instant at which a sleep on the monotonic clock ends for one of the false clock, and refuses it.
"""

import select
import time


def sleep(seconds: float) -> None:
    """As `time.sleep`."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = sleep
