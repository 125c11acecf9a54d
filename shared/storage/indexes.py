"""The indexes that a service declares: created by `migrate` before anything else runs, and only checked by the other
processes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pymongo
from pymongo.database import Database
from pymongo.errors import CollectionInvalid, OperationFailure

from shared.storage.connection import Document, is_gone

CONFLICTS = frozenset({85, 86})
DUPLICATES = 11000
REFUSALS = frozenset({13, 8000})
IN_USE = 48
NOT_THERE = frozenset({26, 27})


@dataclass(frozen=True, kw_only=True)
class DeclaredIndex:
    """One index of a collection, whole: the fund among its fields. With `where`, of these documents alone."""

    collection: str
    fields: tuple[str, ...]
    unique: bool = False
    where: Mapping[str, object] | None = None

    @property
    def name(self) -> str:
        """As MongoDB names it by itself; one of some documents bears the fields that choose them too."""
        chosen = "".join(f"_where_{field}" for field in self.where or ())
        return "_".join(f"{field}_1" for field in self.fields) + chosen

    def __str__(self) -> str:
        return f"{self.collection} ({', '.join(self.fields)})" + (" of some" if self.where else "")


def create_collections(database: Database[Document], names: Iterable[str]) -> None:
    """Create them: a collection that a transaction creates implicitly makes others conflict."""
    there = set(database.list_collection_names())
    for name in sorted(set(names) - there):
        try:
            database.create_collection(name)
        except CollectionInvalid:
            continue  # another migration was faster
        except OperationFailure as refused:
            if refused.code != IN_USE:
                raise


def make(database: Database[Document], indexes: Sequence[DeclaredIndex]) -> list[str]:
    """Make those that are not there; what stands in the way, a sentence each. One that is refused stops no other."""
    refused: list[str] = []
    for index in indexes:
        options: dict[str, Any] = {"name": index.name, "unique": index.unique}
        if index.where is not None:
            options["partialFilterExpression"] = dict(index.where)
        try:
            database[index.collection].create_index([(field, pymongo.ASCENDING) for field in index.fields], **options)
        except OperationFailure as failure:
            if is_gone(failure):
                raise
            refused.append(_sentence(index, failure))
    return refused


def missing(database: Database[Document], indexes: Sequence[DeclaredIndex]) -> list[str]:
    """Those that are not there as they are declared, by what they are of."""
    lacking: list[str] = []
    for name in sorted({index.collection for index in indexes}):
        there = _there(database, name)
        wanted = [index for index in indexes if index.collection == name]
        lacking += [str(index) for index in wanted if _described(index) not in there]
    return lacking


def retire(database: Database[Document], retired: Mapping[str, Sequence[str]]) -> list[str]:
    """Drop indexes that an earlier release made and nothing asks for; which they were."""
    dropped = []
    for collection, names in retired.items():
        for name in names:
            try:
                database[collection].drop_index(name)
            except OperationFailure as failure:
                if failure.code not in NOT_THERE:
                    raise
            else:
                dropped.append(f"{collection}.{name}")
    return dropped


def _there(database: Database[Document], collection: str) -> list[Document]:
    try:
        return [
            {
                "fields": tuple(found["key"]),
                "unique": bool(found.get("unique", False)),
                "where": dict(found["partialFilterExpression"]) if "partialFilterExpression" in found else None,
            }
            for found in database[collection].list_indexes()
        ]
    except OperationFailure as failure:
        if failure.code in NOT_THERE:
            return []
        raise


def _described(index: DeclaredIndex) -> Document:
    where = dict(index.where) if index.where is not None else None
    return {"fields": index.fields, "unique": index.unique, "where": where}


def _sentence(index: DeclaredIndex, failure: OperationFailure) -> str:
    """What stands in the way. Never the server's own words: they may hold a value."""
    if failure.code in CONFLICTS:
        return f"{index}: an index of this name or these fields has other options; drop it, then migrate again"
    if failure.code == DUPLICATES:
        return f"{index}: must be unique, and several documents have the same values; resolve them, then migrate again"
    if failure.code in REFUSALS:
        return f"{index}: this user may not make indexes here; it needs readWrite on its own database"
    return f"{index}: the server refused it with code {failure.code}"
