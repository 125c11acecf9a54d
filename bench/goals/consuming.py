"""P3, P3b, P3c: events a second through the inbox, with its database and without."""

import sys
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.ground import KAFKA, TANSU, Ground, make_topics
from bench.measured import PEERS_PYTHON, has_peers, run
from bench.pairs import Run, alternate
from bench.results import Row, compared
from bench.seeds import CLAIMS, fill_topic

IDLE_EVENTS = 20_000
EFFECT_EVENTS = 3_000
NAIVE_EVENTS = 250
FASTSTREAM_EVENTS, HEXKIT_EVENTS = 2_000, 300
FOR_HEXKIT = "for-hexkit"


class Consuming:
    """The measured consumers of one broker, each run with a fresh group and a fresh database."""

    def __init__(self, ground: Ground, broker: str) -> None:
        self.ground = ground
        self.servers = ground.broker(broker)
        context = ground.context()
        fill_topic(context, self.servers, IDLE_EVENTS)
        if broker == KAFKA:
            make_topics(self.servers, FOR_HEXKIT)
            fill_topic(context, self.servers, HEXKIT_EVENTS, topic=FOR_HEXKIT, is_hexkits=True)

    def ours(self, what: str, events: int) -> Callable[[], Run]:
        return lambda: self._run("bench.ours.consume", what, events, group())

    def bare(self, program: str, events: int, *options: str) -> Callable[[], Run]:
        return lambda: self._run(f"bench.baselines.{program}", *options, events, group(), CLAIMS)

    def faststream(self, what: str, level: str, events: int) -> Callable[[], Run]:
        program = "bench.peers.faststream_consume"
        return lambda: self._run(program, what, level, events, group(), CLAIMS, python=PEERS_PYTHON)

    def hexkit(self, events: int) -> Callable[[], Run]:
        program = "bench.peers.hexkit_consume"
        return lambda: self._run(program, "keep", events, group(), FOR_HEXKIT, python=PEERS_PYTHON)

    def _run(self, module: str, *arguments: object, python: Path | str = sys.executable) -> Run:
        database = self.ground.database()
        settings = {**self.ground.settings(database), "KAFKA_BOOTSTRAP_SERVERS": self.servers}
        try:
            return run(self.ground, module, *arguments, python=python, **settings)
        finally:
            self.ground.drop(database)


def measure(ground: Ground) -> list[Row]:
    return _on_kafka(Consuming(ground, KAFKA)) + _on_tansu(Consuming(ground, TANSU))


def _on_kafka(here: Consuming) -> list[Row]:
    """With the peers in the same rounds, where they are installed; they are measured on Kafka only."""
    ours, each, grouped, naive, *peers = alternate(
        here.ours("keep", EFFECT_EVENTS),
        here.bare("bare_batch", EFFECT_EVENTS, "each"),
        here.bare("bare_batch", EFFECT_EVENTS, "grouped"),
        here.bare("naive", NAIVE_EVENTS),
        *(side for _, side in _peers_keeping(here)),
    )
    idle, poll, *idle_peers = alternate(
        here.ours("nothing", IDLE_EVENTS),
        here.bare("bare_poll", IDLE_EVENTS),
        *(side for _, side in _peers_doing_nothing(here)),
    )
    kept, nothing = f"events kept, {KAFKA}", f"a reaction that does nothing, {KAFKA}"
    return [
        *_kept(KAFKA, ours, each),
        compared("P3", kept, ours, grouped, baseline="bare loop that inserts a batch's effects at once"),
        compared("P3b", kept, ours, naive, baseline="one transaction and commit an event", floor=1.5, target=5.0),
        *(
            compared("P3", kept, ours, runs, baseline=name)
            for (name, _), runs in zip(_peers_keeping(here), peers, strict=True)
        ),
        *_nothing(KAFKA, idle, poll),
        *(
            compared("P3c", nothing, idle, runs, baseline=name, floor=2.0, target=5.0)
            for (name, _), runs in zip(_peers_doing_nothing(here), idle_peers, strict=True)
        ),
    ]


def _peers_keeping(here: Consuming) -> list[tuple[str, Callable[[], Run]]]:
    if not has_peers():
        return []
    return [
        ("FastStream, insert an event", here.faststream("keep", "default", FASTSTREAM_EVENTS)),
        ("FastStream without its log, insert an event", here.faststream("keep", "quiet", FASTSTREAM_EVENTS)),
        ("hexkit, upsert by its DAO", here.hexkit(HEXKIT_EVENTS)),
    ]


def _peers_doing_nothing(here: Consuming) -> list[tuple[str, Callable[[], Run]]]:
    if not has_peers():
        return []
    return [
        ("FastStream", here.faststream("nothing", "default", IDLE_EVENTS)),
        ("FastStream without its log", here.faststream("nothing", "quiet", IDLE_EVENTS)),
    ]


def _on_tansu(here: Consuming) -> list[Row]:
    ours, each = alternate(here.ours("keep", EFFECT_EVENTS), here.bare("bare_batch", EFFECT_EVENTS, "each"))
    idle, poll = alternate(here.ours("nothing", IDLE_EVENTS), here.bare("bare_poll", IDLE_EVENTS))
    return [*_kept(TANSU, ours, each), *_nothing(TANSU, idle, poll)]


def _kept(broker: str, ours: Sequence[Run], each: Sequence[Run]) -> list[Row]:
    baseline = "bare loop, same writes, one transaction a batch"
    return [compared("P3", f"events kept, {broker}", ours, each, baseline=baseline, floor=0.8, target=0.95)]


def _nothing(broker: str, ours: Sequence[Run], poll: Sequence[Run]) -> list[Row]:
    what = f"a reaction that does nothing, {broker}"
    return [compared("P3c", what, ours, poll, baseline="bare poll, default size", floor=0.3, target=0.5)]


def group() -> str:
    """A consumer group that nobody had before."""
    return f"bench-{uuid.uuid4().hex[:12]}"
