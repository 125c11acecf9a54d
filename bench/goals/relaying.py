"""P4: events a second from the outbox to the broker."""

from collections.abc import Callable

from bench.ground import KAFKA, TANSU, Ground
from bench.measured import PEERS_PYTHON, has_peers, run
from bench.pairs import Run, alternate
from bench.results import Row, compared
from bench.seeds import RELAYED_TO, fill_outbox

ROWS = 1_500
PAGED_ROWS, EVENTS_A_ROW = 300, 20
HEXKIT_EVENTS = 500
OURS, BARE = "ours.relay", "baselines.bare_relay"


def measure(ground: Ground) -> list[Row]:
    return [*_on(ground, KAFKA, ROWS), *_on(ground, KAFKA, PAGED_ROWS), *_on(ground, TANSU, ROWS)]


def _on(ground: Ground, broker: str, rows: int) -> list[Row]:
    events_a_row = 1 if rows == ROWS else EVENTS_A_ROW
    sides = [relaying(ground, broker, f"bench.{program}", rows, events_a_row) for program in (OURS, BARE)]
    if broker == KAFKA and events_a_row == 1 and has_peers():
        sides.append(_publishing(ground))
    ours, bare, *hexkit = alternate(*sides)
    what = f"events relayed, {events_a_row} an outbox document, {broker}"
    found = [compared("P4", what, ours, bare, baseline="bare cursor and producer", floor=0.7, target=0.9)]
    return found + [compared("P4", what, ours, runs, baseline="hexkit, publish_pending") for runs in hexkit]


def _publishing(ground: Ground) -> Callable[[], Run]:
    """hexkit's persistent publisher over a store of its own."""

    def once() -> Run:
        database = ground.database()
        settings = {**ground.settings(database), "KAFKA_BOOTSTRAP_SERVERS": ground.broker(KAFKA)}
        try:
            return run(ground, "bench.peers.hexkit_publish", HEXKIT_EVENTS, RELAYED_TO, python=PEERS_PYTHON, **settings)
        finally:
            ground.drop(database)

    return once


def relaying(ground: Ground, broker: str, module: str, rows: int, events_a_row: int) -> Callable[[], Run]:
    """One relay over an outbox of its own."""
    servers = ground.broker(broker)

    def once() -> Run:
        context = ground.context()
        database = context.database.name
        fill_outbox(context, rows=rows, events_a_row=events_a_row)
        context.database.client.close()
        try:
            return run(ground, module, **ground.settings(database), KAFKA_BOOTSTRAP_SERVERS=servers)
        finally:
            ground.drop(database)

    return once
