"""The unit of work: everything that one cause changes, saved together or not at all.

A transaction saves the state, the outgoing events (outbox), the cause (a request's key or an event's id) and the audit
entries. It may hold several units of work, one per polled event. Actions run inside it and may be run again whole.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database

from shared.events import catalogue
from shared.events.declaring import case_of, declaration_of
from shared.funds.fund import Fund
from shared.kernel.actors import Actor
from shared.kernel.ids import uuid7
from shared.kernel.references import with_check
from shared.sealing.keys import FundKeys
from shared.storage.connection import Document
from shared.telemetry.carrying import carried

KEYS_A_QUERY = 50
OUTBOX_EVENTS_MAX = 200
OUTBOX_BYTES_MAX = 4_000_000
"""An outbox document stays far below MongoDB's 16 MB; a unit of work that tells more writes several."""


@dataclass(frozen=True)
class Deed:
    """One line of the audit: what was done to which thing, and the version that it made."""

    verb: str
    thing: str
    thing_id: str
    version: int


@dataclass
class Work:
    """One cause's work in one fund at one instant: what actions read from, keep in and tell through."""

    fund: Fund
    keys: FundKeys
    by: Actor
    at: datetime
    cause: str
    database: Database[Document]
    session: ClientSession | None
    chance: Callable[[int], bytes]
    events: list[Document] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)

    def new_id(self) -> str:
        """A fresh time-ordered id."""
        return str(uuid7(self.at, self.chance(10)))

    def new_reference(self, kind: str) -> str:
        """A fresh reference for people: kind, two digits of the year, eight of chance, two check digits.

        Eight digits meet by accident; a unique index on the reference makes the unit of work run again with others.
        """
        number = int.from_bytes(self.chance(8), "big") % 10**8
        return with_check(kind, f"{self.at.year % 100:02d}{number:08d}")

    def tell(self, event: Any, *, version: int = 0) -> None:
        """Send an event once this work is saved; `version` is that of the thing which it tells of."""
        declared = declaration_of(event)
        self.events.append(
            {
                "id": self.new_id(),
                "type": declared.type_name,
                "version": declared.version,
                "topic": declared.owner,
                "key": f"{self.fund.fund_id}:{case_of(event)}",
                "fund": self.fund.fund_id,
                "at": self.at,
                "sequence": version,
                "traceparent": carried(),
                "body": catalogue.encode(event),
            }
        )

    def note(self, verb: str, thing: str, thing_id: str, *, version: int = 0) -> None:
        """Write a line of the audit beside what the shelves write by themselves."""
        self.deeds.append(Deed(verb, thing, thing_id, version))

    def drawer(self, name: str) -> "Drawer":
        """A collection as this fund sees it."""
        return Drawer(self.database[name], self.fund.fund_id, self.session)


@dataclass(frozen=True)
class Drawer:
    """A collection of one fund: the fund stands in every id and every query, so no query can be without it."""

    collection: Collection[Document]
    fund_id: str
    session: ClientSession | None

    def key(self, local_id: str) -> str:
        return f"{self.fund_id}:{local_id}"

    def find_one(self, local_id: str) -> Document | None:
        return self.collection.find_one({"_id": self.key(local_id)}, session=self.session)

    def find(self, equal: Mapping[str, object], *, limit: int, sort: Sequence[tuple[str, int]] = ()) -> list[Document]:
        """At most `limit` documents. Their matches should be few: the embedded engine pays for each one."""
        found = self.collection.find({"fund": self.fund_id, **equal}, session=self.session, limit=limit)
        return list(found.sort(list(sort)) if sort else found)

    def find_keys(self, local_ids: Iterable[str]) -> list[Document]:
        """Those of the documents that are there. Asked for in small parts: SecantusDB holds each match of an `$in`
        against every value of it, so that a query of five hundred costs a hundred times one of fifty."""
        keys = [self.key(local_id) for local_id in local_ids]
        return [
            document
            for part in _parts(keys)
            for document in self.collection.find({"_id": {"$in": part}}, session=self.session)
        ]

    def insert(self, local_id: str, document: Mapping[str, object]) -> None:
        self.collection.insert_one({**document, "_id": self.key(local_id), "fund": self.fund_id}, session=self.session)

    def insert_many(self, documents: Mapping[str, Mapping[str, object]]) -> None:
        """Documents by local id, in batches that the server takes whole."""
        rows = [{**row, "_id": self.key(local_id), "fund": self.fund_id} for local_id, row in documents.items()]
        if rows:
            self.collection.insert_many(rows, ordered=True, session=self.session)

    def replace_many(self, documents: Mapping[str, Mapping[str, object]]) -> bool:
        """Replace documents whose version is one less than the new one; whether all of them were.

        Taken out by parts of one version and put in together: on the embedded engine a third of the time of as many
        replacements, and inside the transaction nobody sees the gap.
        """
        by_version: dict[int, list[str]] = {}
        for local_id, row in documents.items():
            by_version.setdefault(int(str(row["version"])) - 1, []).append(self.key(local_id))
        taken_out = 0
        for version, keys in by_version.items():
            for part in _parts(keys):
                old = {"_id": {"$in": part}, "version": version}
                taken_out += self.collection.delete_many(old, session=self.session).deleted_count
        if taken_out != len(documents):
            return False
        self.insert_many(documents)
        return True

    def update(self, local_id: str, change: Mapping[str, object], **equal: object) -> bool:
        """Apply an update document to one document if it still equals what is given; whether it did."""
        found = self.collection.update_one({"_id": self.key(local_id), **equal}, change, session=self.session)
        return found.matched_count == 1

    def update_keys(self, ids: Sequence[str], change: Mapping[str, object]) -> None:
        """Apply an update document to the documents with these whole ids, by parts, as in `find_keys`."""
        for part in _parts(ids):
            self.collection.update_many({"_id": {"$in": part}, "fund": self.fund_id}, change, session=self.session)

    def update_all(self, equal: Mapping[str, object], change: Mapping[str, object]) -> int:
        """Apply an update document to all documents that equal what is given; how many. One equality on an index is
        several times faster than many ids."""
        return self.collection.update_many({"fund": self.fund_id, **equal}, change, session=self.session).matched_count

    def remove(self, local_id: str) -> None:
        self.collection.delete_one({"_id": self.key(local_id)}, session=self.session)

    def put(self, local_id: str, document: Mapping[str, object]) -> None:
        """Insert, or replace whatever stands there."""
        whole = {**document, "_id": self.key(local_id), "fund": self.fund_id}
        self.collection.replace_one({"_id": self.key(local_id)}, whole, upsert=True, session=self.session)

    def count(self, equal: Mapping[str, object]) -> int:
        return self.collection.count_documents({"fund": self.fund_id, **equal}, session=self.session)


def _parts(keys: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), KEYS_A_QUERY):
        yield list(keys[start : start + KEYS_A_QUERY])


def outbox_documents(works: Sequence[Work], outbox_id: str) -> list[Document]:
    """The events of a transaction, in order, in as few documents as the limits allow; their ids keep the order."""
    batches: list[list[Document]] = []
    size = 0
    for event in (event for work in works for event in work.events):
        length = len(event["body"])  # type: ignore[arg-type]
        if not batches or len(batches[-1]) == OUTBOX_EVENTS_MAX or size + length > OUTBOX_BYTES_MAX:
            batches.append([])
            size = 0
        batches[-1].append(event)
        size += length
    return [
        {"_id": f"{outbox_id}/{number:04d}", "is_sent": False, "at": batch[0]["at"], "events": batch}
        for number, batch in enumerate(batches)
    ]
