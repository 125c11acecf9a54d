"""Baseline: a bare kafka-python poll loop that makes the platform's writes: inbox ids, effects and audit in one
transaction a polled batch, then one offset commit.

`python -m bench.baselines.bare_batch each|grouped <events> <group> <topic>`: `each` inserts every effect by itself, as
somebody's handler of one event would; `grouped` knows that all events of the batch end in one collection.
"""

import json
import os
import sys
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaConsumer
from pymongo import MongoClient

from bench.stopwatch import Stopwatch


def main(how: str, events: int, group: str, topic: str) -> None:
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
        max_poll_records=100,
    )
    seen, watch = 0, None
    while seen < events:
        records = [record for found in consumer.poll(timeout_ms=250).values() for record in found]
        if not records:
            continue
        watch = watch or Stopwatch()
        with client.start_session() as session, session.start_transaction():
            save(database, session, records, how)
        seen += len(records)
        if seen >= events:
            watch.report(seen)
        consumer.commit()
    consumer.close(autocommit=False)


def save(database: Any, session: Any, records: Sequence[Any], how: str) -> None:
    """All that the platform keeps of a batch."""
    at = datetime.now(UTC)
    ids = [dict(record.headers)["ce_id"].decode() for record in records]
    database["inbox"].insert_many([{"_id": event_id, "at": at} for event_id in ids], session=session)
    effects = [_effect(json.loads(record.value)) for record in records]
    if how == "grouped":
        database["heard"].insert_many(effects, session=session)
    else:
        for effect in effects:
            database["heard"].insert_one(effect, session=session)
    database["audit"].insert_one(_audit(ids, effects, at), session=session)


def _effect(body: dict[str, Any]) -> dict[str, Any]:
    kept = {name: body[name] for name in ("claim_id", "reference", "person_ref")}
    return {"_id": f"dz-cnas:{body['claim_id']}", "fund": "dz-cnas", **kept, "version": 1}


def _audit(ids: Sequence[str], effects: Sequence[dict[str, Any]], at: datetime) -> dict[str, Any]:
    """One document a transaction, with an entry for every event, as the platform writes it."""
    entries = [
        {
            "actor": "bench",
            "actor_kind": "system",
            "cause": f"event:{event_id}",
            "deeds": [{"verb": "kept", "thing": "heard", "id": effect["claim_id"], "version": 1}],
            "events": [],
        }
        for event_id, effect in zip(ids, effects, strict=True)
    ]
    return {"_id": str(uuid.uuid4()), "fund": "dz-cnas", "at": at, "link": 0, "entries": entries}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
