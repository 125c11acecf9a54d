"""Baseline: a bare kafka-python poll loop that does nothing with what it reads and commits once a polled batch.

`python -m bench.baselines.bare_poll <events> <group> <topic>`
"""

import os
import sys

from kafka import KafkaConsumer

from bench.stopwatch import Stopwatch


def main(events: int, group: str, topic: str) -> None:
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"],
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=6_000,
        heartbeat_interval_ms=2_000,
    )
    seen, watch = 0, None
    while seen < events:
        polled = consumer.poll(timeout_ms=250)
        watch = watch or (Stopwatch() if polled else None)
        for records in polled.values():
            for record in records:
                seen += 1 if record.value else 0
        if polled:
            consumer.commit()
    if watch:
        watch.report(seen)
    consumer.close(autocommit=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
