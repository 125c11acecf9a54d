"""A career as its person and the fund's agents read it, written from pages of wages that come twice."""

import json
from dataclasses import replace
from time import perf_counter

import pytest

from services.documents.wiring import service
from shared.storage.service_context import ServiceContext
from tests.documents.builders import FIRM, OTHER_FIRM, declared, employers, wage
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, handle, parked
from tests.kit.people import AMIRA, KARIM


@pytest.fixture
def office(context: ServiceContext) -> Office:
    return Office(service, context)


def test_a_person_reads_their_career_newest_quarter_first(office: Office, context: ServiceContext) -> None:
    handle(context, service, employers(), declared(), declared(wage(year=2024), year=2024))
    seen = office.person(AMIRA).get("/career").json
    assert (seen["person_ref"], seen["currency"], len(seen["lines"])) == (AMIRA, "DZD", 8)
    assert seen["lines"][0] == {
        "employer_id": FIRM,
        "employer_name": "SARL El Amel",
        "year": 2025,
        "quarter": 4,
        "period": "2025-Q4",
        "duration": 3,
        "unit": "M",
        "wage": "180000.00",
        "declaration_id": f"{FIRM}-2025-1",
        "revision": 1,
    }
    assert seen["lines"][-1]["year"] == 2024


def test_an_employer_of_whom_the_register_did_not_tell_has_a_number_only(
    office: Office, context: ServiceContext
) -> None:
    handle(context, service, declared())
    line = office.person(AMIRA).get("/career").json["lines"][0]
    assert (line["employer_id"], line["employer_name"]) == (FIRM, None)


def test_a_corrected_declaration_changes_careers_and_empties_those_it_leaves_out(
    office: Office, context: ServiceContext
) -> None:
    handle(context, service, declared(wage(AMIRA), wage(KARIM)), declared(wage(AMIRA, wage_minor=5), revision=2))
    assert {line["wage"] for line in office.person(AMIRA).get("/career").json["lines"]} == {"0.05"}
    assert office.person(KARIM).get("/career").json["lines"] == []
    assert parked(context) == []


def test_an_overtaken_revision_changes_nothing(office: Office, context: ServiceContext) -> None:
    handle(context, service, declared(wage(AMIRA, wage_minor=5), revision=2), declared(wage(AMIRA), wage(KARIM)))
    assert {line["wage"] for line in office.person(AMIRA).get("/career").json["lines"]} == {"0.05"}
    assert office.person(KARIM).get("/career").status_code == 404


def test_a_page_that_cannot_be_is_parked_and_changes_nothing(office: Office, context: ServiceContext) -> None:
    wrong = wage(periods=(replace(wage().periods[0], number=5),))
    handle(context, service, declared(wage(KARIM), wrong))
    assert parked(context) == ["fund.period-malformed"]
    assert office.person(KARIM).get("/career").status_code == 404
    assert context.database["declared_pages"].count_documents({}) == 0


def test_wages_rest_sealed(office: Office, context: ServiceContext) -> None:
    handle(context, service, declared())
    kept = json.dumps(list(context.database["careers"].find()), default=str)
    assert "18000000" not in kept and FIRM not in kept


def test_who_may_read_a_career(office: Office, context: ServiceContext) -> None:
    handle(context, service, declared())
    assert office.staff().get(f"/persons/{AMIRA}/career").status_code == 200
    assert office.person(AMIRA).get(f"/persons/{AMIRA}/career").status_code == 200
    refused = office.person(KARIM).get(f"/persons/{AMIRA}/career")
    assert (refused.status_code, refused.json["code"]) == (403, "access.not-yours")
    for caller in (office.person(KARIM), office.person(AMIRA, fund=TN), office.employer(FIRM), office.staff()):
        refused = caller.get("/career")
        assert (refused.status_code, refused.json["code"]) == (404, "career.unknown")
    assert office.staff().get("/persons/nobody/career").json["code"] == "career.unknown"


def test_pages_of_hundreds_of_known_and_unknown_people(context: ServiceContext) -> None:
    people = [f"p{number:024d}" for number in range(500)]
    handle(context, service, declared(*map(wage, people[:300])))
    began_s = perf_counter()
    handle(context, service, declared(*map(wage, people), employer_id=OTHER_FIRM))
    print(f"500 persons in {perf_counter() - began_s:.2f} s")  # noqa: T201  # seen with pytest -s
    assert context.database["careers"].count_documents({"version": 2}) == 300
    assert context.database["careers"].count_documents({"version": 1}) == 200


def test_g3_a_correction_takes_out_whom_the_last_of_a_thousand_pages_named(context: ServiceContext) -> None:
    handle(context, service, declared(wage(KARIM)))
    (kept,) = context.database["declared_pages"].find()
    others = [
        {**kept, "_id": f"{DZ}:0/{number:05d}", "page_id": f"0/{number:05d}", "person_refs": [f"p{number:024d}"]}
        for number in range(1_100)
    ]
    context.database["declared_pages"].insert_many(others)
    handle(context, service, declared(wage(AMIRA), revision=2))
    found = context.database["declared_pages"].find_one({"revision": 2})
    assert found is not None
    assert len(found["withdrawn_refs"]) == 1_101 and KARIM in found["withdrawn_refs"]
