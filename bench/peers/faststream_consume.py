"""Peer: FastStream as its documentation writes it: one typed event a call, offsets committed by themselves.

`python -m bench.peers.faststream_consume nothing|keep|log default|quiet <events> <group> <topic>`. `save` inserts one
document an event under the claim's id, `log` one under a fresh id, so that what is done twice is seen twice.
"""

import asyncio
import os
import sys
from datetime import datetime
from typing import Any

from faststream.kafka import KafkaBroker
from pydantic import BaseModel
from pymongo import AsyncMongoClient

from bench.stopwatch import Stopwatch


class Submitted(BaseModel):
    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    submitted_at: datetime


async def main(what: str, level: str, events: int, group: str, topic: str) -> None:
    effects = AsyncMongoClient[dict[str, Any]](os.environ["MONGODB_URI"])[os.environ["MONGODB_DATABASE"]]["heard"]
    servers = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
    broker = KafkaBroker(servers, logger=None) if level == "quiet" else KafkaBroker(servers)
    done, watches, seen = asyncio.Event(), list[Stopwatch](), 0

    @broker.subscriber(topic, group_id=group, auto_offset_reset="earliest")
    async def received(event: Submitted) -> None:
        nonlocal seen
        if not watches:
            watches.append(Stopwatch())
        if what == "keep":
            await effects.insert_one({"_id": event.claim_id, **event.model_dump()})  # type: ignore[dict-item]
        elif what == "log":
            await effects.insert_one({"claim_id": event.claim_id})
        seen += 1
        if seen == events:
            watches[0].report(seen)
            done.set()

    async with broker:
        await broker.start()
        await done.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]))
