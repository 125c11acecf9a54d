"""Wages come in page by page; rights go out page by page; twice is once."""

import json
from dataclasses import replace

import pytest

from services.claims.wiring import service
from shared.events.payments.wages import in_version_1
from shared.storage.service_context import ServiceContext
from tests.claims.builders import wages
from tests.kit.callers import Office
from tests.kit.contexts import TN, handle, parked, published
from tests.kit.people import AMIRA, KARIM


@pytest.fixture
def office(context: ServiceContext) -> Office:
    return Office(service, context)


def test_a_page_of_wages_opens_rights_and_tells_once(office: Office, context: ServiceContext) -> None:
    handle(context, service, wages(AMIRA, KARIM))
    assert published(context) == ["claims.rights-decided"]
    amira = office.person(AMIRA)
    seen = amira.get("/rights").json
    assert (seen["status"], seen["reason"], len(seen["worked"])) == ("open", "enough-work", 4)
    assert seen["text"].startswith("Le droit est ouvert")


def test_another_year_is_added_to_the_record(office: Office, context: ServiceContext) -> None:
    handle(context, service, wages(AMIRA), wages(AMIRA, year=2024), wages(AMIRA, KARIM))
    assert len(office.person(AMIRA).get("/rights").json["worked"]) == 8
    assert parked(context) == []


def test_who_may_see_a_right(office: Office, context: ServiceContext) -> None:
    handle(context, service, wages(AMIRA))
    assert office.staff().get(f"/persons/{AMIRA}/rights").status_code == 200
    assert office.person(KARIM).get(f"/persons/{AMIRA}/rights").json["code"] == "access.not-yours"
    assert office.person(KARIM).get("/rights").json["code"] == "right.unknown"
    assert office.person(AMIRA, fund=TN).get("/rights").status_code == 404
    assert office.employer("1600000001").get("/rights").status_code == 404


def test_a_page_of_hundreds_of_known_and_unknown_people(context: ServiceContext) -> None:
    people = [f"p{number:024d}" for number in range(500)]
    handle(context, service, wages(*people[:300]))
    handle(context, service, wages(*people, year=2024))
    assert context.database["entitlements"].count_documents({"version": 2}) == 300
    assert context.database["entitlements"].count_documents({"version": 1}) == 200


def test_w05_establishments_and_lines_of_one_person_are_all_taken(office: Office, context: ServiceContext) -> None:
    first, second = wages(AMIRA, year=2025, months=1), wages(AMIRA, year=2025, months=2)
    other_year = wages(AMIRA, year=2024).wages
    handle(context, service, replace(first, establishment="0000", wages=(*first.wages, *other_year)))
    handle(context, service, replace(second, establishment="0001", declaration_id="d2"))
    worked = office.person(AMIRA).get("/rights").json["worked"]
    assert [each["duration"] for each in worked if each["year"] == 2025] == [1, 2] * 4
    assert len([each for each in worked if each["year"] == 2024]) == 4
    assert parked(context) == []


def test_r4_a_replacement_with_fewer_workers_closes_their_rights_and_says_which_decision_is_later(
    office: Office, context: ServiceContext
) -> None:
    gone = wages(AMIRA, months=0)
    handle(context, service, wages(AMIRA, KARIM), replace(gone, declaration_id="d2", revision=2))
    said = [event for row in context.database["outbox"].find().sort("_id", 1) for event in row["events"]]
    rights = [json.loads(event["body"])["rights"] for event in said]
    assert [(each["status"], each["version"]) for each in rights[0]] == [("open", 1), ("open", 1)]
    assert [(each["person_ref"], each["status"], each["version"]) for each in rights[1]] == [(AMIRA, "closed", 2)]
    assert office.person(AMIRA).get("/rights").json["status"] == "closed"


def test_a_page_of_an_earlier_release_is_taken_in_and_one_that_comes_in_both_versions_once(
    office: Office, context: ServiceContext
) -> None:
    both = in_version_1(wages(AMIRA))
    assert both is not None
    handle(context, service, both)
    assert published(context) == [] and office.person(AMIRA).get("/rights").status_code == 404

    handle(context, service, replace(both, has_version_2=False))
    assert published(context) == ["claims.rights-decided"]
    assert len(office.person(AMIRA).get("/rights").json["worked"]) == 4


def test_what_was_kept_of_quarters_before_there_were_other_periods_is_shown(
    office: Office, context: ServiceContext
) -> None:
    handle(context, service, wages(AMIRA))
    kept = context.database["entitlements"]
    kept.update_many({}, {"$unset": {"worked.$[].kind": "", "worked.$[].number": ""}})

    assert [each["period"] for each in office.person(AMIRA).get("/rights").json["worked"]] == [
        f"2025-Q{quarter}" for quarter in (1, 2, 3, 4)
    ]
