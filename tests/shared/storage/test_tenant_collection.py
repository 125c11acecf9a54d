"""Writes wait and are made together, and whoever reads in the same transaction sees them as if they had not waited."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.monitoring import CommandListener, CommandStartedEvent

from shared.storage import pending_writes
from shared.storage import tenant_collection as tenant_collections
from shared.storage.engine import EMBEDDED, MONGODB, EngineProfile, _known, has_bulk_write
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.contexts import DZ, TN, context_on, someone

PLAIN = {"colour": "red", "version": 1}


def act(context: ServiceContext, action: Callable[[UnitOfWork], Any], fund: str = DZ) -> Any:
    return context.run(fund, by=someone(), cause="test", action=action)


@pytest.fixture(params=[MONGODB, EMBEDDED], ids=lambda profile: profile.name)
def engine(request: pytest.FixtureRequest, context: ServiceContext, monkeypatch: pytest.MonkeyPatch) -> EngineProfile:
    """Either way of asking, on whatever engine the tests run."""
    profile: EngineProfile = request.param
    monkeypatch.setitem(_known, context.database.client, replace(profile, begins_with_bulk_write=False))
    return profile


def colours(database: Database[dict[str, Any]]) -> dict[str, str]:
    return {row["_id"]: row["colour"] for row in database["hats"].find()}


READS: dict[str, tuple[Callable[[UnitOfWork], Any], Any]] = {
    "by its id": (lambda uow: uow.collection("hats").find_one("a")["colour"], "red"),  # type: ignore[index]
    "by ids": (lambda uow: len(uow.collection("hats").find_keys(["a", "none"])), 1),
    "by a field": (lambda uow: len(uow.collection("hats").find({"colour": "red"}, limit=5)), 1),
    "by counting": (lambda uow: uow.collection("hats").count({"colour": "red"}), 1),
    "by values of a field": (lambda uow: len(uow.collection("hats").find_among("colour", ["red", "blue"], {})), 1),
    "by an update": (lambda uow: uow.collection("hats").update("a", {"$set": {"colour": "blue"}}), True),
    "by an update of all": (lambda uow: uow.collection("hats").update_all({"colour": "red"}, {"$set": {"x": 1}}), 1),
}


@pytest.mark.parametrize("how", READS)
def test_what_waits_is_seen(context: ServiceContext, how: str) -> None:
    read, expected = READS[how]

    def write_then_read(uow: UnitOfWork) -> Any:
        uow.collection("hats").insert("a", PLAIN)
        return read(uow)

    assert act(context, write_then_read) == expected


def test_a_thing_put_in_and_revised_twice_ends_as_last_written(
    context: ServiceContext, database: Database[dict[str, Any]]
) -> None:
    def change(uow: UnitOfWork) -> None:
        hats = uow.collection("hats")
        hats.insert("a", PLAIN)
        hats.revise("a", {"colour": "blue", "version": 2}, version=1)
        hats.revise("a", {"colour": "green", "version": 3}, version=2)
        hats.insert("b", PLAIN)
        hats.remove("b")

    act(context, change)
    assert colours(database) == {f"{DZ}:a": "green"}


def test_a_revision_keeps_what_a_later_release_added(
    context: ServiceContext, database: Database[dict[str, Any]]
) -> None:
    act(context, lambda uow: uow.collection("hats").insert("a", {**PLAIN, "size": 7}))
    act(context, lambda uow: uow.collection("hats").revise("a", {"colour": "blue", "version": 2}, version=1))
    assert database["hats"].find_one({}, {"_id": 0, "fund": 0}) == {"colour": "blue", "version": 2, "size": 7}


def test_a_revision_of_another_version_or_fund_leaves_nothing(
    context: ServiceContext, database: Database[dict[str, Any]]
) -> None:
    act(context, lambda uow: uow.collection("hats").insert("a", PLAIN))

    def change(uow: UnitOfWork) -> None:
        uow.collection("caps").insert("x", PLAIN)
        uow.collection("hats").revise("a", {"colour": "blue", "version": 3}, version=2)

    for fund in (DZ, TN):
        with pytest.raises(ChangedMeanwhile):
            act(context, change, fund)
    assert colours(database) == {f"{DZ}:a": "red"}
    assert database["caps"].count_documents({}) == 0


def test_many_of_which_one_has_another_version_are_all_left(
    context: ServiceContext, database: Database[dict[str, Any]], engine: EngineProfile
) -> None:
    act(context, lambda uow: uow.collection("hats").insert_many({"a": PLAIN, "b": {**PLAIN, "version": 2}}))
    blue = {"colour": "blue", "version": 2}
    with pytest.raises(ChangedMeanwhile):
        act(context, lambda uow: uow.collection("hats").replace_many({"a": blue, "b": blue}))
    assert colours(database) == {f"{DZ}:a": "red", f"{DZ}:b": "red"}


def test_many_replaced_keep_what_a_later_release_added(
    context: ServiceContext, database: Database[dict[str, Any]], engine: EngineProfile
) -> None:
    """Releases run side by side: the older one saves what the newer one has written."""
    rows = {"a": {**PLAIN, "size": 7}, "b": {**PLAIN, "version": 2, "shape": {"brim": 3}}}
    act(context, lambda uow: uow.collection("hats").insert_many(rows))
    changed = {"a": {"colour": "blue", "version": 2}, "b": {"colour": "green", "version": 3}}
    act(context, lambda uow: uow.collection("hats").replace_many(changed))
    found = {row["_id"]: row for row in database["hats"].find({}, {"fund": 0})}
    assert found == {
        f"{DZ}:a": {"_id": f"{DZ}:a", "colour": "blue", "version": 2, "size": 7},
        f"{DZ}:b": {"_id": f"{DZ}:b", "colour": "green", "version": 3, "shape": {"brim": 3}},
    }


def _hats(count: int) -> dict[str, dict[str, Any]]:
    return {f"{number:03d}": {"colour": "red", "size": number, "version": 1} for number in range(count)}


def test_many_that_change_alike_are_changed_together(
    context: ServiceContext, database: Database[dict[str, Any]], engine: EngineProfile
) -> None:
    """What was read and what changes alike is one command's work; what a later release added stays."""
    hats = _hats(3 * tenant_collections.ALIKE_MIN)
    act(context, lambda uow: uow.collection("hats").insert_many({key: {**row, "x": 1} for key, row in hats.items()}))
    odd = "007"

    def change(uow: UnitOfWork) -> None:
        uow.collection("hats").find_keys(hats)
        changed = {key: {**row, "colour": "blue", "version": 2} for key, row in hats.items()}
        changed[odd]["colour"] = "green"
        uow.collection("hats").replace_many(changed)

    act(context, change)
    expected = {
        f"{DZ}:{key}": {**row, "colour": "green" if key == odd else "blue", "version": 2, "x": 1}
        for key, row in hats.items()
    }
    found = {row.pop("_id"): row for row in database["hats"].find({}, {"fund": 0})}
    assert found == expected


