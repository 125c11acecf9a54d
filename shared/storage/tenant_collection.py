"""A collection as one fund sees it: the fund stands in every id and every query.

What is written inside a transaction waits with its other writes (`pending_writes.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import bson
from pymongo import UpdateMany, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from shared.storage.connection import Document
from shared.storage.engine import chunks, profile_of
from shared.storage.pending_writes import (
    ChangedMeanwhile,
    Insertion,
    PendingWrites,
    Removal,
    Replacement,
    Revision,
    rewrite,
)
from shared.storage.read_ahead import ReadAhead
from shared.telemetry.database_spans import spanned

FEW_MAX = 20
"""So many new documents of one thing wait with those of the next, where each event brings some."""
ALIKE_MIN = 10
"""So many documents that change in the same way are changed by one command for all of them."""


@dataclass(frozen=True)
class TenantCollection:
    """A collection of one fund: the fund stands in every id and every query, so no query can be without it.

    Inside a transaction writes wait in `writes`; without one they are made at once.
    """

    collection: Collection[Document]
    fund_id: str
    writes: PendingWrites | None

    @property
    def ahead(self) -> ReadAhead | None:
        return self.writes.ahead if self.writes else None

    @property
    def session(self) -> ClientSession | None:
        return self.writes.session if self.writes else None

    def key(self, local_id: str) -> str:
        return f"{self.fund_id}:{local_id}"

    def find_one(self, local_id: str) -> Document | None:
        key, ahead, name = self.key(local_id), self.ahead, self.collection.name
        if ahead is None or not ahead.is_on(name):
            return self._find_one(key)
        if not ahead.knows(name, key):
            ahead.keep(name, {key: self._find_one(key)})
        return ahead.document(name, key)

    @spanned("find")
    def _find_one(self, key: str) -> Document | None:
        return self.collection.find_one(self._its(self._flushed(key)), session=self.session)

    def find(self, equal: Mapping[str, object], *, limit: int, sort: Sequence[tuple[str, int]] = ()) -> list[Document]:
        """At most `limit` documents. Their matches should be few: the embedded engine pays for each one."""
        equal, ahead = {"fund": self.fund_id, **equal}, self.ahead
        known = ahead.answer(self.collection.name, equal, sort=sort) if ahead else None
        return self._find(equal, limit=limit, sort=sort) if known is None else known[:limit]

    @spanned("find")
    def _find(self, equal: Mapping[str, object], *, limit: int, sort: Sequence[tuple[str, int]]) -> list[Document]:
        self._flush()
        found = self.collection.find(equal, session=self.session, limit=limit)
        return self._remembered(list(found.sort(list(sort)) if sort else found))

    def find_keys(self, local_ids: Iterable[str]) -> list[Document]:
        """Those of the documents that are there, queried in chunks that suit the engine."""
        keys, ahead, name = [self.key(local_id) for local_id in local_ids], self.ahead, self.collection.name
        if ahead is None or not all(ahead.knows(name, key) for key in keys):
            return self._find_keys(keys)
        return [found for key in keys if (found := ahead.document(name, key)) is not None]

    @spanned("find")
    def _find_keys(self, keys: Sequence[str]) -> list[Document]:
        if keys:
            self._flush(*keys)
        found = [
            document
            for chunk in chunks(keys, of=self.collection)
            for document in self.collection.find({"_id": {"$in": chunk}, "fund": self.fund_id}, session=self.session)
        ]
        return self._remembered(found)

    def find_among(self, field: str, values: Iterable[str], equal: Mapping[str, object]) -> list[Document]:
        """The documents of which a field has one of some values, beside what they equal: queried in chunks that suit
        the engine. It uses an index of what is equal with this field behind it. Few documents have each value."""
        wanted, ahead, name = sorted(set(values)), self.ahead, self.collection.name
        if ahead is None or not ahead.is_on(name):
            return self._find_among(field, wanted, equal)
        known = [ahead.answer(name, {"fund": self.fund_id, **equal, field: value}) for value in wanted]
        if any(found is None for found in known):
            return self._find_among(field, wanted, equal)
        return [document for found in known for document in found or ()]

    @spanned("find")
    def _find_among(self, field: str, values: Sequence[str], equal: Mapping[str, object]) -> list[Document]:
        if values:
            self._flush()
        found = [
            document
            for chunk in chunks(values, of=self.collection)
            for document in self.collection.find(
                {"fund": self.fund_id, **equal, field: {"$in": chunk}}, session=self.session
            )
        ]
        return self._remembered(found)

    def read_ahead(self, local_ids: Iterable[str]) -> None:
        """Ask at once for documents that will be looked up by their ids. In a transaction only, as below."""
        if self.writes is not None:
            ahead, name = self.writes.ahead, self.collection.name
            keys = {key: None for local_id in local_ids if not ahead.knows(name, key := self.key(local_id))}
            found = {str(row["_id"]): row for row in self._find_keys(list(keys))}
            ahead.keep(name, {key: found.get(key) for key in keys})

    def read_ahead_among(self, field: str, values: Iterable[str], equal: Mapping[str, str]) -> None:
        """Ask at once what `find` will be asked for each of some values of a field, beside what they equal."""
        if self.writes is not None and (wanted := set(values)):
            found = self._find_among(field, sorted(wanted), equal)
            asked = [{"fund": self.fund_id, **equal, field: value} for value in wanted]
            self.writes.ahead.keep_answers(self.collection.name, asked, found)

    def insert(self, local_id: str, document: Mapping[str, object]) -> None:
        """Put a new document in. `DuplicateKeyError`, now or when it is written, where there is one of that id."""
        key, whole = self._whole(local_id, document)
        if self.writes is None:
            self.collection.insert_one(whole)
        else:
            self.writes.defer(self.collection, key, Insertion(whole))

    def insert_many(self, documents: Mapping[str, Mapping[str, object]]) -> None:
        """Documents by local id; few of them wait as in `insert`, many go in batches that the server takes whole."""
        if self.writes is not None and len(documents) <= FEW_MAX:
            for local_id, document in documents.items():
                self.insert(local_id, document)
        elif documents:
            self._insert_many([self._whole(local_id, row)[1] for local_id, row in documents.items()])

    @spanned("insert")
    def _insert_many(self, rows: Sequence[Document]) -> None:
        self._flush()
        self._forget_ahead()
        self.collection.insert_many(rows, ordered=True, session=self.session)

    def revise(self, local_id: str, document: Mapping[str, object], *, version: int) -> None:
        """Set the fields of the document of that version. `ChangedMeanwhile`, now or when it is written, where there is
        none. Fields that a later release added stay: the two may run side by side."""
        key, whole = self._whole(local_id, document)
        old, change = {**self._its(key), "version": version}, {"$set": whole}
        if self.writes is not None:
            self.writes.defer(self.collection, key, Revision(old, change))
        elif not self.collection.update_one(old, change).matched_count:
            raise ChangedMeanwhile

    @spanned("replace")
    def replace_many(self, documents: Mapping[str, Mapping[str, object]]) -> None:
        """Set the fields of documents whose version is one less than the new one; `ChangedMeanwhile` where one's is
        not. Fields that a later release added stay, as in `revise`.

        Of documents that were read in the same transaction only what differs is written, and those that change in the
        same way are changed together.
        """
        rows = [self._whole(local_id, row)[1] for local_id, row in documents.items()]
        if not rows:
            return
        self._flush()
        self._forget_ahead()
        groups, others = self._alike(rows)
        operations: list[UpdateMany | UpdateOne] = [
            UpdateMany(
                {"_id": {"$in": chunk}, "fund": self.fund_id, "version": _version_before(group[0])},
                {"$set": self._change(group[0])},
            )
            for group in groups
            for chunk in chunks([str(row["_id"]) for row in group], of=self.collection)
        ]
        if profile_of(self.collection.database).replaces_by_deleting:
            self._delete_and_insert(others)
            others = []
        operations += [
            UpdateOne({**self._its(str(row["_id"])), "version": _version_before(row)}, {"$set": self._change(row)})
            for row in others
        ]
        if operations:
            made = self.collection.bulk_write(operations, ordered=False, session=self.session)
            if made.matched_count != sum(map(len, groups)) + len(others):
                raise ChangedMeanwhile

    @spanned("update")
    def touch_many(self, versions: Mapping[str, int]) -> None:
        """Count up the version of documents, by local id; `ChangedMeanwhile` where one has another version."""
        by_version: dict[int, list[str]] = {}
        for local_id, version in versions.items():
            by_version.setdefault(version, []).append(self.key(local_id))
        self._flush()
        self._forget()
        for version, keys in by_version.items():
            for chunk in chunks(keys, of=self.collection):
                wanted: Document = {"_id": {"$in": chunk}, "fund": self.fund_id, "version": version}
                made = self.collection.update_many(wanted, {"$inc": {"version": 1}}, session=self.session)
                if made.matched_count != len(chunk):
                    raise ChangedMeanwhile

    def _alike(self, rows: Sequence[Document]) -> tuple[list[list[Document]], list[Document]]:
        """Rows of the same change in groups, and those whose change is not that of enough others."""
        groups: dict[bytes, list[Document]] = {}
        others: list[Document] = []
        for row in rows:
            change = self._change(row)
            if change is row:
                others.append(row)
            else:
                groups.setdefault(bson.encode(change), []).append(row)
        others += [row for group in groups.values() if len(group) < ALIKE_MIN for row in group]
        return [group for group in groups.values() if len(group) >= ALIKE_MIN], others

    def _change(self, row: Document) -> Document:
        """What of a row differs from the document that it replaces; the row itself where that was not read."""
        before = self._as_read(row)
        if before is None:
            return row
        return {name: value for name, value in row.items() if name not in before or before[name] != value}

    def _as_read(self, row: Document) -> Document | None:
        if self.writes is None:
            return None
        return self.writes.as_read(self.collection, str(row["_id"]), version=_version_before(row))

    def _delete_and_insert(self, rows: Sequence[Document]) -> None:
        revisions = {
            str(row["_id"]): Revision({**self._its(str(row["_id"])), "version": _version_before(row)}, {"$set": row})
            for row in rows
        }
        as_read = {str(row["_id"]): self._as_read(row) for row in rows}
        rewrite(self.collection, revisions, known=lambda key, _: as_read[key], session=self.session)

    @spanned("update")
    def update(self, local_id: str, change: Mapping[str, object], **equal: object) -> bool:
        """Apply an update document to one document if it still equals what is given; whether it did."""
        key = self._flushed(self.key(local_id))
        self._forget()
        found = self.collection.update_one({**self._its(key), **equal}, change, session=self.session)
        return found.matched_count == 1

    @spanned("update")
    def update_keys(self, ids: Sequence[str], change: Mapping[str, object]) -> None:
        """Apply an update document to the documents with these whole ids, by parts, as in `find_keys`."""
        self._forget()
        for chunk in chunks(ids, of=self.collection):
            self._flush()
            self.collection.update_many({"_id": {"$in": chunk}, "fund": self.fund_id}, change, session=self.session)

    @spanned("update")
    def update_all(self, equal: Mapping[str, object], change: Mapping[str, object]) -> int:
        """Apply an update document to all documents that equal what is given; how many. One equality on an index is
        several times faster than many ids."""
        self._flush()
        self._forget()
        return self.collection.update_many({"fund": self.fund_id, **equal}, change, session=self.session).matched_count

    def remove(self, local_id: str) -> None:
        """See that there is no such document."""
        key = self.key(local_id)
        if self.writes is None:
            self.collection.delete_one(self._its(key))
        else:
            self.writes.defer(self.collection, key, Removal(self._its(key)))

    def put(self, local_id: str, document: Mapping[str, object]) -> None:
        """Insert, or replace whatever stands there."""
        key, whole = self._whole(local_id, document)
        if self.writes is None:
            self.collection.replace_one(self._its(key), whole, upsert=True)
        else:
            self.writes.defer(self.collection, key, Replacement(self._its(key), whole))

    def is_held(self, local_id: str) -> bool:
        """Whether this transaction wrote the document and the server does not know of it yet."""
        return self.writes is not None and self.writes.holds(self.collection, self.key(local_id))

    @spanned("count")
    def count(self, equal: Mapping[str, object], *, limit: int | None = None) -> int:
        """How many documents equal what is given; with a limit, counted no further than that."""
        self._flush()
        bounded = {} if limit is None else {"limit": limit}
        return self.collection.count_documents({"fund": self.fund_id, **equal}, session=self.session, **bounded)

    def _its(self, key: str) -> Document:
        """What finds one document. The id says the fund too; a collection that is sharded by fund needs it by name."""
        return {"_id": key, "fund": self.fund_id}

    def _whole(self, local_id: str, document: Mapping[str, object]) -> tuple[str, Document]:
        key = self.key(local_id)
        return key, {**document, "_id": key, "fund": self.fund_id}

    def _remembered(self, documents: list[Document]) -> list[Document]:
        if self.writes is not None:
            self.writes.remember(self.collection, documents)
        return documents

    def _forget(self) -> None:
        if self.writes is not None:
            self.writes.forget(self.collection)

    def _forget_ahead(self) -> None:
        if self.writes is not None:
            self.writes.ahead.forget(self.collection.name)

    def _flushed(self, key: str) -> str:
        self._flush(key)
        return key

    def _flush(self, *keys: str) -> None:
        """Flush what is pending before it is read."""
        if self.writes is not None:
            self.writes.flush(self.collection, *keys)


def _version_before(row: Document) -> int:
    return int(str(row["version"])) - 1
