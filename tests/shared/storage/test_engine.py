"""The profile of an engine is chosen by what the server says of itself, once."""

from pathlib import Path
from typing import Any

import pytest
from pymongo import InsertOne
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.process.service import OUTBOX_INDEX
from shared.storage import engine, indexes
from shared.storage.connection import begin, connect
from shared.storage.engine import EMBEDDED, MONGODB, _known, profile_of
from tests.kit.commands import received

ROOT = Path(engine.__file__).parents[2]


def is_embedded(database: Database[Any]) -> bool:
    return "secantusVersion" in database.command("buildInfo")


def test_g12_the_profile_is_that_of_the_server_and_is_asked_for_once(
    database: Database[dict[str, Any]], mongodb: str
) -> None:
    with received() as commands:
        connected = connect(mongodb, database.name)
        _known.pop(connected.client, None)  # clients of the same servers share what was told
        assert not commands.names, "nothing is asked before it is needed"
        first, second = profile_of(connected), profile_of(connected)
    assert first is second is (EMBEDDED if is_embedded(database) else MONGODB)
    assert commands.names.count("buildInfo") == 1


def test_g12_one_file_alone_knows_the_embedded_engine() -> None:
    named = [
        str(path.relative_to(ROOT))
        for folder in ("shared", "services")
        for path in (ROOT / folder).rglob("*.py")
        if "secantus" in path.read_text().lower()
    ]
    assert set(named) <= {"shared/storage/engine.py", "shared/storage/connection.py"}


def test_g10_what_the_uri_says_of_waiting_and_retrying_is_kept() -> None:
    """MongoDB's driver retries single writes; the URI of the embedded engine says that it must not."""
    options = connect("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=700&retryWrites=false", "x").client.options
    assert (options.server_selection_timeout, options.retry_writes) == (0.7, False)
    options = connect("mongodb://127.0.0.1:1/", "x").client.options
    assert (options.server_selection_timeout, options.retry_writes) == (15.0, True)


def test_g04_what_waits_in_the_outbox_is_found_by_its_index(database: Database[dict[str, Any]]) -> None:
    """However it came to wait: the embedded engine finds nothing by a partial index that begins with `_id`."""
    assert indexes.make(database, [OUTBOX_INDEX]) == []
    outbox = database["outbox"]
    outbox.insert_many([{"_id": str(number), "is_sent": False} for number in range(5)])

    def waiting() -> list[str]:
        return [row["_id"] for row in outbox.find({"is_sent": False}).sort("_id", 1)]

    assert waiting() == ["0", "1", "2", "3", "4"]
    outbox.update_many({"_id": {"$in": ["0", "1", "3"]}}, {"$set": {"is_sent": True}})
    assert waiting() == ["2", "4"]
    outbox.update_many({"_id": {"$in": ["0", "3"]}}, {"$set": {"is_sent": False}})
    assert waiting() == ["0", "2", "3", "4"]
    assert outbox.count_documents({"is_sent": False}, limit=10) == 4


def test_g14_the_embedded_engine_still_needs_its_profile(database: Database[dict[str, Any]], mongodb: str) -> None:
    """Goes red when a release of it no longer does: then the line of the profile goes."""
    if not is_embedded(database):
        pytest.skip("about the embedded engine")
    connected = connect(mongodb, database.name)
    database.create_collection("hats")
    with connected.client.start_session() as session, pytest.raises(PyMongoError), begin(session):
        connected.client.bulk_write([InsertOne({"_id": 1}, namespace=f"{database.name}.hats")], session=session)
