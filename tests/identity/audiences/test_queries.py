"""Whom the register knows: everybody, those without an account, employers of a sector."""

from pathlib import Path

import pytest

from services.identity.audiences.queries import audiences
from services.identity.wiring import service
from shared.storage.service_context import ServiceContext
from tests.identity import builders as made
from tests.kit.audiences import ask, members
from tests.kit.callers import Office


@pytest.fixture
def known(context: ServiceContext, tmp_path: Path) -> ServiceContext:
    made.known_people(context, tmp_path)
    return context


def owners(context: ServiceContext, name: str, **asked: str) -> set[str]:
    return {member.owner_id for member in members(ask(context, service, audiences, name, **asked))}


def test_every_insured_person_and_every_open_employer(known: ServiceContext) -> None:
    assert owners(known, "persons") == {made.ref(), made.ref(made.KARIM_NSS)}
    assert owners(known, "employers") == {made.FIRM}


@pytest.mark.parametrize(("sector", "is_found"), [("food", True), ("mining", False)])
def test_employers_of_a_sector(known: ServiceContext, sector: str, is_found: bool) -> None:
    row = known.database["employers"].find_one({"employer_id": made.FIRM})
    assert row is not None
    asked = str(row["sector"]) if is_found else sector
    assert bool(owners(known, "employers", sector=asked)) == is_found


def test_who_opened_an_account_is_not_among_those_without_one(known: ServiceContext) -> None:
    assert owners(known, "persons-without-account") == {made.ref(), made.ref(made.KARIM_NSS)}
    Office(service, known).nobody().post("/v1/dz-cnas/accounts", json=made.application())
    made.considered(known)
    known.database["accounts"].update_many({}, {"$set": {"status": "active"}})
    known.database["audience_selections"].delete_many({})
    known.database["outbox"].delete_many({})
    assert owners(known, "persons-without-account") == {made.ref(made.KARIM_NSS)}
