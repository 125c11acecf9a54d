"""The pending writes of a transaction, which are sent together.

What a unit of work inserts or revises is held back until something of it is read that was not read ahead
(`read_ahead.py`), or the work is saved: then each collection takes one message for all of it, and what is little goes
in one message for all collections. A batch of a hundred events is written in three messages instead of three hundred,
which on the embedded engine is four times faster and on any other saves as many trips; a request's four documents are
written in one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, ClientBulkWriteException, DuplicateKeyError, OperationFailure

from shared.kernel.errors import Stale
from shared.storage.connection import Document
from shared.storage.engine import chunks, has_bulk_write, profile_of
from shared.storage.read_ahead import ReadAhead
from shared.telemetry.database_spans import command_span

PENDING_MAX = 500
"""Of one collection; beyond it they are written, so that a long work's memory stays flat."""
BULK_WRITES_MAX = 12
"""Writes that go in one message for all collections: beyond some twenty the embedded engine is faster by collection."""
READ_MAX = 5_000
"""Documents of one collection that a transaction remembers as it read them; those beyond it are written whole."""
REWRITTEN_MIN = 10
"""So many pending writes of one collection are made by deleting and inserting, where the engine is faster so."""
DUPLICATE_KEY = 11000


class ChangedMeanwhile(Stale):
    """The same documents were changed concurrently, at each attempt."""

    code = "platform.changed-meanwhile"


@dataclass(frozen=True)
class Insertion:
    """A document that was not there."""

    document: Document


@dataclass(frozen=True)
class Revision:
    """A document of one version that becomes the next."""

    old: Mapping[str, object]
    change: Mapping[str, object]


@dataclass(frozen=True)
class Replacement:
    """A document as it is to stand, whether or not there was one before."""

    old: Mapping[str, object]
    document: Document


@dataclass(frozen=True)
class Removal:
    """A document that is to stand no more, whether or not there was one."""

    old: Mapping[str, object]


PendingWrite = Insertion | Revision | Replacement | Removal