def test_many_that_change_alike_of_which_one_was_changed_meanwhile_are_all_left(
    context: ServiceContext, database: Database[dict[str, Any]], engine: EngineProfile
) -> None:
    hats = _hats(2 * tenant_collections.ALIKE_MIN)
    act(context, lambda uow: uow.collection("hats").insert_many(hats))

    def change(uow: UnitOfWork) -> None:
        tenant_collection = uow.collection("hats")
        tenant_collection.find_keys(hats)
        tenant_collection.revise("003", {**hats["003"], "version": 2}, version=1)
        tenant_collection.replace_many({key: {**row, "colour": "blue", "version": 2} for key, row in hats.items()})

    with pytest.raises(ChangedMeanwhile):
        act(context, change)
    assert set(colours(database).values()) == {"red"}


def test_what_was_changed_without_a_new_version_is_not_taken_for_what_was_read(
    context: ServiceContext, database: Database[dict[str, Any]], engine: EngineProfile
) -> None:
    hats = _hats(2 * tenant_collections.ALIKE_MIN)
    act(context, lambda uow: uow.collection("hats").insert_many(hats))

    def change(uow: UnitOfWork) -> None:
        tenant_collection = uow.collection("hats")
        tenant_collection.find({"colour": "red"}, limit=100)
        tenant_collection.update_all({"colour": "red"}, {"$set": {"colour": "grey"}})
        tenant_collection.replace_many({key: {**row, "version": 2} for key, row in hats.items()})

    act(context, change)
    assert set(colours(database).values()) == {"red"}


