"""F12, F13: events that cannot be acted on are parked with what follows in their key, the others go on, and an operator
replays them; whoever would park a whole topic stops instead.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from deploy.local.addresses import SERVICES
from shared.events.claims.entitlements import RightsDecided
from shared.events.documents import UploadStored
from shared.events.identity import EmployersRegistered, RegisteredEmployer
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.faults.kills.conftest import Ground
from tests.faults.kills.invariants import looked_at
from tests.faults.kills.scene import Scene, playing
from tests.kit.clock import AT
from tests.kit.contexts import DZ, TN, someone


def _firm(case: str) -> EmployersRegistered:
    firm = RegisteredEmployer(
        employer_id=case,
        name="An invented firm",
        sector="retail",
        is_open=True,
        affiliated_on=date(2015, 1, 1),
        language="fr",
    )
    return EmployersRegistered(page_id=case, registered_at=AT, employers=(firm,))


def _rights(case: str) -> RightsDecided:
    return RightsDecided(declaration_id=case, employer_id="firm", page=1, pages=1, rights=(), decided_at=AT)


def _upload(case: str) -> UploadStored:
    return UploadStored(upload_id=case, person_ref="somebody", media_type="application/pdf", sha256="00", stored_at=AT)


PUBLISHERS: Mapping[str, Callable[[str], Any]] = {"identity": _firm, "claims": _rights, "documents": _upload}
"""Who tells poison, and of what."""

RECEIVES = {
    "identity": "claims",
    "documents": "identity",
    "claims": "documents",
    "payments": "identity",
    "notifications": "identity",
}
"""Whose events each consumer is poisoned by."""


def _effects(scene: Scene, service: str) -> set[str]:
    """What a consumer made of the cases that it acted on, each by the case's name."""
    database = scene.database(service)
    match service:
        case "identity":
            cases = [str(event["key"]) for event in scene.published("identity") if "cards" in event["type"]]
        case "claims":
            cases = [str(row["_id"]) for row in database["uploads"].find()]
        case "notifications":
            cases = [str(row["_id"]) for row in database["contacts"].find()]
        case _:
            cases = [str(row["_id"]) for row in database["employers"].find()]
    return {case.rpartition("-")[2] for case in cases}


def _publish(context: ServiceContext, event: Any, *, fund_id: str = DZ, **wrong: Any) -> None:
    """Tell an event as a faulty release of its owner would: `wrong` replaces what it should say."""

    def publish(uow: UnitOfWork) -> None:
        uow.publish(event)
        uow.events[0].update(wrong)

    context.run(fund_id, by=someone(), cause="test", action=publish)


def _poison(scene: Scene) -> None:
    """Four keys of each publisher: a body that is no JSON, a version of tomorrow, a fund that is not served, and one
    that is well. Where it can, a good event follows in the key."""
    for publisher, event in PUBLISHERS.items():
        context = scene.contexts[publisher]
        _publish(context, event(f"{publisher}-broken"), body=b"{")
        _publish(context, event(f"{publisher}-broken"))
        _publish(context, event(f"{publisher}-tomorrow"), version=99)
        _publish(context, event(f"{publisher}-elsewhere"), fund_id=TN)
        _publish(context, event(f"{publisher}-elsewhere"), fund_id=TN)
        _publish(context, event(f"{publisher}-well"))


@dataclass(frozen=True)
class Poisoned:
    """What the consumers had parked and done while the poison was there, and what after an operator saw to it."""

    parked: dict[str, list[tuple[str, str]]]
    done: dict[str, set[str]]
    left: dict[str, int]
    done_after: dict[str, set[str]]
    offending: Mapping[str, list[str]]


@pytest.fixture(scope="module")
def poisoned(ground: Ground) -> Iterator[Poisoned]:
    with playing(ground.folder, ground.mongodb, fund_ids=DZ) as scene:
        scene.start_simulators()
        scene.start()
        _poison(scene)
        scene.settle()
        parked = {service: _parked(scene, service) for service in SERVICES}
        done = {service: _effects(scene, service) for service in SERVICES}
        scene.stop()
        scene.serve_funds(f"{DZ},{TN}")
        for service in SERVICES:
            _see_to(scene, service)
        scene.start()
        scene.settle()
        _discard(scene, "payments", why={"$in": ["declaration.unknown", "follows"]})  # cards of rights that we invented
        left = {
            service: scene.database(service)["deadletters"].count_documents({"is_open": True}) for service in SERVICES
        }
        done_after = {service: _effects(scene, service) for service in SERVICES}
        yield Poisoned(parked, done, left, done_after, looked_at(scene).offending)


