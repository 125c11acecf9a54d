"""The platform's inbox, taking in events with a reaction that keeps one thing an event, or with one that does nothing.

`python -m bench.ours.consume keep|log|nothing <events> <group>`. `log` keeps under a fresh id, so that what is done
twice is seen twice. `nothing` runs the same inbox over a database that keeps
nothing, so that what remains is the broker's client, the envelope, the events themselves and the dispatch.
"""

import os
import sys
import threading
from dataclasses import replace

from bench.ours import subject
from bench.ours.nowhere import Nowhere
from bench.ours.standing import context
from bench.stopwatch import Stopwatch
from shared.bus.consumer import EventConsumer
from shared.bus.inbox import Inbox
from shared.bus.reactions import Reactions
from shared.events.claims.claims import ClaimSubmitted
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry import failpoints, logs


class Count:
    """Counts reactions, and stops the inbox once the last one is committed."""

    def __init__(self, events: int) -> None:
        self.events = events
        self.seen = 0
        self.stop = threading.Event()
        self.watch: Stopwatch | None = None

    def received(self, uow: UnitOfWork, event: ClaimSubmitted) -> None:
        self.seen += 1

    def failpoint(self, step: str) -> None:
        if step == "inbox.polled" and self.watch is None:
            self.watch = Stopwatch()
        if step == "work.committed" and self.watch and self.seen >= self.events and not self.stop.is_set():
            self.stop.set()
            self.watch.report(self.seen)


def main(what: str, events: int, group: str) -> None:
    logs.start("bench", level="INFO")
    count, reactions, ground = Count(events), Reactions(), context()
    reactions.to(ClaimSubmitted)(count.received)
    if what == "keep":
        reactions.to(ClaimSubmitted)(subject.save)
    elif what == "log":
        reactions.to(ClaimSubmitted)(subject.log)
    else:
        ground = replace(ground, database=Nowhere())  # type: ignore[arg-type]
    failpoints.watch(count.failpoint)
    EventConsumer(Inbox(ground, service=group, reactions=reactions), os.environ["KAFKA_BOOTSTRAP_SERVERS"]).run(
        count.stop
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