@dataclass
class PendingWrites:
    """The pending writes of one transaction, by collection and id, in order."""

    session: ClientSession
    _pending: dict[str, dict[str, PendingWrite]] = field(default_factory=dict)
    _collections: dict[str, Collection[Document]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    """The collections that were written, or read before."""
    _has_begun: bool = False
    """Whether the server was asked anything in this transaction yet."""
    _read: dict[str, dict[str, Document]] = field(default_factory=dict)
    ahead: ReadAhead = field(default_factory=ReadAhead)

    def remember(self, collection: Collection[Document], documents: Iterable[Document]) -> None:
        """Keep documents as they were read, so that of those that are replaced only what differs is written."""
        read = self._read.setdefault(collection.name, {})
        for document in documents:
            if len(read) >= READ_MAX:
                break
            read[str(document["_id"])] = document

    def forget(self, collection: Collection[Document]) -> None:
        """What was read of the collection is no longer what stands there."""
        self._read.pop(collection.name, None)
        self.ahead.forget(collection.name)

    def as_read(self, collection: Collection[Document], key: str, *, version: int) -> Document | None:
        """The document of that version, if it was read in this transaction."""
        found = self._read.get(collection.name, {}).get(key)
        return found if found is not None and found.get("version") == version else None

    def defer(self, collection: Collection[Document], key: str, write: PendingWrite) -> None:
        """Let a write wait. A second one of the same document waits for the first to be made, or stands for both where
        neither depends on what was there before."""
        before = self._pending.get(collection.name, {}).get(key)
        if before is not None and not (_is_unconditional(before) and _is_unconditional(write)):
            self._make(collection.name)
        self._note(collection.name, key, write)
        self._collections[collection.name] = collection
        self.touched.add(collection.name)
        pending = self._pending.setdefault(collection.name, {})
        pending[key] = write
        if len(pending) >= PENDING_MAX:
            self._make(collection.name)

    def _note(self, name: str, key: str, write: PendingWrite) -> None:
        """What was read of the document is no longer what stands there."""
        if isinstance(write, Revision):
            self.ahead.revise(name, key, cast(Document, write.change["$set"]))
        else:
            self._read.get(name, {}).pop(key, None)
            self.ahead.write(name, key, _row(write, None))

    def holds(self, collection: Collection[Document], key: str) -> bool:
        """Whether a write of this document waits."""
        return key in self._pending.get(collection.name, {})

    def flush(self, collection: Collection[Document], *keys: str) -> None:
        """Send the pending writes of the collection, or only if they concern one of the keys: before it is read or
        changed."""
        self.touched.add(collection.name)
        pending = self._pending.get(collection.name)
        if pending and (not keys or any(key in pending for key in keys)):
            self._make(collection.name)
        self._has_begun = True

    def flush_all(self) -> None:
        """Send all pending writes: before the transaction is committed."""
        while self._pending:
            if self._may_go_together():
                pending = [
                    (self._collections[name], write) for name in self._pending for write in self._pending[name].values()
                ]
                self._pending.clear()
                with command_span("write", pending[0][0].name):
                    write_together(pending, session=self.session)
            else:
                self._make(next(iter(self._pending)))

    def _make(self, name: str) -> None:
        collection, writes = self._collections[name], self._pending.pop(name)
        with command_span("write", name):
            if len(writes) >= REWRITTEN_MIN and profile_of(collection.database).replaces_by_deleting:
                rewrite(collection, writes, known=partial(self._before, collection), session=self.session)
            else:
                write_all(collection, list(writes.values()), session=self.session)
        self._has_begun = True

    def _before(self, collection: Collection[Document], key: str, version: int) -> Document | None:
        """A document that is revised, with the fields that only a later release knows, if it was read before."""
        if self.ahead.knows(collection.name, key):
            return self.ahead.document(collection.name, key)
        return self.as_read(collection, key, version=version)

    def _may_go_together(self) -> bool:
        """Whether the server takes what waits in one message, now."""
        count = sum(map(len, self._pending.values()))
        if count > BULK_WRITES_MAX or not has_bulk_write(self.session.client):
            return False
        return self._has_begun or profile_of(next(iter(self._collections.values())).database).begins_with_bulk_write


def write_together(pending: Sequence[tuple[Collection[Document], PendingWrite]], *, session: ClientSession) -> None:
    """Make writes of several collections in order. Raises as `write_all` does."""
    operations = [_operation(write, namespace=collection.full_name) for collection, write in pending]
    try:
        made = session.client.bulk_write(operations, session=session)
    except ClientBulkWriteException as refused:
        if refused.error is not None:
            raise refused.error from refused
        first = refused.details["writeErrors"][0]
        kind = DuplicateKeyError if first["code"] == DUPLICATE_KEY else OperationFailure
        raise kind(f"a write of {pending[first['idx']][0].name} was refused", first["code"]) from refused
    _must_match(made.matched_count, made.upserted_count, [write for _, write in pending])


def write_all(collection: Collection[Document], writes: Sequence[PendingWrite], *, session: ClientSession) -> None:
    """Make writes in order. `DuplicateKeyError` where a document is there, `ChangedMeanwhile` where one has changed."""
    if len(writes) == 1 and isinstance(writes[0], Insertion):  # what most requests have, and cheaper than many of one
        collection.insert_one(writes[0].document, session=session)
        return
    operations = [_operation(write) for write in writes]
    with _duplicates_named(collection):
        made = collection.bulk_write(operations, ordered=True, session=session)
    _must_match(made.matched_count, made.upserted_count, writes)


def rewrite(
    collection: Collection[Document],
    writes: Mapping[str, PendingWrite],
    *,
    known: Callable[[str, int], Document | None],
    session: ClientSession | None,
) -> None:
    """Make writes, by id, as `write_all` does: what changes is deleted, and inserted with what is new. No other
    transaction sees the state in between. `known` has a document of a version if it was read before."""
    groups: dict[tuple[str, int | None], list[str]] = {}
    for key, write in writes.items():
        if not isinstance(write, Insertion):
            version = write.old["version"] if isinstance(write, Revision) else None
            groups.setdefault((str(write.old["fund"]), None if version is None else int(str(version))), []).append(key)
    before: dict[str, Document] = {}
    for (fund_id, version), keys in groups.items():
        wanted: Document = {"fund": fund_id}
        if version is not None:
            wanted["version"] = version
            found = {key: row for key in keys if (row := known(key, version)) is not None}
            for chunk in chunks([key for key in keys if key not in found], of=collection):
                rows = collection.find({"_id": {"$in": chunk}, **wanted}, session=session)
                found |= {str(row["_id"]): row for row in rows}
            before |= found
        deleted = sum(
            collection.delete_many({"_id": {"$in": chunk}, **wanted}, session=session).deleted_count
            for chunk in chunks(keys, of=collection)
        )
        if version is not None and deleted != len(keys):
            raise ChangedMeanwhile
    whole = [row for key, write in writes.items() if (row := _row(write, before.get(key))) is not None]
    if whole:
        with _duplicates_named(collection):
            collection.insert_many(whole, ordered=True, session=session)


def _row(write: PendingWrite, before: Document | None) -> Document | None:
    """The document that a write leaves."""
    if isinstance(write, Revision):
        return {**(before or {}), **cast(Document, write.change["$set"])}
    return None if isinstance(write, Removal) else write.document


def _operation(
    write: PendingWrite, *, namespace: str | None = None
) -> "InsertOne[Document] | UpdateOne | ReplaceOne[Document] | DeleteOne":
    if isinstance(write, Insertion):
        return InsertOne(write.document, namespace=namespace)
    if isinstance(write, Revision):
        return UpdateOne(write.old, write.change, namespace=namespace)
    if isinstance(write, Replacement):
        return ReplaceOne(write.old, write.document, upsert=True, namespace=namespace)
    return DeleteOne(write.old, namespace=namespace)


def _is_unconditional(write: PendingWrite) -> bool:
    return isinstance(write, Replacement | Removal)


def _must_match(matched_count: int, upserted_count: int, writes: Sequence[PendingWrite]) -> None:
    """Each revision has to find its document. A replacement finds one, or puts it in."""
    revisions = sum(isinstance(write, Revision) for write in writes)
    replacements = sum(isinstance(write, Replacement) for write in writes)
    if matched_count + upserted_count != revisions + replacements:
        raise ChangedMeanwhile


@contextmanager
def _duplicates_named(collection: Collection[Document]) -> Iterator[None]:
    """Of many writes as of one: `DuplicateKeyError` where a document is there."""
    try:
        yield
    except BulkWriteError as refused:
        if is_duplicate(refused):
            raise DuplicateKeyError(f"a document of {collection.name} is there already", DUPLICATE_KEY) from refused
        raise


def is_duplicate(refused: BulkWriteError) -> bool:
    """Whether many were refused because one of them is there already."""
    return any(error.get("code") == DUPLICATE_KEY for error in refused.details["writeErrors"])
