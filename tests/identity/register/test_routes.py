"""The register as the fund's agents see it: a person by number, with a purpose, and employers in pages."""

from pathlib import Path

import pytest

from services.identity.wiring import service
from shared.storage.service_context import ServiceContext
from tests.identity.builders import (
    AMIRA_NIN,
    AMIRA_NSS,
    csv_file,
    employer_row,
    imported,
    known_people,
    person_row,
    ref,
)
from tests.kit.callers import Office
from tests.kit.contexts import TN
from tests.kit.people import FIRM


@pytest.fixture
def office(context: ServiceContext, tmp_path: Path) -> Office:
    known_people(context, tmp_path)
    return Office(service, context)


@pytest.mark.parametrize(
    "number",
    [AMIRA_NSS, AMIRA_NIN, f"\u200f{AMIRA_NSS}", f"{AMIRA_NSS[:2]}\u2011{AMIRA_NSS[2:]}", "٩٠٠٠٠٠٠٠٠٠٠١"],
)
def test_an_agent_finds_a_person_by_number_however_it_was_typed(office: Office, number: str) -> None:
    found = office.staff().post("/persons/searches", {"number": number, "purpose": "handling"})
    assert found.status_code == 200
    assert found.json == {
        "person_ref": ref(),
        "insurance_number": AMIRA_NSS,
        "family_name": "Benali",
        "first_name": "Amira",
        "family_name_ar": "بن علي",
        "first_name_ar": "أميرة",
        "birth_on": "1990-04-25",
        "language": "ar",
        "dependants": 2,
    }


def test_w01_w03_an_agent_sees_what_is_known(office: Office, context: ServiceContext, tmp_path: Path) -> None:
    known_people(context, tmp_path, person_row(birth_on="00/00/1950", first_name=""))
    found = office.staff().post("/persons/searches", {"number": AMIRA_NSS, "purpose": "handling"}).json
    assert (found["birth_on"], found["family_name"], found["first_name"]) == ("1950", "Benali", "")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"number": "900000000777", "purpose": "handling"}, 404, "register.person-missing"),
        ({"number": "109900000000000777", "purpose": "handling"}, 404, "register.person-missing"),
        ({"number": "x", "purpose": "handling"}, 404, "register.person-missing"),
        ({"number": AMIRA_NSS}, 422, "request.invalid"),
        ({"number": AMIRA_NSS, "purpose": "curiosity"}, 422, "request.invalid"),
        ({"purpose": "handling"}, 422, "request.invalid"),
        ({"number": "\u200b", "purpose": "handling"}, 422, "request.invalid"),
    ],
)
def test_a_search_that_finds_nobody_leaves_no_entry(
    office: Office, context: ServiceContext, body: dict[str, str], status: int, code: str
) -> None:
    refused = office.staff().post("/persons/searches", body)
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert context.database["access_journal"].count_documents({}) == 0


def test_only_agents_of_the_fund_search(office: Office) -> None:
    body = {"number": AMIRA_NSS, "purpose": "handling"}
    assert office.staff(fund=TN).post("/persons/searches", body).status_code == 404
    assert office.nobody().post("/v1/dz-cnas/persons/searches", json=body).status_code == 401


def test_employers_come_in_pages_by_number_all_of_them(office: Office, context: ServiceContext, tmp_path: Path) -> None:
    rows = [
        employer_row(employer_number=f"{2600000000 + number}", closed_on="2020-01-01" if number % 2 else "")
        for number in range(150)
    ]
    assert imported(context, "--employers", csv_file(tmp_path / "more.csv", rows))[0] == 0
    agent, seen, cursor = office.staff(), [], ""
    for _ in range(10):
        page = agent.get(f"/employers?limit=40{cursor}").json
        seen += [each["employer_id"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == sorted([FIRM, *(row["employer_number"] for row in rows)])
    closed = agent.get("/employers?is_open=false&limit=100").json
    assert len(closed["items"]) == 75 and not any(each["is_open"] for each in closed["items"])


@pytest.mark.parametrize(
    ("number", "found"),
    [(FIRM, [FIRM]), ("16\u00a000000001", [FIRM]), ("١٦٠٠٠٠٠٠٠١", [FIRM]), ("1600000009", []), ("x", [])],
)
def test_an_employer_is_found_by_number(office: Office, number: str, found: list[str]) -> None:
    page = office.staff().get("/employers", query_string={"number": number}).json
    assert [each["employer_id"] for each in page["items"]] == found
    assert page["next"] is None
