"""How much is read when a declaration is corrected again and again: what decides, however many corrections came before.

Counted on the wire, by the documents in the answers of the database.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from services.documents.careers import actions
from services.documents.wiring import service
from shared.storage.service_context import ServiceContext
from tests.documents.builders import declared, wage
from tests.kit.contexts import context_on, handle, make_unique_indexes, parked, reading
from tests.kit.people import AMIRA, KARIM

CORRECTIONS = 30
READ_MAX = 25
"""Of a page of one worker: the pages that decide, the career, and what the inbox reads of any event."""


class Reads(CommandListener):
    """Counts the documents that the database hands out."""

    def __init__(self) -> None:
        self.documents = 0

    def started(self, event: CommandStartedEvent) -> None: ...

    def succeeded(self, event: CommandSucceededEvent) -> None:
        cursor: Any = event.reply.get("cursor", {})
        self.documents += len(cursor.get("firstBatch", ())) + len(cursor.get("nextBatch", ()))

    def failed(self, event: CommandFailedEvent) -> None: ...


@pytest.fixture
def reads() -> Reads:
    return Reads()


@pytest.fixture
def context(database: Any, mongodb: str, reads: Reads) -> Iterator[ServiceContext]:
    client: MongoClient[dict[str, Any]] = MongoClient(mongodb, event_listeners=[reads], tz_aware=True)
    made = context_on(client[database.name], mongodb)
    make_unique_indexes(service, made)
    yield made
    client.close()


def test_g3_the_hundredth_correction_reads_as_little_as_the_second(context: ServiceContext, reads: Reads) -> None:
    read: list[int] = []
    for revision in range(1, CORRECTIONS + 1):
        before = reads.documents
        handle(context, service, declared(wage(AMIRA, wage_minor=revision), revision=revision))
        read.append(reads.documents - before)
    assert parked(context) == []
    assert max(read) <= READ_MAX and read[-1] <= read[2], read


def test_g3_a_declaration_of_many_pages_reads_its_pages_once(context: ServiceContext, reads: Reads) -> None:
    pages, read = 20, list[int]()
    for page in range(1, pages + 1):
        before = reads.documents
        handle(context, service, declared(wage(f"p{page}"), page=page, pages=pages))
        read.append(reads.documents - before)
    assert max(read[:-1]) <= READ_MAX and read[-1] <= READ_MAX + pages, read


@pytest.mark.parametrize("order", [(1, 2, 3), (1, 3, 2), (2, 1, 3), (3, 1, 2), (2, 3, 1), (3, 2, 1)])
def test_g3_whoever_the_last_correction_leaves_out_is_out_in_whatever_order_they_came(
    context: ServiceContext, order: tuple[int, ...]
) -> None:
    named = {1: (AMIRA, KARIM), 2: (AMIRA, "pnew"), 3: (AMIRA,)}
    for revision in order:
        handle(context, service, declared(*(wage(each) for each in named[revision]), revision=revision))
    left = {each: len(actions.entries_of(reading(context), each)) for each in (AMIRA, KARIM, "pnew")}
    assert left == {AMIRA: 4, KARIM: 0, "pnew": 0}


def test_g3_what_a_correction_named_that_never_came_whole_is_taken_out_by_the_next(context: ServiceContext) -> None:
    handle(context, service, declared(wage(AMIRA), wage(KARIM)))
    handle(context, service, declared(wage("pnew"), revision=2, page=1, pages=2))
    handle(context, service, declared(wage(AMIRA), revision=3))
    left = {each: len(actions.entries_of(reading(context), each)) for each in (AMIRA, KARIM, "pnew")}
    assert left == {AMIRA: 4, KARIM: 0, "pnew": 0}
