"""Baseline: a bare cursor over the outbox, a producer with the platform's own settings, and one marking a slice.

`python -m bench.baselines.bare_relay`
"""

import itertools
import os
from typing import Any

from kafka import KafkaProducer
from pymongo import MongoClient

from bench.stopwatch import Stopwatch

SLICE = 100


def main() -> None:
    client = MongoClient[dict[str, Any]](os.environ["MONGODB_URI"])
    outbox = client[os.environ["MONGODB_DATABASE"]]["outbox"]
    producer = KafkaProducer(
        bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"], acks="all", enable_idempotence=True, linger_ms=5
    )
    sent, watch = 0, Stopwatch()
    rows = outbox.find({"is_sent": False}, batch_size=SLICE).sort("_id", 1)
    while slice_ := list(itertools.islice(rows, SLICE)):
        promises = [
            producer.send(event["topic"], value=event["body"], key=event["key"].encode(), headers=_headers(event))
            for row in slice_
            for event in row["events"]
        ]
        producer.flush()
        for promise in promises:
            promise.get(timeout=30)
        outbox.update_many({"_id": {"$in": [row["_id"] for row in slice_]}}, {"$set": {"is_sent": True}})
        sent += len(promises)
    watch.report(sent)
    producer.close()


def _headers(event: dict[str, Any]) -> list[tuple[str, bytes]]:
    """The least that a reader needs to know whose event it is and of what kind."""
    return [
        ("ce_id", event["id"].encode()),
        ("ce_type", f"{event['type']}.v{event['version']}".encode()),
        ("traceparent", event["traceparent"].encode()),
    ]


if __name__ == "__main__":
    main()
