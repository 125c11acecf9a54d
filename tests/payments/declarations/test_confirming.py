"""What a declaration says of rights is held against the register and what is in force, and confirmed first."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from services.payments.wiring import service
from shared.events.identity import PersonsRegistered, RegisteredPerson
from shared.kernel.personal import DataClass
from shared.process.backfills import backfill_all
from shared.storage.service_context import ServiceContext
from tests.kit.clock import Clock
from tests.kit.contexts import DZ, TN, context_on, handle, keys, published
from tests.payments.declarations.builders import DZ_EMPLOYER, Worker, das_b, tn_122, workers
from tests.payments.declarations.harness import IN_TIME, DeclarationsHarness

UNPAID = [Worker(1), Worker(2, {"wage_2": 0})]


@pytest.fixture
def harness(context: ServiceContext) -> DeclarationsHarness:
    return DeclarationsHarness(context)


def person(number: str, *, fund_id: str = DZ, **civil: Any) -> RegisteredPerson:
    own = keys()[fund_id]
    ref = own.person_ref(number)
    whole = {"insurance_number": number, "family_name": "MANSOURI", "first_name": "LEILA", "birth_on": "1971-02-02"}
    encrypted = own.encrypt(json.dumps(whole | civil), data_class=DataClass.CIVIL, associated_data=ref)
    return RegisteredPerson(person_ref=ref, civil=encrypted, language="fr")


def know(context: ServiceContext, *persons: RegisteredPerson, fund_id: str = DZ) -> None:
    page = PersonsRegistered(page_id="p1", registered_at=datetime(2026, 1, 2, tzinfo=UTC), persons=persons)
    handle(context, service, page, fund_id=fund_id)


def codes(harness: DeclarationsHarness, declaration_id: str) -> list[tuple[str, int, str]]:
    found = harness.see(declaration_id, "/findings")["items"]
    return [(each["code"].removeprefix("wage-file."), each["line"], each["severity"]) for each in found]


# --- Asked, confirmed, withdrawn, lapsed ------------------------------------------------------------------------------


def test_r05_nothing_is_booked_before_the_employer_confirms(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    asked = harness.declare(das_b(UNPAID))
    assert (asked["status"], asked["due"], asked["payment"], asked["cards"]) == ("to-confirm", None, None, None)
    assert asked["confirm_until"] is not None
    assert asked["text"] == "À confirmer par vous avant d'être acceptée"
    assert [receipt["kind"] for receipt in asked["receipts"]] == ["received", "technical"]
    assert (asked["receipts"][1]["confirms"], asked["receipts"][1]["errors"]) == (1, 0)
    assert codes(harness, asked["declaration_id"]) == [("duration-without-wage", 2, "confirm")]
    (finding,) = harness.see(asked["declaration_id"], "/findings", language="en")["items"]
    assert finding["hint"].startswith("This quarter has a duration but no wage")
    assert published(context) == ["payments.declaration-received", "payments.declaration-to-confirm"]
    assert context.database["obligations"].count_documents({}) == 0
    assert harness.run() == 0

    accepted = harness.confirm(asked["declaration_id"])
    assert (accepted["status"], accepted["confirm_until"], accepted["workers"]) == ("accepted", None, 2)
    assert published(context)[2:] == ["payments.declaration-accepted", *["payments.wages-declared"] * 2]


@pytest.mark.parametrize(
    ("bounds", "code"), [({"until": "2025-12-31"}, None), ({"until": "2025-11-30"}, "access.period-not-delegated")]
)
def test_an_accountant_declares_and_decides_within_the_periods_that_the_employer_delegated(
    harness: DeclarationsHarness, bounds: dict[str, Any], code: str | None
) -> None:
    by = harness.office.accountant(DZ_EMPLOYER, **bounds)
    sent = harness.send(das_b(UNPAID), by=by)
    assert (sent.status_code, sent.json.get("code")) == ((403, code) if code else (202, None)), sent.text
    asked = harness.declare(das_b(UNPAID))
    answer = by.post(f"/declarations/{asked['declaration_id']}/withdrawal")
    assert (answer.status_code, answer.json.get("code")) == ((403, code) if code else (200, None)), answer.text


def test_confirming_twice_or_sending_again_is_one_declaration(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    declaration_id = harness.declare(das_b(UNPAID))["declaration_id"]
    assert harness.send(das_b(UNPAID)).json["declaration_id"] == declaration_id
    path = f"/declarations/{declaration_id}/confirmation"
    assert [harness.caller.post(path).status_code for _ in range(2)] == [200, 200]
    harness.run()
    again = harness.caller.post(path)
    assert (again.status_code, again.json["status"]) == (200, "accepted")
    assert context.database["ledger_entries"].count_documents({}) == 1


def test_withdrawing_books_nothing_and_the_files_may_come_again(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    declaration_id = harness.declare(das_b(UNPAID))["declaration_id"]
    withdrawn = harness.caller.post(f"/declarations/{declaration_id}/withdrawal")
    assert (withdrawn.status_code, withdrawn.json["status"]) == (200, "withdrawn")
    refused = harness.caller.post(f"/declarations/{declaration_id}/confirmation")
    assert (refused.status_code, refused.json["code"]) == (409, "declaration.nothing-to-confirm")
    assert context.database["jobs"].count_documents({}) == 0
    again = harness.declare(das_b(UNPAID))
    assert (again["declaration_id"], again["status"]) == (declaration_id, "to-confirm")


def test_who_saw_another_version_and_who_is_not_of_the_firm_confirm_nothing(harness: DeclarationsHarness) -> None:
    seen = harness.declare(das_b(UNPAID))
    path = f"/declarations/{seen['declaration_id']}/confirmation"
    stale = harness.caller.post(path, headers={"If-Match": f'"{seen["version"] - 1}"'})
    assert stale.status_code == 412
    assert harness.office.employer("1600000002").post(path).json["code"] == "access.not-yours"
    assert harness.office.employer("1600000001", fund=TN).post(path).json["code"] == "declaration.unknown"
    assert harness.caller.post("/declarations/none/confirmation").json["code"] == "declaration.unknown"
    assert harness.caller.post(path, headers={"If-Match": f'"{seen["version"]}"'}).status_code == 200


def test_what_nobody_confirms_in_time_is_withdrawn_and_told(database: Database[dict[str, Any]], mongodb: str) -> None:
    clock = Clock(IN_TIME[DZ])
    context = context_on(database, mongodb, clock=clock)
    harness = DeclarationsHarness(context)
    declaration_id = harness.declare(das_b(UNPAID))["declaration_id"]
    clock.at += timedelta(days=11, hours=23)
    assert harness.run() == 0
    clock.at += timedelta(hours=2)
    assert harness.run() == 1 and harness.run() == 0
    assert published(context).count("payments.declaration-to-confirm") == 2, "asked, and reminded three days before"
    assert harness.see(declaration_id)["status"] == "to-confirm"
    clock.at += timedelta(days=2, hours=22)
    assert harness.run() == 0
    clock.at += timedelta(hours=2)
    assert harness.run() == 1 and harness.run() == 0
    assert harness.see(declaration_id)["status"] == "withdrawn"
    assert published(context)[-1] == "payments.declaration-withdrawn"


def test_what_an_earlier_release_asked_to_confirm_lapses_when_it_said(
    database: Database[dict[str, Any]], mongodb: str
) -> None:
    clock = Clock(IN_TIME[DZ])
    context = context_on(database, mongodb, clock=clock)
    harness = DeclarationsHarness(context)
    asked = harness.declare(das_b(UNPAID))
    context.database["jobs"].delete_many({})
    until = datetime.fromisoformat(asked["confirm_until"])
    left = {"$set": {"next_check_at": until}, "$unset": {"confirm_by_at": ""}}
    context.database["declarations"].update_one({}, left)
    assert harness.see(asked["declaration_id"])["confirm_until"] == asked["confirm_until"]
    assert [backfill_all(context, DZ, backfills=service.backfills) for _ in range(2)] == [1, 0]
    assert harness.see(asked["declaration_id"])["confirm_until"] == asked["confirm_until"]
    assert harness.run() == 0
    clock.at = until
    assert harness.run() == 1
    assert harness.see(asked["declaration_id"])["status"] == "withdrawn"


# --- R4: fewer workers ------------------------------------------------------------------------------------------------


def test_r04_a_replacement_with_fewer_workers_says_how_many_fall_out_and_waits(harness: DeclarationsHarness) -> None:
    old = harness.declare(das_b(workers(5)))
    new = harness.declare(das_b(workers(3)))
    assert new["status"] == "to-confirm"
    assert harness.see(old["declaration_id"])["status"] == "accepted"
    (finding,) = harness.see(new["declaration_id"], "/findings", language="en")["items"]
    assert (finding["code"], finding["severity"], finding["line"]) == ("wage-file.workers-fall-out", "confirm", 0)
    assert (finding["found"], finding["expected"]) == ("2 workers fewer", "of 5 workers")
    (french,) = harness.see(new["declaration_id"], "/findings")["items"]
    assert french["found"] == "2 salariés de moins"
    assert harness.confirm(new["declaration_id"])["status"] == "accepted"
    assert harness.see(old["declaration_id"])["status"] == "replaced"


def test_r04_one_whose_wages_are_gone_falls_out_too_and_a_new_one_takes_nobodys_place(
    harness: DeclarationsHarness,
) -> None:
    nothing = {f"{name}_{quarter}": 0 for name in ("wage", "duration") for quarter in (1, 2, 3, 4)}
    harness.declare(das_b(workers(3)))
    new = harness.declare(das_b([Worker(1), Worker(2), Worker(3, nothing), Worker(4)]))
    assert ("workers-fall-out", 0, "confirm") in codes(harness, new["declaration_id"])
    assert new["status"] == "to-confirm"


def test_r04_another_establishment_takes_nobody_out(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context, TN)
    harness.declare(tn_122(workers(5)))
    assert harness.declare(tn_122(workers(2), exploitation="0001"))["status"] == "accepted"


def test_r04_where_another_declaration_came_between_the_employer_is_asked_again(harness: DeclarationsHarness) -> None:
    harness.declare(das_b(workers(5)))
    asked = harness.declare(das_b(workers(3)))
    harness.declare(das_b(workers(7)))
    again = harness.confirm(asked["declaration_id"])
    assert again["status"] == "to-confirm"
    assert harness.see(asked["declaration_id"], "/findings", language="en")["items"][0]["found"] == "4 workers fewer"
    assert harness.confirm(asked["declaration_id"])["status"] == "accepted"


# --- R6, W02: the register --------------------------------------------------------------------------------------------

FIRST = "900000000001"  # MANSOURI LEILA, born 2 February 1971, in the usual files
ONE = [Worker(1)]


@pytest.mark.parametrize(
    ("registered", "expected", "status"),
    [
        ({}, [], "accepted"),
        ({"family_name": "Mansouri", "first_name": "Leïla"}, [], "accepted"),
        ({"birth_on": "1971"}, [], "accepted"),
        ({"family_name": "منصوري", "first_name": "ليلى"}, [], "accepted"),
        ({"birth_on": "1971-02-03"}, [("register-birth-differs", 1, "warning")], "accepted"),
        ({"family_name": "SAADI"}, [("register-name-differs", 1, "warning")], "accepted"),
        (
            {"family_name": "TOUTAUTRE", "first_name": "JEAN", "birth_on": "1955-05-05"},
            [("register-person-differs", 1, "confirm")],
            "to-confirm",
        ),
    ],
)
def test_w02_r06_name_and_birth_are_held_against_the_register(
    harness: DeclarationsHarness,
    context: ServiceContext,
    registered: dict[str, str],
    expected: list[tuple[str, int, str]],
    status: str,
) -> None:
    know(context, person(FIRST, **registered))
    seen = harness.declare(das_b(ONE))
    assert codes(harness, seen["declaration_id"]) == expected
    assert seen["status"] == status
    shown = json.dumps(harness.see(seen["declaration_id"], "/findings"), ensure_ascii=False)
    kept = json.dumps(list(context.database["declaration_findings"].find()), default=str, ensure_ascii=False)
    for personal in ("MANSOURI", "LEILA", "TOUTAUTRE", "SAADI", "1971", "1955", FIRST):
        assert personal not in shown.replace("2026", "") and personal not in kept


def test_r06_a_number_that_the_register_does_not_know_is_named_by_its_line(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    know(context, person(FIRST))
    seen = harness.declare(das_b(workers(2)))
    assert codes(harness, seen["declaration_id"]) == [("register-number-unknown", 2, "warning")]
    assert seen["status"] == "accepted"


def test_r06_nothing_is_compared_before_the_register_is_known(harness: DeclarationsHarness) -> None:
    assert codes(harness, harness.declare(das_b())["declaration_id"]) == []


@pytest.mark.parametrize(
    ("registered", "expected"),
    [
        ({"family_name": "BEN SALAH", "first_name": "AMIRA", "national_id": "00000001"}, []),
        ({"family_name": "BEN SALAH", "first_name": "AMIRA", "national_id": None}, []),
        (
            {"family_name": "BEN SALAH", "first_name": "AMIRA", "national_id": "09999999"},
            [("register-national-id-differs", 1, "warning")],
        ),
        (
            {"family_name": "TOUTAUTRE", "first_name": "JEAN", "national_id": "09999999"},
            [("register-person-differs", 1, "confirm")],
        ),
    ],
)
def test_r06_the_quarterly_file_is_compared_by_name_and_cin(
    context: ServiceContext, registered: dict[str, Any], expected: list[tuple[str, int, str]]
) -> None:
    harness = DeclarationsHarness(context, TN)
    know(context, person("0000000145", fund_id=TN, **registered), fund_id=TN)
    assert codes(harness, harness.declare(tn_122(ONE))["declaration_id"]) == expected


def test_findings_are_shown_by_their_kind(harness: DeclarationsHarness) -> None:
    """The gravest kind first, of equal ones the most frequent; one kind alone where its code is given."""
    people = workers(5)
    wrong = [replace(each, fields={"wage_1": 100, "duration_1": 3}) for each in people[:3]]
    twice = replace(people[4], fields={"insurance_number": f"90{people[3].number:010d}"})
    seen = harness.declare(das_b([*wrong, people[3], twice]))
    every = harness.see(seen["declaration_id"], "/findings")
    kinds = {each["code"]: each["count"] for each in every["kinds"]}
    assert sum(kinds.values()) == len(every["items"]) > 3 and len(kinds) > 1
    ranks = [("error", "confirm", "warning").index(each["severity"]) for each in every["kinds"]]
    assert ranks == sorted(ranks)
    code, count = next(iter(kinds.items()))
    only = harness.see(seen["declaration_id"], f"/findings?code={code}")
    assert {each["code"] for each in only["items"]} == {code} and len(only["items"]) == count
    assert (only["kinds"], only["next"]) == (every["kinds"], None)
    assert harness.see(seen["declaration_id"], "/findings?code=nothing-like-it")["items"] == []