def test_more_than_are_remembered_are_replaced_all_the_same(
    context: ServiceContext, database: Database[dict[str, Any]], engine: EngineProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending_writes, "READ_MAX", 15)
    hats = _hats(40)
    act(context, lambda uow: uow.collection("hats").insert_many(hats))

    def change(uow: UnitOfWork) -> None:
        uow.collection("hats").find_keys(hats)
        uow.collection("hats").replace_many({key: {**row, "colour": "blue", "version": 2} for key, row in hats.items()})

    act(context, change)
    assert set(colours(database).values()) == {"blue"} and len(colours(database)) == 40


def test_one_that_is_there_already_leaves_nothing(context: ServiceContext, database: Database[dict[str, Any]]) -> None:
    act(context, lambda uow: uow.collection("hats").insert("a", PLAIN))

    def again(uow: UnitOfWork) -> None:
        uow.collection("hats").insert("b", PLAIN)
        uow.collection("hats").insert("a", PLAIN)

    with pytest.raises(ChangedMeanwhile):  # it was run again, and met the same each time
        act(context, again)
    assert colours(database) == {f"{DZ}:a": "red"}


class _Counting(CommandListener):
    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.names.append(event.command_name)

    def succeeded(self, event: Any) -> None: ...

    def failed(self, event: Any) -> None: ...


def test_many_are_written_in_one_message(database: Database[dict[str, Any]], mongodb: str) -> None:
    counting = _Counting()
    with MongoClient[dict[str, Any]](mongodb, event_listeners=[counting]) as client:
        context = ServiceContext(
            client[database.name], context_on(database, mongodb).funds, context_on(database, mongodb).keys
        )

        def write(uow: UnitOfWork) -> None:
            for number in range(100):
                uow.collection("hats").insert(str(number), PLAIN)

        act(context, write)
    assert counting.names.count("insert") == 1
    assert len(colours(database)) == 100


def test_a_few_of_each_of_many_things_are_written_in_one_message(
    database: Database[dict[str, Any]], mongodb: str
) -> None:
    """As where each event of a batch brings two: many at once go by themselves."""
    counting = _Counting()
    many = tenant_collections.FEW_MAX + 1
    with MongoClient[dict[str, Any]](mongodb, event_listeners=[counting]) as client:
        ground = context_on(database, mongodb)
        context = ServiceContext(client[database.name], ground.funds, ground.keys)

        def write(uow: UnitOfWork) -> None:
            for number in range(40):
                uow.collection("hats").insert_many({f"{number}-{each}": PLAIN for each in range(2)})
            uow.collection("hats").insert_many({f"many-{each}": PLAIN for each in range(many)})

        act(context, write)
    assert counting.names.count("insert") == 2
    assert len(colours(database)) == 80 + many


def test_what_is_little_is_written_in_one_message_for_all_collections(
    database: Database[dict[str, Any]], mongodb: str
) -> None:
    counting = _Counting()
    with MongoClient[dict[str, Any]](mongodb, event_listeners=[counting]) as client:
        ground = context_on(database, mongodb)
        context = ServiceContext(client[database.name], ground.funds, ground.keys)

        def write(uow: UnitOfWork) -> None:
            assert uow.collection("hats").find_one("a") is None
            for name in ("hats", "caps", "shoes"):
                uow.collection(name).insert("a", PLAIN)
            uow.note("kept", "hats", "a")

        act(context, lambda uow: None)  # the process makes itself known
        counting.names.clear()
        is_taken_together = has_bulk_write(client)  # MongoDB 8 and the embedded engine; MongoDB 7 takes four messages
        act(context, write)
    asked = [name for name in counting.names if name in {"find", "insert", "bulkWrite", "commitTransaction"}]
    together = ["bulkWrite"] if is_taken_together else ["insert"] * 4
    assert asked == ["find", *together, "commitTransaction"]
    assert all(database[name].count_documents({}) == 1 for name in ("hats", "caps", "shoes", "audit"))


REFUSED: dict[str, Callable[[UnitOfWork], None]] = {
    "one is there already": lambda uow: uow.collection("hats").insert("a", PLAIN),
    "one has changed": lambda uow: uow.collection("hats").revise("a", {"colour": "blue", "version": 3}, version=2),
}


