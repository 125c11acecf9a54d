"""P3, P3b, P3c: events a second through the inbox, with its database and without."""

import uuid
from collections.abc import Callable

from bench.ground import KAFKA, TANSU, Ground
from bench.measured import run
from bench.pairs import Run, alternate
from bench.results import Row, compared
from bench.seeds import fill_topic

IDLE_EVENTS = 40_000
EFFECT_EVENTS = 6_000
NAIVE_EVENTS = 800


class Consuming:
    """The measured consumers of one broker, each run with a fresh group and a fresh database."""

    def __init__(self, ground: Ground, broker: str) -> None:
        self.ground = ground
        self.servers = ground.broker(broker)
        self.topic = fill_topic(ground.platform(), self.servers, IDLE_EVENTS)

    def ours(self, what: str, events: int) -> Callable[[], Run]:
        return lambda: self._run("bench.ours.consume", what, events, _group())

    def bare(self, program: str, events: int, *options: str) -> Callable[[], Run]:
        return lambda: self._run(f"bench.baselines.{program}", *options, events, _group(), self.topic)

    def _run(self, module: str, *arguments: object) -> Run:
        database = self.ground.database()
        settings = {**self.ground.settings(database), "KAFKA_BOOTSTRAP_SERVERS": self.servers}
        try:
            return run(self.ground, module, *arguments, **settings)
        finally:
            self.ground.drop(database)


def measure(ground: Ground) -> list[Row]:
    return [row for broker in (KAFKA, TANSU) for row in _on(ground, broker)]


def _on(ground: Ground, broker: str) -> list[Row]:
    here = Consuming(ground, broker)
    ours, each, grouped, naive = alternate(
        here.ours("keep", EFFECT_EVENTS),
        here.bare("bare_batch", EFFECT_EVENTS, "each"),
        here.bare("bare_batch", EFFECT_EVENTS, "grouped"),
        here.bare("naive", NAIVE_EVENTS),
    )
    idle, poll = alternate(here.ours("nothing", IDLE_EVENTS), here.bare("bare_poll", IDLE_EVENTS))
    what = f"events kept, {broker}"
    return [
        compared(
            "P3", what, ours, each, baseline="bare loop, same writes, one transaction a batch", floor=0.8, target=0.95
        ),
        compared("P3", what, ours, grouped, baseline="bare loop that writes a batch's effects at once"),
        compared("P3b", what, ours, naive, baseline="one transaction and commit an event", floor=1.5, target=5.0),
        compared(
            "P3c", f"reaction that does nothing, {broker}", idle, poll, baseline="bare poll", floor=0.3, target=0.5
        ),
    ]


def _group() -> str:
    return f"bench-{uuid.uuid4().hex[:12]}"
