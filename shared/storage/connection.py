"""The one place where a MongoDB client is made, and its durability asked for: of each write, read and transaction."""

from contextlib import AbstractContextManager
from typing import Any

import pymongo
from bson.codec_options import CodecOptions
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.uri_parser import parse_uri
from pymongo.write_concern import WriteConcern

from shared.kernel.errors import Unavailable

Document = dict[str, object]

SERVER_WAIT_MS = 15_000
"""For a server that takes writes: an election takes 10 to 12 s. `serverSelectionTimeoutMS` in the URI overrides it."""
SOCKET_WAIT_MS = 60_000
COMMIT_MAX_MS = 30_000
"""The server gives a commit up after this; the driver then reports its outcome as unknown."""
POOL_SIZE_MAX = 32

SERVER_FAULTS = frozenset({1, 14031})
"""InternalError (what SecantusDB says when its disk is full) and OutOfDiskSpace: nothing is wrong with the question."""

WRITE = WriteConcern(w="majority", j=True)
READ = ReadConcern("majority")
READ_IN_TRANSACTION = ReadConcern("snapshot")


class DatabaseUnavailable(Unavailable):
    """The database does not answer, or not in time."""

    code = "platform.database-unavailable"


def connect(uri: str, database: str) -> Database[Document]:
    """A service's own database. Called after a fork, never on import: the client is not fork-safe.

    What the URI says of waiting and of retrying writes is kept; the driver retries single writes unless the URI
    disables it.
    """
    waits: dict[str, Any] = {"serverSelectionTimeoutMS": SERVER_WAIT_MS, "socketTimeoutMS": SOCKET_WAIT_MS}
    given = {name.lower() for name in parse_uri(uri, warn=False)["options"]}
    waits = {name: wait for name, wait in waits.items() if name.lower() not in given}
    client: pymongo.MongoClient[Document] = pymongo.MongoClient(uri, maxPoolSize=POOL_SIZE_MAX, **waits)
    options: CodecOptions[Document] = CodecOptions(tz_aware=True)
    return client.get_database(database, codec_options=options, write_concern=WRITE, read_concern=READ)


def begin(session: ClientSession) -> AbstractContextManager[object]:
    """Start a transaction with the concerns of the platform: one that names none takes those of the client's URI."""
    return session.start_transaction(
        read_concern=READ_IN_TRANSACTION, write_concern=WRITE, max_commit_time_ms=COMMIT_MAX_MS
    )


def answers(database: Database[Document], *, within_s: float) -> bool:
    """Whether the database answers in time: what readiness asks."""
    try:
        with pymongo.timeout(within_s):
            database.command("ping")
    except PyMongoError:
        return False
    return True


def is_gone(error: PyMongoError) -> bool:
    """Whether the database is to blame and not what was asked of it: it may be well again later."""
    if isinstance(error, OperationFailure):
        return error.code in SERVER_FAULTS
    return isinstance(error, ConnectionFailure)
