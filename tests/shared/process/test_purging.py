"""What was kept long enough goes, a few hundred rows a transaction; what was not, or has no time, stays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from shared.kernel.ids import first_id_at
from shared.kernel.personal import DataClass
from shared.process import purging
from shared.storage import blobs
from shared.storage.retention import BY_LAW, ID, Retention, for_days, kept
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import DZ, TN, context_on

NOW = datetime(2026, 3, 1, tzinfo=UTC)
THINGS = {"things": for_days(10, since="done_at", why="a test", status="done")}


@pytest.fixture
def context(database: Database[dict[str, Any]], mongodb: str) -> ServiceContext:
    return context_on(database, mongodb, clock=lambda: NOW)


def count(context: ServiceContext, name: str, **equal: object) -> int:
    return context.database[name].count_documents(equal)


def purge(context: ServiceContext, fund_id: str = DZ) -> int:
    return purging.purge_all(context, fund_id, things=THINGS)


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def test_g06_only_what_is_over_goes_and_the_audit_names_it(context: ServiceContext) -> None:
    rows: list[dict[str, Any]] = [
        {"_id": f"{DZ}:{number}", "fund": DZ, "status": "done", "done_at": ago(days=11)} for number in range(450)
    ]
    rows += [
        {"_id": f"{DZ}:young", "fund": DZ, "status": "done", "done_at": ago(days=9)},
        {"_id": f"{DZ}:open", "fund": DZ, "status": "open", "done_at": ago(days=99)},
        {"_id": f"{TN}:old", "fund": TN, "status": "done", "done_at": ago(days=99)},
    ]
    context.database["things"].insert_many(rows)
    assert (purge(context), purge(context)) == (450, 0)
    assert {row["_id"] for row in context.database["things"].find()} == {f"{DZ}:young", f"{DZ}:open", f"{TN}:old"}
    audited: list[Any] = list(context.database["audit"].find({"fund": DZ}))
    records = [record for row in audited for entry in row["entries"] for record in entry["deeds"]]
    assert len(records) == 450 and {record["verb"] for record in records} == {"forgot"}
    assert purge(context, TN) == 1


def test_events_are_known_for_longer_than_they_can_be_republished(context: ServiceContext) -> None:
    assert purging.INBOX_DAYS > purging.OUTBOX_DAYS

    def event(days: int) -> str:
        return first_id_at(ago(days=days))

    waiting, sent, young = (f"{event(days)}/0000" for days in (300, 121, 119))
    context.database["outbox"].insert_many(
        [{"_id": waiting, "is_sent": False}, {"_id": sent, "is_sent": True}, {"_id": young, "is_sent": True}]
    )
    context.database["inbox"].insert_many([{"_id": event(days)} for days in (181, 179, 121)])
    assert purge(context, TN) == 0, "what has no fund goes once, with the first of them"
    assert purge(context) == 2
    assert {row["_id"] for row in context.database["outbox"].find()} == {waiting, young}
    assert {row["_id"] for row in context.database["inbox"].find()} == {event(179), event(121)}


def test_answers_under_a_key_are_kept_for_a_month(context: ServiceContext) -> None:
    keys = [{"_id": f"{DZ}:{days}", "fund": DZ, "at": ago(days=days)} for days in (1, 29, 31)]
    context.database["requests"].insert_many(keys)
    assert purge(context) == 1
    assert count(context, "requests") == 2


def test_letters_that_an_operator_closed_go_and_open_ones_stay(context: ServiceContext) -> None:
    context.database["deadletters"].insert_many(
        [
            {"_id": "closed", "fund": DZ, "is_open": False, "resolved_at": ago(days=401)},
            {"_id": "open", "fund": DZ, "is_open": True, "parked_at": ago(days=999)},
        ]
    )
    purge(context)
    assert [row["_id"] for row in context.database["deadletters"].find()] == ["open"]


def test_pieces_of_an_upload_that_never_came_whole_go_after_a_day(database: Any, mongodb: str) -> None:
    def broken() -> Iterator[bytes]:
        yield bytes(3 * blobs.CHUNK_BYTES)
        raise ConnectionResetError

    def stored(at: datetime, chunks: Iterator[bytes]) -> None:
        blobs.store(
            context_on(database, mongodb, clock=lambda: at), DZ, chunks, data_class=DataClass.HEALTH, size_max=9 << 20
        )

    context = context_on(database, mongodb, clock=lambda: NOW)
    stored(ago(days=2), iter([b"whole"]))
    for hours in (25, 23):
        with pytest.raises(ConnectionResetError):
            stored(ago(hours=hours), broken())
    assert count(context, "blob_pieces") == 7
    assert purge(context) == 1
    assert (count(context, "blob_pieces"), count(context, "blobs_begun"), count(context, "blobs")) == (4, 1, 1)


def test_what_was_recorded_a_moment_before_a_kill_keeps_its_pieces(context: ServiceContext) -> None:
    blobs.store(context, DZ, [b"whole"], data_class=DataClass.HEALTH, size_max=100)
    (blob,) = context.database["blobs"].find()
    begun = {"_id": f"{DZ}:{blob['blob_id']}", "fund": DZ, "blob_id": blob["blob_id"], "at": ago(days=3)}
    context.database["blobs_begun"].insert_one(begun)
    purge(context)
    assert (count(context, "blob_pieces"), count(context, "blobs_begun")) == (1, 0)


def test_a_retention_reads_as_a_sentence() -> None:
    assert THINGS["things"].in_words == "10 days after `done_at`, where `status` is `done`: a test"
    assert for_days(1, since=ID, why="x").in_words == "24 hours after it was made: x"
    either = Retention(why="x", life=timedelta(days=3), since="at", only={"status": ["sent", "failed"]})
    assert either.in_words == "3 days after `at`, where `status` is `sent or failed`: x"
    assert BY_LAW.in_words.startswith("kept: ")


@pytest.mark.parametrize("wrong", [{"why": ""}, {"why": "x", "life": timedelta(1)}, {"why": "x", "since": "at"}])
def test_a_retention_says_why_and_from_when(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a retention has a reason"):
        Retention(**wrong)


def test_what_is_kept_for_good_is_never_over() -> None:
    with pytest.raises(ValueError, match="never over"):
        kept("x").over(NOW)
