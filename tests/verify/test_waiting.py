"""I12: what is not sent, not read or parked is named."""

from deploy.local.verify import waiting
from shared.bus import dead_letters
from shared.jobs import queue
from tests.kit.contexts import DZ, someone
from tests.verify.town import Town, found, resolved, some


def test_an_event_that_waits_to_be_sent_is_named(town: Town) -> None:
    assert found(town.seen(), waiting.ask) == []
    one = some(town["payments"], "outbox")
    town["payments"]["outbox"].update_one({"_id": one["_id"]}, {"$set": {"is_sent": False}})
    assert [each.partition(",")[0] for each in found(town.seen(), waiting.ask)] == [
        f"payments has not sent {one['_id']}"
    ]


def test_an_open_dead_letter_is_named_until_it_is_resolved(town: Town) -> None:
    context, letter = (
        town.contexts["claims"],
        dead_letters.ReceivedRecord("e1", "payments", 0, 0, "dz-cnas:c1", [], b""),
    )
    dead_letters.park(context, letter, why="why", tries=1)
    assert found(town.seen(), waiting.ask) == ["claims parked e1 of dz-cnas:c1: why"]
    resolved(context, "e1", how="discarded: a test's")
    assert found(town.seen(), waiting.ask) == []


def test_a_job_that_failed_is_named_until_it_is_retried(town: Town) -> None:
    context = town.contexts["documents"]
    context.run(DZ, by=someone(), cause="test", action=lambda uow: queue.schedule(uow, "print-paper", "p1"))
    assert found(town.seen(), waiting.ask) == []
    failed = {"status": "failed", "last_error": "paper.no-glyph"}
    context.database["jobs"].update_one({"_id": f"{DZ}:print-paper:p1"}, {"$set": failed})
    assert found(town.seen(), waiting.ask) == [f"documents failed {DZ}:print-paper:p1: paper.no-glyph"]
    context.run(DZ, by=someone(), cause="test", action=lambda uow: queue.cancel(uow, "print-paper", "p1"))
    assert found(town.seen(), waiting.ask) == []


def test_a_consumer_that_has_not_read_to_the_end_is_named(town: Town) -> None:
    town.commit(less=1)
    behind = found(town.seen(), waiting.ask)
    town.commit()
    assert any(each.startswith("claims is 1 records behind on payments/") for each in behind), "\n".join(behind)
    assert found(town.seen(), waiting.ask) == []
