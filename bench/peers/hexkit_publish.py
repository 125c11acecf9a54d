"""Peer: hexkit's persistent publisher, telling what its stored outbox still holds: `publish_pending()`.

`python -m bench.peers.hexkit_publish <events> <topic>`
"""

import asyncio
import os
import sys
import uuid
from datetime import UTC, datetime
from typing import Any

from hexkit.providers.mongodb import MongoDbDaoFactory
from hexkit.providers.mongokafka import PersistentKafkaPublisher
from pymongo import AsyncMongoClient

from bench.peers.hexkit_consume import config
from bench.stopwatch import Stopwatch

STORED = "stored"


async def main(events: int, topic: str) -> None:
    client = AsyncMongoClient[dict[str, Any]](os.environ["MONGODB_URI"], uuidRepresentation="standard")
    await client[os.environ["MONGODB_DATABASE"]][STORED].insert_many([_stored(topic) for _ in range(events)])
    made = config("bench")
    async with (
        MongoDbDaoFactory.construct(config=made) as factory,
        PersistentKafkaPublisher.construct(config=made, dao_factory=factory, collection_name=STORED) as publisher,
    ):
        watch = Stopwatch()
        await publisher.publish_pending()
        watch.report(events)


def _stored(topic: str) -> dict[str, Any]:
    """An event as hexkit keeps it until it is told, with a body like the platform's."""
    claim_id, event_id = str(uuid.uuid4()), uuid.uuid4()
    return {
        "_id": str(event_id),
        "topic": topic,
        "payload": {
            "claim_id": claim_id,
            "reference": "CL260000000197",
            "person_ref": "p" * 25,
            "claim_type": "care-reimbursement",
            "submitted_at": datetime.now(UTC).isoformat(),
        },
        "key": f"dz-cnas:{claim_id}",
        "type_": "claims.claim-submitted",
        "event_id": event_id,
        "headers": {},
        "correlation_id": uuid.uuid4(),
        "created": datetime.now(UTC),
        "published": False,
    }


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