@pytest.mark.parametrize("how", REFUSED)
def test_of_what_is_written_together_all_is_left_where_one_is_refused(
    context: ServiceContext, database: Database[dict[str, Any]], how: str
) -> None:
    act(context, lambda uow: uow.collection("hats").insert("a", PLAIN))

    def write(uow: UnitOfWork) -> None:
        assert uow.collection("caps").find_one("x") is None
        uow.collection("caps").insert("x", PLAIN)
        REFUSED[how](uow)

    with pytest.raises(ChangedMeanwhile):
        act(context, write)
    assert colours(database) == {f"{DZ}:a": "red"}
    assert database["caps"].count_documents({}) == 0


def test_what_is_put_or_removed_waits_with_the_others_and_ends_as_last_written(
    database: Database[dict[str, Any]], mongodb: str
) -> None:
    counting = _Counting()
    with MongoClient[dict[str, Any]](mongodb, event_listeners=[counting]) as client:
        ground = context_on(database, mongodb)
        context = ServiceContext(client[database.name], ground.funds, ground.keys)

        def begin(uow: UnitOfWork) -> None:
            for name in ("there", "gone", "put-then-removed"):
                uow.collection("hats").insert(name, PLAIN)

        act(context, begin)
        counting.names.clear()

        def write(uow: UnitOfWork) -> None:
            hats = uow.collection("hats")
            for colour in ("green", "blue"):
                hats.put("there", {**PLAIN, "colour": colour})
                hats.put("new", {**PLAIN, "colour": colour})
            hats.put("put-then-removed", PLAIN)
            hats.remove("put-then-removed")
            hats.remove("gone")
            hats.remove("never-there")
            hats.insert("inserted", PLAIN)
            assert hats.is_held("there") and not hats.is_held("other")

        act(context, write)
    assert len([name for name in counting.names if name in {"insert", "update", "delete", "bulkWrite"}]) <= 3
    assert colours(database) == {f"{DZ}:there": "blue", f"{DZ}:new": "blue", f"{DZ}:inserted": "red"}


@pytest.mark.parametrize("is_read_first", [False, True], ids=["by collection", "together"])
def test_what_is_put_stands_beside_a_revision_that_must_match(
    context: ServiceContext, database: Database[dict[str, Any]], is_read_first: bool
) -> None:
    act(context, lambda uow: uow.collection("hats").insert("a", PLAIN))

    def write(uow: UnitOfWork, version: int) -> None:
        if is_read_first:
            uow.collection("caps").find_one("x")
        uow.collection("hats").put("b", PLAIN)
        uow.collection("hats").put("a2", PLAIN)
        uow.collection("hats").revise("a", {"colour": "blue", "version": version + 1}, version=version)

    with pytest.raises(ChangedMeanwhile):
        act(context, lambda uow: write(uow, 7))
    assert colours(database) == {f"{DZ}:a": "red"}
    act(context, lambda uow: write(uow, 1))
    act(context, lambda uow: write(uow, 2))
    assert colours(database) == {f"{DZ}:a": "blue", f"{DZ}:b": "red", f"{DZ}:a2": "red"}


def test_what_is_put_is_read_in_the_same_transaction(context: ServiceContext) -> None:
    def write(uow: UnitOfWork) -> list[object]:
        hats = uow.collection("hats")
        hats.put("a", PLAIN)
        first = hats.find_one("a")
        hats.remove("a")
        return [first is not None, hats.find_one("a")]

    assert act(context, write) == [True, None]


def test_a_long_work_does_not_wait_for_ever(
    context: ServiceContext, database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending_writes, "PENDING_MAX", 10)

    def write(uow: UnitOfWork) -> int:
        for number in range(25):
            uow.collection("hats").insert(str(number), PLAIN)
        return len(uow.writes._pending["hats"]) if uow.writes else -1

    assert act(context, write) == 5
    assert len(colours(database)) == 25


