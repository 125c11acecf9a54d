"""Repositories: where a subject's store keeps its things, each with a version for optimistic concurrency control."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from shared.kernel.errors import Missing
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.connection import Document
from shared.storage.paging import Order, Page, PageRequest, after, cursor_at
from shared.storage.retention import Retention
from shared.storage.unit_of_work import UnitOfWork

FIND_MAX = 1_000


class TooManyFound(Exception):
    """A query that should find few things finds too many to hold in memory: a programming error, it has to be paged."""


class Versioned(Protocol):
    """A frozen dataclass with the field `version`: 0 before it is first saved."""

    @property
    def version(self) -> int: ...


Kept = TypeVar("Kept", bound=Versioned)


@dataclasses.dataclass(frozen=True)
class Index:
    """Fields that are looked up together. The fund is always the first field and need not be added.

    With `where` it is a partial index: with `unique` as well, the database enforces a rule "at most one active thing
    per …". Only equality and `$in` on stored values; a query must contain the same condition to use it.
    """

    fields: tuple[str, ...]
    unique: bool = False
    where: Mapping[str, object] | None = None


class Repository(Generic[Kept]):
    """Stores things of one kind under their key, per fund, and publishes their events.

    `retention` states how long rows are kept and why; one periodic task of the service purges them. `encrypted` names
    the fields that are stored encrypted, with their class; they belong to the value of the field `associated_data`, or
    of the first of several such fields that is not empty.
    `received_encrypted` names those that another service encrypted, for the same value; they are stored as they were
    received.
    """

    def __init__(
        self,
        name: str,
        kind: type[Kept],
        *,
        key: str,
        missing: type[Missing],
        retention: Retention,
        indexes: Sequence[Index] = (),
        encrypted: Mapping[str, DataClass] | None = None,
        received_encrypted: Mapping[str, DataClass] | None = None,
        associated_data: str | tuple[str, ...] = "",
    ) -> None:
        self.name = name
        self.kind = kind
        self.key = key
        self.missing = missing
        self.retention = retention
        self.indexes = (*indexes, *([Index(retention.fields)] if retention.fields else []))
        self.encrypted = encrypted or {}
        self.received_encrypted = received_encrypted or {}
        self.owner_fields = (associated_data,) if isinstance(associated_data, str) else associated_data

    def find(self, uow: UnitOfWork, key: str) -> Kept | None:
        """The thing, or None."""
        found = uow.collection(self.name).find_one(key)
        return None if found is None else self._thing(uow, found)

    def load(self, uow: UnitOfWork, key: str) -> Kept:
        """The thing, or the subject's own Missing."""
        found = self.find(uow, key)
        if found is None:
            raise self.missing
        return found

    def find_all(
        self, uow: UnitOfWork, *, limit: int | None = None, sort: Sequence[tuple[str, int]] = (), **equal: object
    ) -> list[Kept]:
        """Things whose fields equal what is given: all of them, few by construction, or with a limit the first so many.

        Raises `TooManyFound` where there are more than `FIND_MAX`: a list is never cut off silently.
        """
        found = uow.collection(self.name).find(equal, limit=FIND_MAX + 1 if limit is None else limit, sort=sort)
        if limit is None and len(found) > FIND_MAX:
            raise TooManyFound(f"{self.name}: more than {FIND_MAX} by {', '.join(sorted(equal))}")
        return [self._thing(uow, document) for document in found]

    def page(self, uow: UnitOfWork, *, order: Order, wanted: PageRequest, **filters: object) -> Page[Kept]:
        """One page of the things that the filters let through, sorted by an index. Raises `CursorMalformed`."""
        beyond = after(order, wanted.cursor, filters=filters)
        both = {**filters, **beyond}
        if filters.keys() & beyond.keys():  # a range of the caller's over the field that is sorted by
            both = {"$and": [filters, beyond]}
        found = uow.collection(self.name).find(both, limit=wanted.limit + 1, sort=order.sort)
        shown = found[: wanted.limit]
        is_last = len(found) <= wanted.limit
        return Page(
            items=[self._thing(uow, document) for document in shown],
            next=None if is_last else cursor_at(order, shown[-1], filters=filters),
        )

    def each(self, uow: UnitOfWork, *, order: Order, **filters: object) -> Iterator[Kept]:
        """All the things that the filters let through, sorted by an index: for what may be many, read page by page."""
        wanted: PageRequest | None = PageRequest()
        while wanted is not None:
            page = self.page(uow, order=order, wanted=wanted, **filters)
            yield from page.items
            wanted = PageRequest(cursor=page.next) if page.next else None

    def find_only(self, uow: UnitOfWork, **equal: object) -> Kept | None:
        """The thing with these values of a unique index, or None."""
        found = uow.collection(self.name).find(equal, limit=1)
        return self._thing(uow, found[0]) if found else None

    def save(self, uow: UnitOfWork, outcome: Outcome[Kept]) -> Kept:
        """Save the outcome of a rule and publish its events. `ChangedMeanwhile`, now or when it is written, after a
        concurrent change."""
        thing = outcome.thing
        kept: Kept = dataclasses.replace(thing, version=thing.version + 1)  # type: ignore[type-var]
        key = str(getattr(kept, self.key))
        tenant_collection = uow.collection(self.name)
        if thing.version == 0:
            tenant_collection.insert(key, self._document(uow, kept))
        else:
            tenant_collection.revise(key, self._document(uow, kept), version=thing.version)
        uow.note("kept", self.name, key, version=kept.version)
        for event in outcome.events:
            uow.publish(event, version=kept.version)
        return kept

    def find_many(self, uow: UnitOfWork, keys: Iterable[str]) -> dict[str, Kept]:
        """Those of the things that are there, by key."""
        found = uow.collection(self.name).find_keys(keys)
        return {str(document[self.key]): self._thing(uow, document) for document in found}

    def find_among(self, uow: UnitOfWork, field: str, values: Iterable[str], **equal: object) -> list[Kept]:
        """The things of which a field has one of some values, beside what they equal; few by construction for each.
        An index has to begin with what is equal and go on with the field."""
        found = uow.collection(self.name).find_among(field, values, equal)
        return [self._thing(uow, document) for document in found]

    def read_ahead(self, uow: UnitOfWork, keys: Iterable[str]) -> None:
        """Ask at once for what a batch is going to look up one by one: `find`, `load` and `find_many` of these keys are
        answered without the database, as this transaction leaves them, and what it saves of them is written together.
        """
        uow.collection(self.name).read_ahead(keys)

    def read_ahead_among(self, uow: UnitOfWork, field: str, values: Iterable[str], **equal: str) -> None:
        """The same of what `find_only`, `find_all`, `page` and `each` are asked with one of some values of a field and
        these equal: as in `find_among`."""
        uow.collection(self.name).read_ahead_among(field, values, equal)

    def touch_many(self, uow: UnitOfWork, things: Iterable[Kept], *, part_of: str) -> None:
        """Give things their next version and nothing else: who changes one of them concurrently meets with it.
        `ChangedMeanwhile` where one was changed."""
        versions = {str(getattr(thing, self.key)): thing.version for thing in things}
        uow.collection(self.name).touch_many(versions)
        uow.note("kept-many", self.name, part_of, version=len(versions))

    def save_many(self, uow: UnitOfWork, things: Iterable[Kept], *, part_of: str) -> None:
        """Save many things at once, with one audit record; `part_of` names what they belong to."""
        kept = {
            str(getattr(thing, self.key)): dataclasses.replace(thing, version=thing.version + 1)  # type: ignore[type-var]
            for thing in things
        }
        tenant_collection = uow.collection(self.name)
        tenant_collection.insert_many(
            {key: self._document(uow, thing) for key, thing in kept.items() if thing.version == 1}
        )
        changed = {key: self._document(uow, thing) for key, thing in kept.items() if thing.version > 1}
        if changed:
            tenant_collection.replace_many(changed)
        uow.note("kept-many", self.name, part_of, version=len(kept))

    def associated_data_of(self, document: Mapping[str, object]) -> str:
        """What the encrypted values of a document belong to."""
        return next((owner for field in self.owner_fields if (owner := str(document.get(field) or ""))), "")

    def _document(self, uow: UnitOfWork, thing: Kept) -> Document:
        document = as_document(thing)
        owner = self.associated_data_of(document)
        for name, data_class in self.encrypted.items():
            clear = msgspec.json.encode(getattr(thing, name))
            document[name] = uow.keys.encrypt(clear, data_class=data_class, associated_data=owner)
        return document

    def _thing(self, uow: UnitOfWork, document: Document) -> Kept:
        opened, owner = dict(document), self.associated_data_of(document)
        for name, data_class in self.encrypted.items():
            if name not in document:
                continue  # a row of a release that did not have the field: its default stands
            clear = uow.keys.decrypt_bytes(Encrypted(str(document[name])), data_class=data_class, associated_data=owner)
            opened[name] = msgspec.json.decode(clear)
        return as_thing(opened, self.kind)


def as_document(thing: Any) -> Document:
    """A thing as the database keeps it: dates and decimals as text, instants and bytes as they are."""
    document: Document = msgspec.to_builtins(thing, builtin_types=(bytes, datetime))
    return document


Read = TypeVar("Read")


def as_thing(document: Mapping[str, object], kind: type[Read]) -> Read:
    """A thing read back; what the class itself refuses to build is refused here too."""
    return msgspec.convert(document, kind)
