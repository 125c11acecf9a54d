"""Baseline: the naive loop: one transaction and one offset commit for every event.

`python -m bench.baselines.naive <events> <group> <topic>`
"""

import os
import sys
from typing import Any

from kafka import KafkaConsumer
from pymongo import MongoClient

from bench.baselines.bare_batch import save
from bench.stopwatch import Stopwatch


def main(events: int, group: str, topic: str) -> None:
    client = MongoClient[dict[str, Any]](os.environ["MONGODB_URI"])
    database = client[os.environ["MONGODB_DATABASE"]]
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"],
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=6_000,
        heartbeat_interval_ms=2_000,
        max_poll_records=1,
    )
    seen, watch = 0, None
    while seen < events:
        records = [record for found in consumer.poll(timeout_ms=250).values() for record in found]
        if not records:
            continue
        watch = watch or Stopwatch()
        with client.start_session() as session, session.start_transaction():
            save(database, session, records, "each")
        seen += 1
        if seen >= events:
            watch.report(seen)
        consumer.commit()
    consumer.close(autocommit=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
