"""What a transaction read ahead is answered from memory, as the transaction leaves it, and never anything else."""

from collections.abc import Callable
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.monitoring import CommandListener, CommandStartedEvent

from shared.storage.read_ahead import ReadAhead
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.contexts import DZ, TN, context_on, someone

BY_COLOUR = [("size", 1)]


class Commands(CommandListener):
    def __init__(self) -> None:
        self.sent: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command.get(event.command_name) == "hats":
            self.sent.append(event.command_name)

    def succeeded(self, event: Any) -> None: ...
    def failed(self, event: Any) -> None: ...


def act(context: ServiceContext, action: Callable[[UnitOfWork], Any], fund: str = DZ) -> Any:
    return context.run(fund, by=someone(), cause="test", action=action)


def hat(colour: str, size: int, version: int = 1, **more: Any) -> dict[str, Any]:
    return {"colour": colour, "size": size, "version": version, **more}


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
def watched(database: Database[dict[str, Any]], mongodb: str, commands: Commands) -> Any:
    """Three hats, of which two are red, and the same hat of another fund."""
    with MongoClient[dict[str, Any]](mongodb, event_listeners=[commands], tz_aware=True) as client:
        ground = context_on(database, mongodb)
        context = ServiceContext(client[database.name], ground.funds, ground.keys)
        hats = {"a": hat("red", 3), "b": hat("blue", 2), "c": hat("red", 1)}
        act(context, lambda uow: uow.collection("hats").insert_many(hats))
        act(context, lambda uow: uow.collection("hats").insert("a", hat("red", 9)), fund=TN)
        commands.sent.clear()
        yield context


def sizes(uow: UnitOfWork, colour: str) -> list[object]:
    return [each["size"] for each in uow.collection("hats").find({"colour": colour}, limit=9, sort=BY_COLOUR)]


def test_what_was_read_ahead_is_asked_once_and_what_is_written_of_it_goes_together(
    watched: ServiceContext, commands: Commands, database: Database[dict[str, Any]]
) -> None:
    def work(uow: UnitOfWork) -> list[Any]:
        hats = uow.collection("hats")
        hats.read_ahead(["a", "b", "c", "none"])
        hats.read_ahead_among("colour", ["red", "blue", "green"], {})
        asked = len(commands.sent)
        seen: list[Any] = [hats.find_one("none"), sizes(uow, "red"), sizes(uow, "green")]
        hats.revise("a", hat("green", 3, 2), version=1)
        hats.insert("d", hat("red", 2))
        hats.remove("c")
        hats.put("b", hat("red", 7))
        seen += [sizes(uow, each) for each in ("red", "blue", "green")]
        seen += [hats.find_one("c"), (hats.find_one("a") or {})["version"], len(hats.find_keys(["a", "b", "c"]))]
        seen.append(len(hats.find_among("colour", ["red", "green"], {})))
        assert len(commands.sent) == asked, "all of it from memory"
        return seen

    assert act(watched, work) == [None, [1, 3], [], [2, 7], [], [3], None, 2, 2, 3]
    assert {row["_id"]: (row["colour"], row["size"]) for row in database["hats"].find({"fund": DZ})} == {
        f"{DZ}:a": ("green", 3),
        f"{DZ}:b": ("red", 7),
        f"{DZ}:d": ("red", 2),
    }


def test_a_document_is_written_again_after_it_was_read_from_memory(
    watched: ServiceContext, database: Database[dict[str, Any]]
) -> None:
    def work(uow: UnitOfWork) -> object:
        hats = uow.collection("hats")
        hats.read_ahead(["a"])
        for version in (1, 2, 3):
            hats.revise("a", {**(hats.find_one("a") or {}), "version": version + 1, "size": version}, version=version)
        return (hats.find_one("a") or {})["size"]

    assert act(watched, work) == 3
    row = database["hats"].find_one({"_id": f"{DZ}:a"})
    assert row is not None and (row["size"], row["version"], row["colour"]) == (3, 4, "red")


def test_another_fund_of_the_same_transaction_sees_its_own(watched: ServiceContext) -> None:
    def work(transaction: Any) -> Any:
        ours = transaction.unit_of_work(DZ, by=someone(), cause="ours")
        theirs = transaction.unit_of_work(TN, by=someone(), cause="theirs")
        ours.collection("hats").read_ahead_among("colour", ["red"], {})
        ours.collection("hats").read_ahead(["a"])
        return sizes(ours, "red"), sizes(theirs, "red"), (theirs.collection("hats").find_one("a") or {})["size"]

    assert watched.transact(work) == ([1, 3], [9], 9)


PAST_IT: dict[str, Callable[[UnitOfWork], Any]] = {
    "an update": lambda uow: uow.collection("hats").update("a", {"$set": {"colour": "blue"}}),
    "an update of all": lambda uow: uow.collection("hats").update_all({"size": 3}, {"$set": {"colour": "blue"}}),
    "many replaced": lambda uow: uow.collection("hats").replace_many({"a": hat("blue", 3, 2)}),
    "many touched": lambda uow: (
        uow.collection("hats").touch_many({"a": 1}),
        uow.collection("hats").revise("a", hat("blue", 3, 3), version=2),
    ),
    "many put in": lambda uow: (
        uow.collection("hats").insert_many({f"m{number}": hat("blue", number) for number in range(3, 30)}),
        uow.collection("hats").update_keys([f"{DZ}:a"], {"$set": {"colour": "blue"}}),
    ),
}


@pytest.mark.parametrize("how", PAST_IT)
def test_what_is_written_in_another_way_is_read_anew(watched: ServiceContext, how: str) -> None:
    def work(uow: UnitOfWork) -> Any:
        uow.collection("hats").read_ahead(["a"])
        uow.collection("hats").read_ahead_among("colour", ["red", "blue"], {})
        PAST_IT[how](uow)
        return sizes(uow, "red"), sizes(uow, "blue")[:2], (uow.collection("hats").find_one("a") or {})["colour"]

    assert act(watched, work) == ([1], [2, 3], "blue")


def test_without_a_transaction_nothing_is_kept(watched: ServiceContext, commands: Commands) -> None:
    uow = watched.reading(DZ, by=someone())
    uow.collection("hats").read_ahead(["a"])
    uow.collection("hats").read_ahead_among("colour", ["red"], {})
    assert commands.sent == []
    assert sizes(uow, "red") == [1, 3] and commands.sent == ["find"]


def test_only_the_question_that_was_asked_is_answered() -> None:
    ahead = ReadAhead()
    ahead.keep_answers("hats", [{"colour": "red", "fund": DZ}], [{"_id": "1", "fund": DZ, "colour": "red"}])
    assert ahead.answer("hats", {"fund": DZ, "colour": "red"}) == [{"_id": "1", "fund": DZ, "colour": "red"}]
    for other in ({"colour": "red"}, {"fund": DZ, "colour": "blue"}, {"fund": DZ, "colour": {"$in": ["red"]}}):
        assert ahead.answer("hats", other) is None
    assert ahead.answer("shoes", {"fund": DZ, "colour": "red"}) is None
