"""Shelves: where a subject's store keeps its things, each with a version that a later writer must know."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from shared.kernel.errors import Missing
from shared.kernel.outcome import Outcome
from shared.storage.connection import Document
from shared.storage.platform import ChangedMeanwhile
from shared.storage.work import Work

FIND_MAX = 1_000


class Versioned(Protocol):
    """A frozen dataclass with the field `version`: 0 before it is first kept."""

    @property
    def version(self) -> int: ...


Kept = TypeVar("Kept", bound=Versioned)


@dataclasses.dataclass(frozen=True)
class Index:
    """Fields that are looked up together. The fund is always the first; add it is nobody's task."""

    fields: tuple[str, ...]
    unique: bool = False
    where: Mapping[str, object] | None = None


class Shelf(Generic[Kept]):
    """Keeps things of one kind under their key, per fund, and tells their events."""

    def __init__(
        self, name: str, kind: type[Kept], *, key: str, missing: type[Missing], indexes: Sequence[Index] = ()
    ) -> None:
        self.name = name
        self.kind = kind
        self.key = key
        self.missing = missing
        self.indexes = indexes

    def find(self, work: Work, key: str) -> Kept | None:
        """The thing, or None."""
        found = work.drawer(self.name).find_one(key)
        return None if found is None else self._thing(found)

    def load(self, work: Work, key: str) -> Kept:
        """The thing, or the subject's own Missing."""
        found = self.find(work, key)
        if found is None:
            raise self.missing
        return found

    def find_all(
        self, work: Work, *, limit: int = FIND_MAX, sort: Sequence[tuple[str, int]] = (), **equal: object
    ) -> list[Kept]:
        """Things whose fields equal what is given; the matches should be few by construction."""
        found = work.drawer(self.name).find(equal, limit=limit, sort=sort)
        return [self._thing(document) for document in found]

    def find_only(self, work: Work, **equal: object) -> Kept | None:
        """The thing with these values of a unique index, or None."""
        found = work.drawer(self.name).find(equal, limit=1)
        return self._thing(found[0]) if found else None

    def keep(self, work: Work, outcome: Outcome[Kept]) -> Kept:
        """Save what a rule answered and tell its events. `ChangedMeanwhile` where another writer was first."""
        thing = outcome.thing
        kept: Kept = dataclasses.replace(thing, version=thing.version + 1)  # type: ignore[type-var]
        key = str(getattr(kept, self.key))
        drawer = work.drawer(self.name)
        if thing.version == 0:
            drawer.insert(key, as_document(kept))
        elif not drawer.update(key, {"$set": as_document(kept)}, version=thing.version):
            raise ChangedMeanwhile
        work.note("kept", self.name, key, version=kept.version)
        for event in outcome.events:
            work.tell(event, version=kept.version)
        return kept

    def add_many(self, work: Work, things: Iterable[Kept], *, part_of: str) -> None:
        """Save many new things at once, with one line of audit; `part_of` names what they came with."""
        documents = {
            str(getattr(thing, self.key)): as_document(dataclasses.replace(thing, version=1))  # type: ignore[type-var]
            for thing in things
        }
        work.drawer(self.name).insert_many(documents)
        work.note("added-many", self.name, part_of, version=len(documents))

    def _thing(self, document: Document) -> Kept:
        return as_thing(document, self.kind)


def as_document(thing: Any) -> Document:
    """A thing as the database keeps it: dates and decimals as text, instants and bytes as they are."""
    document: Document = msgspec.to_builtins(thing, builtin_types=(bytes, datetime))
    return document


Read = TypeVar("Read")


def as_thing(document: Mapping[str, object], kind: type[Read]) -> Read:
    """A thing read back; what the class itself refuses to build is refused here too."""
    return msgspec.convert(document, kind, builtin_types=(bytes, datetime))
