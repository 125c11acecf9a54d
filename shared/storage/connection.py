"""The one place where a MongoDB client is made, with the durability that the platform promises."""

import pymongo
from bson.codec_options import CodecOptions
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.kernel.errors import Unavailable

Document = dict[str, object]

SERVER_WAIT_MS = 5_000
POOL_SIZE_MAX = 32

SERVER_FAULTS = frozenset({1, 14031})
"""InternalError (what SecantusDB says when its disk is full) and OutOfDiskSpace: nothing is wrong with the question."""

WRITE = WriteConcern(w="majority", j=True)
READ = ReadConcern("majority")


class DatabaseUnavailable(Unavailable):
    """The database does not answer, or not in time."""

    code = "platform.database-unavailable"


def connect(uri: str, database: str) -> Database[Document]:
    """A service's own database. Called after a fork, never on import: the client is not fork-safe."""
    client: pymongo.MongoClient[Document] = pymongo.MongoClient(
        uri,
        serverSelectionTimeoutMS=SERVER_WAIT_MS,
        socketTimeoutMS=60_000,
        maxPoolSize=POOL_SIZE_MAX,
        retryWrites=False,  # transactions are rerun whole; SecantusDB slows as its record of retryable writes grows
    )
    options: CodecOptions[Document] = CodecOptions(tz_aware=True)
    return client.get_database(database, codec_options=options, write_concern=WRITE, read_concern=READ)


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
