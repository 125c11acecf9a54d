"""The platform's relay, carrying an outbox until it is empty: `python -m bench.ours.relay`."""

import os

from bench.ours.standing import context
from bench.stopwatch import Stopwatch
from shared.bus.relay import Relay
from shared.telemetry import logs


def main() -> None:
    logs.start("bench", level="INFO")
    ground = context()
    relay = Relay(ground, os.environ["KAFKA_BOOTSTRAP_SERVERS"], name="relay")
    relay.holds_lease()
    events = sum(len(row["events"]) for row in ground.database["outbox"].find({}, {"events.id": 1}))  # type: ignore[arg-type, misc]
    watch = Stopwatch()
    while relay.publish_waiting():
        pass
    watch.report(events)


if __name__ == "__main__":
    main()
