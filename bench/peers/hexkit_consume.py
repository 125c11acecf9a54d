"""Peer: hexkit's subscriber, whose only mode commits the offset of every event, with its own MongoDB DAO.

`python -m bench.peers.hexkit_consume keep|log <events> <group> <topic>`: `save` upserts one document an event under
the claim's id, `log` inserts one under a fresh id, so that what is done twice is seen twice.
"""

import asyncio
import os
import sys
import uuid
from typing import Any

from hexkit.protocols.eventsub import EventSubscriberProtocol
from hexkit.providers.akafka import KafkaEventSubscriber
from hexkit.providers.mongodb import MongoDbDaoFactory
from hexkit.providers.mongokafka import MongoKafkaConfig
from pydantic import BaseModel

from bench.stopwatch import Stopwatch


class Received(BaseModel):
    effect_id: str
    claim_id: str
    reference: str
    person_ref: str


def config(name: str) -> MongoKafkaConfig:
    return MongoKafkaConfig(
        service_name=name,
        service_instance_id="1",
        kafka_servers=[os.environ["KAFKA_BOOTSTRAP_SERVERS"]],
        mongo_dsn=os.environ["MONGODB_URI"],
        db_name=os.environ["MONGODB_DATABASE"],
    )


class Hearing(EventSubscriberProtocol):
    """Keeps one document an event."""

    def __init__(self, what: str, events: int, topic: str, dao: Any) -> None:
        self.what, self.events, self.dao = what, events, dao
        self.topics_of_interest = [topic]
        self.types_of_interest = ["claims.claim-submitted"]
        self.seen = 0
        self.watch: Stopwatch | None = None

    async def _consume_validated(self, *, payload: Any, type_: str, topic: str, key: str, event_id: uuid.UUID) -> None:
        self.watch = self.watch or Stopwatch()
        kept = {name: payload[name] for name in ("claim_id", "reference", "person_ref")}
        if self.what == "keep":
            await self.dao.upsert(Received(effect_id=payload["claim_id"], **kept))
        else:
            await self.dao.insert(Received(effect_id=str(uuid.uuid4()), **kept))
        self.seen += 1


async def main(what: str, events: int, group: str, topic: str) -> None:
    made = config(group)
    async with MongoDbDaoFactory.construct(config=made) as factory:
        dao = await factory.get_dao(name="heard", dto_model=Received, id_field="effect_id")
        hearing = Hearing(what, events, topic, dao)
        async with KafkaEventSubscriber.construct(config=made, translator=hearing) as subscriber:
            while hearing.seen < events:
                await subscriber.run(forever=False)
            if hearing.watch:
                hearing.watch.report(hearing.seen)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]))