def test_those_with_one_of_many_values_are_found_within_the_fund_and_what_else_is_asked(
    context: ServiceContext, engine: EngineProfile
) -> None:
    hats = {f"h{number}": {"colour": f"c{number}", "size": number % 2, "version": 1} for number in range(120)}
    act(context, lambda uow: uow.collection("hats").insert_many(hats))
    act(context, lambda uow: uow.collection("hats").insert("h0", hats["h0"]), fund=TN)

    def find(uow: UnitOfWork) -> list[Any]:
        wanted = [f"c{number}" for number in range(10, 200)]
        return sorted(row["_id"] for row in uow.collection("hats").find_among("colour", [*wanted, "c10"], {"size": 1}))

    assert act(context, find) == sorted(f"{DZ}:h{number}" for number in range(11, 120, 2))


def test_what_is_touched_has_its_next_version_and_nothing_else(
    context: ServiceContext, database: Database[dict[str, Any]], engine: EngineProfile
) -> None:
    act(context, lambda uow: uow.collection("hats").insert_many(_hats(60)))
    act(context, lambda uow: uow.collection("hats").revise("007", {"colour": "blue", "version": 2}, version=1))
    versions = {key: 2 if key == "007" else 1 for key in _hats(60)}
    act(context, lambda uow: uow.collection("hats").touch_many(versions))
    rows = {row["_id"]: (row["colour"], row["version"]) for row in database["hats"].find()}
    assert rows == {f"{DZ}:{key}": ("blue", 3) if key == "007" else ("red", 2) for key in _hats(60)}


def test_of_many_touched_of_which_one_has_another_version_all_are_left(
    context: ServiceContext, database: Database[dict[str, Any]], engine: EngineProfile
) -> None:
    act(context, lambda uow: uow.collection("hats").insert_many(_hats(60)))
    versions = {key: 2 if key == "059" else 1 for key in _hats(60)}
    with pytest.raises(ChangedMeanwhile):
        act(context, lambda uow: uow.collection("hats").touch_many(versions))
    assert {row["version"] for row in database["hats"].find()} == {1}


def test_many_writes_of_every_kind_that_wait_are_made_as_each_by_itself(
    context: ServiceContext, database: Database[dict[str, Any]], engine: EngineProfile
) -> None:
    act(context, lambda uow: uow.collection("hats").insert_many(_hats(30)))
    database["hats"].update_many({}, {"$set": {"later": "kept"}})

    def write(uow: UnitOfWork) -> None:
        hats = uow.collection("hats")
        hats.find_keys(["000", "001"])
        for number in range(10):
            hats.revise(f"{number:03d}", {"colour": f"blue-{number}", "version": 2}, version=1)
            hats.put(f"{number + 10:03d}", PLAIN)
            hats.remove(f"{number + 20:03d}")
            hats.remove(f"none-{number}")
            hats.insert(f"new-{number}", PLAIN)

    act(context, write)
    rows = {row["_id"].partition(":")[2]: row for row in database["hats"].find()}
    assert sorted(rows) == sorted([*list(_hats(20)), *(f"new-{number}" for number in range(10))])
    assert [rows[f"{number:03d}"]["colour"] for number in range(10)] == [f"blue-{number}" for number in range(10)]
    assert {(rows[f"{number:03d}"]["size"] == number, rows[f"{number:03d}"]["later"]) for number in range(10)} == {
        (True, "kept")
    }
    assert all("later" not in rows[f"{number:03d}"] for number in range(10, 20)), "what is put stands alone"


def test_of_many_that_wait_of_which_one_is_refused_all_are_left(
    context: ServiceContext, database: Database[dict[str, Any]], engine: EngineProfile
) -> None:
    act(context, lambda uow: uow.collection("hats").insert_many(_hats(30)))

    def write(uow: UnitOfWork, *, last: Callable[[UnitOfWork], object]) -> None:
        for number in range(12):
            uow.collection("hats").revise(f"{number:03d}", {"colour": "blue", "version": 2}, version=1)
        last(uow)

    refused: tuple[Callable[[UnitOfWork], object], ...] = (
        lambda uow: uow.collection("hats").revise("020", {"colour": "blue", "version": 8}, version=7),
        lambda uow: uow.collection("hats").insert("020", PLAIN),
    )
    for each in refused:
        with pytest.raises(ChangedMeanwhile):
            act(context, lambda uow, last=each: write(uow, last=last))
    assert set(colours(database).values()) == {"red"} and len(colours(database)) == 30
