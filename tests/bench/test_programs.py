"""The measuring programs run: each once, over as little as it can take. Nothing here looks at how fast."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.goals.consuming import group
from bench.goals.relaying import relaying
from bench.ground import TANSU, Ground, ground
from bench.measured import run
from bench.seeds import CLAIMS, fill_topic
from bench.webs import bare_web, claims_web, file_claims
from services.claims.wiring import service as claims

EVENTS = 120
CONSUMERS = [
    ("bench.ours.consume", ["keep"], [], EVENTS),
    ("bench.ours.consume", ["nothing"], [], 0),
    ("bench.baselines.bare_poll", [], [CLAIMS], 0),
    ("bench.baselines.bare_batch", ["each"], [CLAIMS], EVENTS),
    ("bench.baselines.bare_batch", ["grouped"], [CLAIMS], EVENTS),
]
"""Program, arguments before and after the count and the group, and how many effects it leaves."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("bench")) as made:
        fill_topic(made.context(), made.broker(TANSU), EVENTS)
        yield made


def test_consumers_take_what_there_is(here: Ground) -> None:
    """All at once: each waits three seconds for Tansu to let it into its group."""
    with ThreadPoolExecutor() as pool:
        for ended in [pool.submit(_consume, here, *program) for program in CONSUMERS]:
            ended.result()


def _consume(here: Ground, module: str, before: list[str], after: list[str], kept: int) -> None:
    context = here.context()
    settings = {**here.settings(context.database.name), "KAFKA_BOOTSTRAP_SERVERS": here.broker(TANSU)}
    done = run(here, module, *before, EVENTS, group(), *after, **settings)
    assert done.done == EVENTS and done.rate > 0, module
    assert context.database["heard"].count_documents({}) == kept, module
    assert context.database["inbox"].count_documents({}) == kept, module


@pytest.mark.parametrize("module", ["bench.ours.relay", "bench.baselines.bare_relay"])
def test_relays_carry_what_waits(here: Ground, module: str) -> None:
    assert relaying(here, TANSU, module, 10, 3)().done == 30


def test_a_claim_is_read_and_filed_by_both_sides(here: Ground) -> None:
    database = here.database(claims)
    ours, bare = claims_web(here, database), bare_web(here, "bench.baselines.bare_read", database)
    read = file_claims(ours, 2)
    assert ours.measured(ours.reading(read), seconds=0.2).done > 0
    assert bare.measured(bare.reading(read), seconds=0.2).done > 0
    assert ours.measured(ours.filing(), seconds=0.2, expected=201).done > 0
    by_the_clock = ours.asked(ours.reading(read), connections=2, seconds=0.5, a_second=20)
    assert 1 <= by_the_clock.served(200) + by_the_clock.not_sent <= 10
