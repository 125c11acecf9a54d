"""A difference is in somebody's hands: an employer's period that does not add up as well as money without a match."""

from collections.abc import Callable
from typing import Any

import pytest

from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Caller, Office
from tests.kit.contexts import DZ
from tests.payments.bank import credited, office, post_signed
from tests.payments.builders import FIRM, open_obligation

Case = Callable[[Office], str]


@pytest.fixture
def made(context: ServiceContext) -> Office:
    """Payments, with half of a debt paid, and money of which nobody knows what it is for."""
    here = office(context)
    open_obligation(context)
    asked = here.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"}).json
    post_signed(here, credited(asked["reference"], "1000.00"))
    post_signed(here, credited("?", "77.00", entry="ent_2"), message_id="evt_2")
    return here


def cases(made: Office) -> dict[str, dict[str, Any]]:
    return {each["case"]: each for each in made.staff().get("/differences").json["items"]}


@pytest.fixture(params=["partial", "unmatched"])
def case(request: pytest.FixtureRequest, made: Office) -> dict[str, Any]:
    found: dict[str, Any] = cases(made)[request.param]
    return found


def test_it_is_taken_given_back_and_given_to_a_colleague(made: Office, case: dict[str, Any]) -> None:
    path, first, chief = f"/differences/{case['case_id']}", made.staff("agent-1"), made.staff("chief")
    assert case["assigned_to"] is None
    assert first.post(f"{path}/release").json["code"] == "difference.not-assigned"
    assert first.post(f"{path}/assignment").json["assigned_to"] == "agent-1"
    assert first.post(f"{path}/assignment").json["assigned_to"] == "agent-1"
    assert cases(made)[case["case"]]["assigned_to"] == "agent-1"
    assert made.staff().get(path).json["assigned_to"] == "agent-1"
    for act in ("assignment", "release"):
        refused = made.staff("agent-2").post(f"{path}/{act}")
        assert (refused.status_code, refused.json["code"]) == (409, "difference.assigned-to-another")
    given = chief.post(f"{path}/reassignment", {"to": "agent-2", "reason": "on leave"}).json
    assert (given["assigned_to"], given["case"], given["opened_at"]) == ("agent-2", case["case"], case["opened_at"])
    assert made.staff("agent-2").post(f"{path}/release").json["assigned_to"] is None
    plain = Caller(made.app.test_client(), service, DZ, ["bank:settle"], actor="staff", sub="agent-2")
    assert plain.post(f"{path}/reassignment", {"to": None, "reason": "mine"}).json["code"] == "access.scope-missing"


def test_of_two_agents_the_second_reads_that_it_changed(made: Office, case: dict[str, Any]) -> None:
    path, seen = f"/differences/{case['case_id']}", {"If-Match": f'"{case["version"]}"'}
    assert made.staff("agent-1").post(f"{path}/assignment", headers=seen).status_code == 200
    late = made.staff("agent-2").post(f"{path}/assignment", headers=seen)
    assert (late.status_code, late.json["version"]) == (412, case["version"] + 1)


def test_an_employers_period_keeps_its_agent_while_money_comes_and_until_it_adds_up(made: Office) -> None:
    partial = cases(made)["partial"]
    made.staff("agent-1").post(f"/differences/{partial['case_id']}/assignment")
    asked = made.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"}).json
    post_signed(made, credited(asked["reference"], "50.00", entry="ent_3"), message_id="evt_3")
    kept = cases(made)["partial"]
    assert (kept["assigned_to"], kept["collected"]) == ("agent-1", "1050.00")
    asked = made.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"}).json
    post_signed(made, credited(asked["reference"], asked["amount"], entry="ent_4"), message_id="evt_4")
    assert "partial" not in cases(made)
    gone = made.staff("agent-1").post(f"/differences/{partial['case_id']}/release")
    assert (gone.status_code, gone.json["code"]) == (404, "difference.unknown")


def test_what_one_agent_looks_into_no_other_decides_and_who_decides_takes_it(made: Office) -> None:
    entry_id = cases(made)["unmatched"]["case_id"]
    made.staff("agent-1").post(f"/differences/{entry_id}/assignment")
    version = made.staff().get(f"/bank/entries/{entry_id}").json["version"]
    body = {"version": version, "ground": "unclaimed"}
    refused = made.staff("agent-2").post(f"/bank/entries/{entry_id}/write-off", body)
    assert (refused.status_code, refused.json["code"]) == (409, "difference.assigned-to-another")
    done = made.staff("agent-1").post(f"/bank/entries/{entry_id}/write-off", body)
    assert (done.status_code, done.json["status"]) == (200, "settled"), done.text
    assert made.staff().post(f"/differences/{entry_id}/assignment").json["code"] == "difference.unknown"


def test_a_difference_that_nobody_opened_is_not_there(made: Office) -> None:
    unknown = made.staff().post("/differences/nothing/assignment")
    assert (unknown.status_code, unknown.json["code"]) == (404, "difference.unknown")


def test_one_is_read_by_its_id_until_it_is_settled(made: Office, case: dict[str, Any]) -> None:
    path, agent = f"/differences/{case['case_id']}", made.staff("agent-1")
    assert agent.get(path).json == case
    agent.post(f"{path}/assignment")
    seen = agent.get(path)
    assert seen.json["assigned_to"] == "agent-1"
    assert seen.headers["ETag"] == f'"{seen.json["version"]}"'
    unknown = agent.get("/differences/no-such-case")
    assert (unknown.status_code, unknown.json["code"]) == (404, "difference.unknown")


def test_the_list_is_asked_for_by_who_looks_into_them(made: Office) -> None:
    """By the caller, by an agent's number, and for what nobody has taken: of each kind of difference, page by page."""
    found = cases(made)
    for kind in ("partial", "unmatched"):
        made.staff("agent-1").post(f"/differences/{found[kind]['case_id']}/assignment")
    post_signed(made, credited("?", "88.00", entry="ent_3"), message_id="evt_3")

    def listed(by: str, query: str) -> list[str]:
        answered = made.staff(by).get(f"/differences?{query}")
        return [each["collected"] for each in answered.json["items"]]

    assert listed("agent-1", "assigned_to=me") == listed("agent-2", "assigned_to=agent-1") == ["1000.00", "77.00"]
    assert listed("agent-2", "assigned_to=me") == []
    assert listed("agent-2", "assigned_to=nobody") == ["88.00"]
    assert listed("agent-2", "limit=50") == ["1000.00", "77.00", "88.00"]
    first = made.staff("agent-1").get("/differences?assigned_to=me&limit=1").json
    assert ([each["case"] for each in first["items"]], first["next"] is None) == (["partial"], False)
    assert listed("agent-1", f"assigned_to=me&limit=1&cursor={first['next']}") == ["77.00"]
