"""A steady load: some hundreds of events a second, until the test leaves."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.contracts.bus.tallies import Publisher

ROUNDS_MAX = 3_000
PAUSE_S = 0.1


@contextmanager
def publishing(publisher: Publisher) -> Iterator[None]:
    """Tell a round, and a round again after a pause."""
    stop = threading.Event()

    def publish() -> None:
        for _ in range(ROUNDS_MAX):
            if stop.wait(PAUSE_S):
                return
            publisher.publish()

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
