"""What is measured with: events that stand in a topic before anybody reads, and outboxes that wait for a relay."""

import uuid
from collections.abc import Iterator
from typing import Any

from kafka import KafkaProducer

from bench.ground import FUND
from shared.bus import envelope
from shared.events.claims.claims import ClaimSubmitted
from shared.events.declaring import declaration_of
from shared.kernel.actors import system
from shared.storage.service_context import ServiceContext, as_stored, now
from shared.storage.unit_of_work import UnitOfWork

CLAIMS = declaration_of(ClaimSubmitted).owner
ROWS_A_BATCH = 500
RELAYED_TO = "notifications"
"""A topic that no consumer of the bench reads."""


def submitted(number: int) -> ClaimSubmitted:
    """An event of the everyday kind."""
    return ClaimSubmitted(
        claim_id=str(uuid.uuid4()),
        reference=f"CL26{number:08d}00",
        person_ref=f"p{number % 10_000:024d}",
        claim_type="care-reimbursement",
        submitted_at=as_stored(now()),
    )


def published(context: ServiceContext, events: int) -> Iterator[dict[str, Any]]:
    """Events as an outbox holds them."""
    uow: UnitOfWork = context.reading(FUND, by=system("bench"))
    for number in range(events):
        uow.publish(submitted(number), version=1)
        yield uow.events.pop()  # type: ignore[misc]


def fill_topic(
    context: ServiceContext, servers: str, events: int, *, topic: str = CLAIMS, is_hexkits: bool = False
) -> None:
    """Put events into a topic, with the headers that hexkit asks for where it is to read them."""
    producer = KafkaProducer(
        bootstrap_servers=servers, acks="all", enable_idempotence=True, linger_ms=20, batch_size=200_000
    )
    for event in published(context, events):
        headers = envelope.headers(event) + (_hexkits(event) if is_hexkits else [])
        producer.send(topic, value=event["body"], key=event["key"].encode(), headers=headers)
    producer.flush()
    producer.close()


def _hexkits(event: dict[str, Any]) -> envelope.Headers:
    ids = {"event_id": event["id"], "correlation_id": str(uuid.uuid4()), "type": event["type"]}
    return [(name, value.encode()) for name, value in ids.items()]


def fill_outbox(context: ServiceContext, *, rows: int, events_a_row: int, topic: str = RELAYED_TO) -> None:
    """An outbox as so many units of work leave it, each of which told so many events."""
    events = published(context, rows * events_a_row)
    batch: list[dict[str, Any]] = []
    for number in range(rows):
        mine = [{**next(events), "topic": topic} for _ in range(events_a_row)]
        row_id = f"{context.new_id()}/{number:06d}"
        batch.append({"_id": row_id, "is_sent": False, "at": mine[0]["at"], "events": mine})
        if len(batch) == ROWS_A_BATCH or number == rows - 1:
            context.database["outbox"].insert_many(batch)  # type: ignore[arg-type]
            batch = []
