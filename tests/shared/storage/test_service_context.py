"""The transaction: all of it or nothing, run again on a conflict, the fund in every key."""

import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from shared.events.claims.claims import ClaimSubmitted
from shared.kernel.errors import Missing
from shared.kernel.outcome import Outcome
from shared.storage.engine import EMBEDDED, profile_of
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.service_context import FundUnknown, ServiceContext, TransactionTooLarge
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.contexts import DZ, TN, published, reading, someone


@dataclass(frozen=True)
class Pot:
    pot_id: str
    amount_minor: int = 0
    opened_at: datetime | None = None
    version: int = 0


class PotUnknown(Missing):
    code = "pot.unknown"


pots = Repository("pots", Pot, key="pot_id", missing=PotUnknown, retention=BY_LAW, indexes=[Index(("pot_id",))])


def submitted(claim_id: str) -> ClaimSubmitted:
    return ClaimSubmitted(
        claim_id=claim_id,
        reference="CL1",
        person_ref="p1",
        claim_type="care-reimbursement",
        submitted_at=datetime(2026, 1, 2, tzinfo=UTC),
    )


def put(uow: UnitOfWork, pot: Pot, *events: object) -> Pot:
    return pots.save(uow, Outcome(pot, events))


def done(context: ServiceContext, action, fund: str = DZ):  # type: ignore[no-untyped-def]
    return context.run(fund, by=someone(), cause="request:1", action=action)


def test_state_events_and_audit_are_saved_together(context: ServiceContext) -> None:
    done(context, lambda uow: put(uow, Pot("a", opened_at=uow.at), submitted("c1"), submitted("c2")))

    assert pots.load(reading(context), "a").version == 1
    outbox = context.database["outbox"].find_one({})
    assert outbox is not None and not outbox["is_sent"]
    assert [event["key"] for event in outbox["events"]] == [f"{DZ}:c1", f"{DZ}:c2"]  # type: ignore[attr-defined]
    audited = context.database["audit"].find_one({"fund": DZ})
    assert audited is not None
    (entry,) = audited["entries"]
    assert entry["actor"] == "tester" and entry["cause"] == "request:1"
    assert entry["deeds"] == [{"verb": "kept", "thing": "pots", "id": "a", "version": 1}]


def test_a_failure_leaves_nothing(context: ServiceContext) -> None:
    def half(uow: UnitOfWork) -> None:
        put(uow, Pot("a"), submitted("c1"))
        raise PotUnknown

    with pytest.raises(PotUnknown):
        done(context, half)
    assert pots.find(reading(context), "a") is None
    assert published(context) == []
    assert context.database["audit"].count_documents({}) == 0


def test_a_dry_run_answers_and_saves_nothing(context: ServiceContext) -> None:
    """What it wrote is there for what it reads next, also where the database had to be asked in between."""

    def action(uow: UnitOfWork) -> tuple[int, int]:
        put(uow, replace(pots.load(uow, "a"), amount_minor=7), submitted("c1"))
        put(uow, Pot("b"))
        return pots.load(uow, "a").amount_minor, len(pots.find_all(uow))

    done(context, lambda uow: put(uow, Pot("a")))
    before = {name: list(context.database[name].find()) for name in context.database.list_collection_names()}
    assert context.dry_run(DZ, by=someone(), action=action) == (7, 2)
    assert {name: list(context.database[name].find()) for name in context.database.list_collection_names()} == before
    with pytest.raises(PotUnknown):
        context.dry_run(DZ, by=someone(), action=lambda uow: pots.load(uow, "c"))
    assert done(context, action) == (7, 2)


def test_a_thing_comes_back_as_it_was(context: ServiceContext) -> None:
    pot = done(context, lambda uow: put(uow, Pot("a", 2**40, uow.at)))
    assert pots.load(reading(context), "a") == pot


def test_one_fund_never_sees_another_s(context: ServiceContext) -> None:
    done(context, lambda uow: put(uow, Pot("a", 1)))
    done(context, lambda uow: put(uow, Pot("a", 2)), fund=TN)
    assert pots.load(reading(context), "a").amount_minor == 1
    assert [pot.amount_minor for pot in pots.find_all(reading(context, TN))] == [2]
    with pytest.raises(FundUnknown):
        context.reading("xx-none", by=someone())


def test_racers_are_run_again_until_each_has_had_its_turn(context: ServiceContext) -> None:
    done(context, lambda uow: put(uow, Pot("a")))

    def add_one(uow: UnitOfWork) -> None:
        pot = pots.load(uow, "a")
        put(uow, replace(pot, amount_minor=pot.amount_minor + 1), submitted("c"))

    racers = [threading.Thread(target=done, args=(context, add_one)) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    after = pots.load(reading(context), "a")
    assert after.amount_minor == after.version - 1 == len(published(context)) == 4


def test_a_writer_that_is_always_late_is_told_so(context: ServiceContext) -> None:
    old = done(context, lambda uow: put(uow, Pot("a")))
    done(context, lambda uow: put(uow, old))
    with pytest.raises(ChangedMeanwhile):
        done(context, lambda uow: put(uow, old))


def test_many_events_are_split_over_documents_in_order(context: ServiceContext) -> None:
    done(context, lambda uow: put(uow, Pot("a"), *(submitted(f"c{n}") for n in range(450))))
    documents = list(context.database["outbox"].find().sort("_id", 1))
    keys = [event["key"] for document in documents for event in document["events"]]  # type: ignore[attr-defined]
    assert len(documents) == 3 and keys == [f"{DZ}:c{n}" for n in range(450)]


def test_more_than_the_embedded_engine_can_hold_at_once_is_named_and_leaves_nothing(context: ServiceContext) -> None:
    """G14: of that engine, with its small cache; MongoDB holds more."""
    if profile_of(context.database) is not EMBEDDED:
        pytest.skip("MongoDB holds 150 MB in a transaction")

    def act(uow: UnitOfWork) -> None:
        for number in range(150):
            uow.collection("heap").insert(str(number), {"much": bytes(1 << 20)})

    with pytest.raises(TransactionTooLarge):
        context.run(DZ, by=someone(), cause="test", action=act)
    assert context.database["heap"].count_documents({}) == 0
