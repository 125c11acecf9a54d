"""P10: three times as many requests as the claims service can answer: what it still answers, how late, in what memory.

Reads come by the clock over at most so many connections; one that is due when all of them wait is not sent, as a
client gives up. A refusal with 503 is no answer and no failure: it is counted by itself.
"""

import statistics
import threading

from bench.asking import Answers
from bench.ground import Ground
from bench.pairs import PAIRS
from bench.results import MISSED, Row, at_least, at_most
from bench.webs import Web, claims_web, file_claims
from services.claims.wiring import service as claims

CLAIMS = 100
CONNECTIONS = 200
OVERLOAD = 3.0
ROUND_S = 5.0


def measure(ground: Ground) -> list[Row]:
    web = claims_web(ground, ground.database(claims))
    make = web.reading(file_claims(web, CLAIMS))
    web.measured(make, seconds=1.0)
    shares, p99_ms, sent, refused = [], [], 0, 0
    before_mb, most_mb = web.memory_mb(), 0.0
    for _ in range(PAIRS):
        peak = web.measured(make).rate
        answers, mb = _overloaded(web, make, peak)
        served = answers.served(200)
        shares.append(served / answers.seconds / peak)
        p99_ms.append(answers.percentile_ms(0.99))
        sent, refused = sent + answers.statuses.total(), refused + answers.statuses.total() - served
        most_mb = max(most_mb, mb)
    goodput, p99_s = statistics.median(shares), statistics.median(p99_ms) / 1000
    what = f"reads at {OVERLOAD:g} × capacity, {PAIRS} × {ROUND_S:g} s over {CONNECTIONS} connections"
    spread = f"({min(shares):.2f}–{max(shares):.2f})"
    return [
        Row("P10", what, f"{sent:,} answered, {refused:,} of them refused", "the peak before it",
            f"**{goodput:.2f}** {spread}", "0.8 / 0.95", at_least(goodput, floor=0.8, target=0.95)),
        Row("P10", "p99 of what was answered", f"{p99_s:.2f} s ({min(p99_ms) / 1000:.2f}–{max(p99_ms) / 1000:.2f})",
            aim="5 s / 2 s", reached=at_most(p99_s, floor=5.0, target=2.0)),
        Row("P10", "memory of the web process", f"{before_mb:.0f} MB before, {most_mb:.0f} MB at most", aim="flat",
            reached="target" if most_mb < before_mb * 1.15 else MISSED),
    ]  # fmt: skip


def _overloaded(web: Web, make: object, peak: float) -> tuple[Answers, float]:
    """One round, and the most memory during it."""
    stop, most = threading.Event(), [0.0]

    def watch() -> None:
        while not stop.wait(0.25):
            most[0] = max(most[0], web.memory_mb())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        answers = web.asked(make, connections=CONNECTIONS, seconds=ROUND_S, a_second=peak * OVERLOAD)
    finally:
        stop.set()
        watcher.join()
    return answers, most[0]
