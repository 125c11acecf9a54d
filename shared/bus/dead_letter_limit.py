"""The limit of open dead letters: at the limit the consumer stops until operators resolve some."""

import threading

import structlog
from pymongo.database import Database

from shared.bus import dead_letters
from shared.kernel.errors import Unavailable
from shared.storage.connection import Document
from shared.telemetry import metrics

OPEN_MAX = 1_000
"""With so many something is wrong with us, not with the events: the consumer stops. A setting: DEAD_LETTERS_MAX."""
CHECK_S = 1.0
"""How often a stopped consumer checks whether some were resolved."""

log = structlog.get_logger()


class TooManyDeadLetters(Unavailable):
    """The consumer stopped instead of turning its whole topic into dead letters; it goes on once operators resolved
    some."""

    code = "platform.too-many-dead-letters"


class DeadLetterLimit:
    """How many open dead letters one service may have, and whether its consumer is stopped."""

    def __init__(self, database: Database[Document], *, limit: int) -> None:
        self.database = database
        self.limit = limit
        self.is_full = threading.Event()

    def wait(self, stop: threading.Event) -> None:
        """Wait while the limit is reached; logged once, and once when it ends."""
        while not stop.is_set():
            if dead_letters.open_count(self.database, limit=self.limit) < self.limit:
                break
            if not self.is_full.is_set():
                self.is_full.set()
                metrics.CONSUMER_STOPPED.set(1)
                log.error("consumer-stopped", why=TooManyDeadLetters.code, limit=self.limit)
            stop.wait(CHECK_S)
        if self.is_full.is_set() and not stop.is_set():
            self.is_full.clear()
            metrics.CONSUMER_STOPPED.set(0)
            log.info("consumer-goes-on")

    def stop_at_limit(self) -> None:
        """Count after a record was parked; raises `TooManyDeadLetters` if the limit is reached."""
        open_now = dead_letters.open_count(self.database, limit=self.limit)
        metrics.DEAD_LETTERS_OPEN.set(open_now)
        if open_now >= self.limit:
            raise TooManyDeadLetters
