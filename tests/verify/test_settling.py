"""Nobody asks before what is on its way has arrived, and nobody waits for ever."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local.programs import HOST, free_port
from deploy.local.verify.settling import NotSettled, settle
from tests.verify.town import Town


@pytest.fixture(autouse=True)
def nothing_to_send(town: Town) -> None:
    """The town's notifications have no provider: their batches would wait for ever."""
    town["notifications"]["batches"].update_many({}, {"$set": {"status": "done"}})


def test_a_platform_at_rest_is_settled(town: Town) -> None:
    settle(town.seen(), quiet_s=0, at_most_s=10)


def test_an_event_on_its_way_is_waited_for(town: Town) -> None:
    town["payments"]["outbox"].update_many({}, {"$set": {"is_sent": False}})
    with pytest.raises(NotSettled, match=r"payments has \d+ events to send"):
        settle(town.seen(), quiet_s=0, at_most_s=0)
    arriving = threading.Timer(0.3, town.carry)
    arriving.start()
    settle(town.seen(), quiet_s=0, at_most_s=30)
    arriving.join()
    assert town["payments"]["outbox"].count_documents({"is_sent": False}) == 0


def test_messages_that_are_due_are_waited_for(town: Town) -> None:
    town["notifications"]["batches"].insert_one({"_id": "b", "status": "queued", "due_at": datetime.now(UTC)})
    with pytest.raises(NotSettled, match="batches of messages to send"):
        settle(town.seen(), quiet_s=0, at_most_s=0)


def test_a_consumer_that_is_behind_is_waited_for(town: Town) -> None:
    town.commit(less=1)
    with pytest.raises(NotSettled, match="records behind"):
        settle(town.seen(), quiet_s=0, at_most_s=0)
    town.commit()
    settle(town.seen(), quiet_s=0, at_most_s=10)


def test_a_broker_that_is_gone_is_not_at_rest(town: Town) -> None:
    with pytest.raises(NotSettled, match="the broker does not answer"):
        settle(town.seen(broker=f"{HOST}:{free_port()}"), quiet_s=0, at_most_s=0)


def test_a_database_that_is_gone_is_not_at_rest(town: Town) -> None:
    with (
        MongoClient[dict[str, Any]](HOST, free_port(), serverSelectionTimeoutMS=100) as gone,
        pytest.raises(NotSettled, match="the database does not answer"),
    ):
        settle(town.seen(databases={"claims": gone["himaya_claims"]}), quiet_s=0, at_most_s=0)
