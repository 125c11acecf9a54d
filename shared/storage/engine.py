"""What differs between MongoDB and the embedded engine, in one place; everything else is written for MongoDB.

The profile is chosen by asking the server what it is. Nothing else in the platform knows an engine by its name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import ref

from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

BULK_WRITE_WIRE = 25
"""The version of the wire protocol that has `bulkWrite` of several collections: MongoDB 8."""


@dataclass(frozen=True, kw_only=True)
class EngineProfile:
    """How one kind of server is best asked.

    `ids_per_query` bounds an `$in` of ids. `begins_with_bulk_write`: a transaction may begin with a `bulkWrite`.
    `replaces_by_deleting`: many documents are replaced fastest by deleting and inserting them.
    `retries_writes`: whether the driver may retry single writes; the URI of a server that must not says so itself.
    """

    name: str
    ids_per_query: int
    begins_with_bulk_write: bool
    replaces_by_deleting: bool
    retries_writes: bool


MONGODB = EngineProfile(
    name="MongoDB",
    ids_per_query=10_000,
    begins_with_bulk_write=True,
    replaces_by_deleting=False,
    retries_writes=True,
)
EMBEDDED = EngineProfile(
    name="SecantusDB",
    # It compares each match of an `$in` with every value of it: a query of 500 costs a hundred times one of 50.
    ids_per_query=50,
    # It refuses a `bulkWrite` that begins a transaction.
    begins_with_bulk_write=False,
    # A third to a half of the time of as many updates.
    replaces_by_deleting=True,
    # Its record of retryable writes slows every write as it grows.
    retries_writes=False,
)

_known: "dict[int, tuple[ref[MongoClient[Any]], EngineProfile]]" = {}
"""By the client's identity: two clients of one address are equal, and one of them may be gone."""


def profile_of(database: Database[Any]) -> EngineProfile:
    """The profile of the server behind a database: asked once by a process."""
    client = database.client
    seen, found = _known.get(id(client), (None, None))
    if found is None or seen is None or seen() is not client:
        found = _ask(database)
        _known[id(client)] = ref(client), found
    return found


def has_bulk_write(client: MongoClient[Any]) -> bool:
    """Whether every server takes the writes of several collections in one message."""
    servers = client.topology_description.server_descriptions().values()
    return all(server.max_wire_version >= BULK_WRITE_WIRE for server in servers)


def _ask(database: Database[Any]) -> EngineProfile:
    try:
        answer = database.command("buildInfo")
    except OperationFailure:  # a server that does not say what it is gets what MongoDB gets
        return MONGODB
    return EMBEDDED if "secantusVersion" in answer else MONGODB


def chunks(keys: Sequence[str], *, of: Collection[Any]) -> Iterator[list[str]]:
    """Ids in chunks of as many as one query to this engine should name."""
    size = profile_of(of.database).ids_per_query
    for start in range(0, len(keys), size):
        yield list(keys[start : start + size])
