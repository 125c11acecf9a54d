"""Publishing again: in chunks of a transaction each, and where it was stopped it goes on."""

from collections.abc import Iterable
from typing import Any

from pymongo.database import Database

from shared.bus.relay import MARKED_AT_ONCE_MAX, republish
from shared.storage.service_context import ServiceContext
from tests.kit.commands import received
from tests.kit.contexts import DZ, context_on

SENT = MARKED_AT_ONCE_MAX * 2 + 1


def publish(database: Database[dict[str, Any]], numbers: Iterable[int], *, marked_by: str = "") -> None:
    events = [{"fund": DZ, "key": f"{DZ}:a", "body": "{}"}]
    sent = {"fund": DZ, "is_sent": True, "events": events, "errand": marked_by}
    database["outbox"].insert_many([{"_id": f"{number:08}", **sent} for number in numbers])


def test_g07_no_command_marks_more_than_a_chunk(database: Database[dict[str, Any]], mongodb: str) -> None:
    publish(database, range(SENT))
    with received() as commands:
        assert republish(context_on(database, mongodb), fund_id=DZ, errand_id="first") == SENT
    changes = [each for sent in commands.named("update") if sent["update"] == "outbox" for each in sent["updates"]]
    marked = [len(each["q"]["_id"]["$in"]) for each in changes]
    assert sum(marked) == SENT
    assert max(marked) <= MARKED_AT_ONCE_MAX
    assert len(commands.named("commitTransaction")) == 3


def test_g07_a_command_that_was_stopped_skips_what_it_marked_before(
    context: ServiceContext, database: Database[dict[str, Any]]
) -> None:
    """Else what the relay has published meanwhile would be published once more at each start."""
    publish(database, range(10), marked_by="first")
    publish(database, range(10, 30))
    assert republish(context, fund_id=DZ, errand_id="first") == 20
    assert database["outbox"].count_documents({"is_sent": False}) == 20
    assert republish(context, fund_id=DZ, errand_id="second") == 10