def _parked(scene: Scene, service: str) -> list[tuple[str, str]]:
    """Case and reason of what a service parked of its poisoner's."""
    rows = scene.database(service)["deadletters"].find({"key": {"$regex": f":{RECEIVES[service]}-"}})
    return sorted((str(row["key"]).replace(f"{RECEIVES[service]}-", ""), str(row["why"])) for row in rows)


def _see_to(scene: Scene, service: str) -> None:
    """What an operator does: what cannot be read is discarded, the rest of each key retried, in order."""
    letters = scene.database(service)["deadletters"]
    _discard(scene, service, why={"$in": ["event.body-broken", "event.type-unknown"]})
    for key in letters.distinct("key", {"is_open": True, "key": {"$regex": f":{RECEIVES[service]}-"}}):
        assert scene.command(service, "deadletters", "replay", str(key)) == 0


def _discard(scene: Scene, service: str, **which: Any) -> None:
    for row in list(scene.database(service)["deadletters"].find({"is_open": True, **which})):
        assert scene.command(service, "deadletters", "discard", str(row["_id"]), "--reason", "unreadable") == 0


@pytest.mark.parametrize("service", SERVICES)
def test_f12_poison_is_parked_with_its_followers_and_other_keys_go_on(poisoned: Poisoned, service: str) -> None:
    assert poisoned.parked[service] == [
        (f"{DZ}:broken", "event.body-broken"),
        (f"{DZ}:broken", "follows"),
        (f"{DZ}:tomorrow", "event.type-unknown"),
        (f"{TN}:elsewhere", "follows"),
        (f"{TN}:elsewhere", "fund.unknown"),
    ]
    assert poisoned.done[service] == {"well"}


@pytest.mark.parametrize("service", SERVICES)
def test_f13_the_parked_sequence_is_replayed(poisoned: Poisoned, service: str) -> None:
    """The fund is served now: what waited for it is acted on, once; so is what followed an unreadable event."""
    assert poisoned.left[service] == 0
    assert poisoned.done_after[service] == {"well", "broken", "elsewhere"}
    assert poisoned.offending == {}


@dataclass(frozen=True)
class Flooded:
    """What consumers that may have one open dead letter did before, and after it was discarded."""

    stopped: dict[str, set[str]]
    gone_on: dict[str, set[str]]


@pytest.fixture(scope="module")
def flooded(ground: Ground) -> Iterator[Flooded]:
    with playing(ground.folder, ground.mongodb) as scene:
        for own in scene.settings.values():
            own["DEAD_LETTERS_MAX"] = "1"
        scene.start()
        letters = {service: scene.database(service)["deadletters"] for service in SERVICES}
        for publisher, event in PUBLISHERS.items():
            _publish(scene.contexts[publisher], event(f"{publisher}-broken"), body=b"{")
        scene.until(lambda: all(each.count_documents({}) for each in letters.values()), what="each to park one")
        for publisher, event in PUBLISHERS.items():
            _publish(scene.contexts[publisher], event(f"{publisher}-well"))
        outboxes = [scene.database(service)["outbox"] for service in SERVICES]
        scene.until(
            lambda: not any(each.count_documents({"is_sent": False}) for each in outboxes), what="all to be sent"
        )
        threading.Event().wait(2)  # long enough for a consumer that goes on to take it in
        stopped = {service: _effects(scene, service) for service in SERVICES}
        # Identity last: the cards that it tells of then are of a declaration that payments does not know.
        for service in sorted(SERVICES, key=lambda name: name == "identity"):
            _discard(scene, service)
            scene.until(lambda service=service: bool(_effects(scene, service)), what=f"{service} to go on")
        yield Flooded(stopped, {service: _effects(scene, service) for service in SERVICES})


@pytest.mark.parametrize("service", SERVICES)
def test_f12_the_limit_stops_the_consumer(flooded: Flooded, service: str) -> None:
    """It takes nothing more in until a person has seen to what it parked; then it goes on where it stood."""
    assert flooded.stopped[service] == set()
    assert flooded.gone_on[service] == {"well"}
