"""P4: events a second from the outbox to the broker."""

from collections.abc import Callable

from bench.ground import KAFKA, TANSU, Ground
from bench.measured import run
from bench.pairs import Run, alternate
from bench.results import Row, compared
from bench.seeds import fill_outbox

ROWS = 3_000
PAGED_ROWS, EVENTS_A_ROW = 400, 20


def measure(ground: Ground) -> list[Row]:
    rows = []
    for broker in (KAFKA, TANSU):
        for count, events_a_row in ((ROWS, 1), (PAGED_ROWS, EVENTS_A_ROW)):
            ours, bare = alternate(
                relaying(ground, broker, "bench.ours.relay", count, events_a_row),
                relaying(ground, broker, "bench.baselines.bare_relay", count, events_a_row),
            )
            what = f"events relayed, {events_a_row} an outbox document, {broker}"
            rows.append(compared("P4", what, ours, bare, baseline="bare cursor and producer", floor=0.7, target=0.9))
    return rows


def relaying(ground: Ground, broker: str, module: str, rows: int, events_a_row: int) -> Callable[[], Run]:
    """One relay over an outbox of its own."""
    servers = ground.broker(broker)

    def once() -> Run:
        platform = ground.platform()
        database = platform.database.name
        fill_outbox(platform, rows=rows, events_a_row=events_a_row)
        platform.database.client.close()
        try:
            return run(ground, module, **ground.settings(database), KAFKA_BOOTSTRAP_SERVERS=servers)
        finally:
            ground.drop(database)

    return once
