"""The worker of the measured service as every service has it: relay, inbox, periodic tasks. At its end it reports how
long events took from being told to being handled and committed, those that were told after a SIGUSR1 if there was one.

`python -m bench.ours.work`, until SIGTERM.
"""

import signal
import statistics
import sys
from datetime import datetime, timedelta

from bench.ours import subject
from bench.stopwatch import Stopwatch
from shared.bus.reactions import Reactions
from shared.events.claims.claims import ClaimSubmitted
from shared.process import worker
from shared.process.settings import check_complete, common, environment
from shared.storage.service_context import now
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry import failpoints


class Latencies:
    """Notes when events were told, and takes the time once the batch is committed."""

    def __init__(self) -> None:
        self.told_at: list[datetime] = []
        self.since = now()
        self.took_ms: list[float] = []

    def received(self, uow: UnitOfWork, event: ClaimSubmitted) -> None:
        self.told_at.append(event.submitted_at)

    def failpoint(self, step: str) -> None:
        if step == "work.committed" and self.told_at:
            at = now()
            published = [each for each in self.told_at if each >= self.since]
            self.took_ms += [(at - each) / timedelta(milliseconds=1) for each in published]
            self.told_at.clear()

    def begin(self, *_: object) -> None:
        self.since = now()
        self.took_ms.clear()

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.took_ms)
        return ordered[int(len(ordered) * share)] if ordered else 0.0


def main() -> int:
    env = environment()
    settings = common(env, service="bench")
    check_complete(env)
    latencies, reactions, watch = Latencies(), Reactions([subject.reactions]), Stopwatch()
    reactions.to(ClaimSubmitted)(latencies.received)
    signal.signal(signal.SIGUSR1, latencies.begin)
    failpoints.watch(latencies.failpoint)
    status = worker.run(subject.of(reactions), settings, None)
    middle = statistics.median(latencies.took_ms) if latencies.took_ms else 0.0
    watch.report(len(latencies.took_ms), p50_ms=middle, p99_ms=latencies.percentile_ms(0.99))
    return status


if __name__ == "__main__":
    sys.exit(main())
