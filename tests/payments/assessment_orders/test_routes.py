"""All silent employers assessed by one order: previewed, started by a second person, carried out, reported."""

from decimal import Decimal
from typing import Any

import pytest

from deploy.local.verify import declared as i7
from services.payments.campaigns.periodic_tasks import count_filings
from services.payments.wiring import service
from shared.jobs import queue
from shared.jobs.job import JobStatus
from shared.storage.paging import PageRequest
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Caller
from tests.kit.clock import Clock
from tests.kit.contexts import DZ, handle, published, reading
from tests.payments.assessment_orders.builders import WANTED, das_by, silent_firms, work
from tests.payments.declarations.builders import DZ_EMPLOYER
from tests.payments.declarations.harness import DeclarationsHarness, register
from tests.verify.seen_of_one import seen_of
from tests.verify.town import found

FIRMS = (DZ_EMPLOYER, "1600000002", "3100000008")
NEVER_DECLARED = "1600000007"


@pytest.fixture
def harness(context: ServiceContext) -> DeclarationsHarness:
    return silent_firms(context, with_basis=FIRMS, without=[NEVER_DECLARED])


@pytest.fixture
def agent(harness: DeclarationsHarness) -> Caller:
    return harness.office.staff("agent-1")


@pytest.fixture
def second(harness: DeclarationsHarness) -> Caller:
    return harness.office.staff("agent-2")


def given(harness: DeclarationsHarness, agent: Caller) -> dict[str, Any]:
    """An order that is previewed."""
    made = agent.post("/assessment-orders", WANTED)
    assert (made.status_code, made.json["status"]) == (201, "previewing"), made.text
    work(harness.context, seconds=4)
    return dict(agent.get(f"/assessment-orders/{made.json['order_id']}").json)


def started(harness: DeclarationsHarness, agent: Caller, second: Caller) -> str:
    order_id = str(given(harness, agent)["order_id"])
    assert second.post(f"/assessment-orders/{order_id}/start").json["status"] == "started"
    return order_id


def employers(agent: Caller, order_id: str, **query: str) -> dict[str, dict[str, Any]]:
    items = agent.get(f"/assessment-orders/{order_id}/employers", query_string=query).json["items"]
    return {each["employer_id"]: each for each in items}


def owed(harness: DeclarationsHarness, employer_id: str) -> list[str]:
    """What an employer owes for 2025."""
    of = harness.office.employer(employer_id)
    debts = of.get("/arrears", query_string={"employer_id": employer_id}).json["items"]
    return [each["left"] for each in debts if each["period"] == "2025"]


def offences(harness: DeclarationsHarness) -> list[str]:
    """What I7 finds: what is owed, paid and booked, held against each other."""
    return found(seen_of("payments", harness.context.database), i7.ask)


def test_silent_employers_are_previewed_started_by_another_and_assessed(
    harness: DeclarationsHarness, agent: Caller, second: Caller
) -> None:
    wanted = {"employer_id": DZ_EMPLOYER, "form": "das", "period": "2025"}
    alone = agent.get("/provisional-assessment", query_string=wanted).json["items"][0]["due"]
    order = given(harness, agent)
    assert (order["status"], order["employers"], order["form_name"][:11]) == ("previewed", 3, "Déclaration")
    assert [(each["reason"], each["count"]) for each in order["left_out"]] == [("no-basis", 1)]
    lines = employers(agent, order["order_id"])
    assert lines[DZ_EMPLOYER]["due"] == alone
    assert sum(Decimal(each["due"]) for each in lines.values()) == Decimal(order["due"]) == 3 * Decimal(alone) > 0
    assert lines[NEVER_DECLARED]["reason_text"] == "Aucune déclaration antérieure pour base"
    assert harness.context.database["provisional_assessments"].count_documents({}) == 0, "nobody is assessed yet"

    refused = agent.post(f"/assessment-orders/{order['order_id']}/start")
    assert (refused.status_code, refused.json["code"]) == (403, "assessment-order.second-person-needed")
    assert second.post(f"/assessment-orders/{order['order_id']}/start").json["status"] == "started"
    work(harness.context, seconds=4)
    report = agent.get(f"/assessment-orders/{order['order_id']}/report").json
    assert (report["order"]["status"], report["progress"]) == (
        "finished",
        {"selected": 0, "to_assess": 0, "assessed": 3, "left_out": 1},
    )
    assert [step["by"] for step in report["order"]["timeline"]][0::2] == ["agent-1", "agent-2"]
    for employer_id, line in employers(agent, order["order_id"], status="assessed").items():
        assert owed(harness, employer_id) == [line["due"]] == [lines[employer_id]["due"]]
        (made,) = line["assessment_ids"]
        assert agent.get(f"/provisional-assessments/{made}").json["employer_id"] == employer_id
    assert published(harness.context).count("payments.provisionally-assessed") == 3, "each is informed"
    assert offences(harness) == []


def test_who_declares_between_preview_and_start_is_left_out(
    harness: DeclarationsHarness, agent: Caller, second: Caller
) -> None:
    order = given(harness, agent)
    for employer_id in FIRMS[:2]:
        by = harness.office.employer(employer_id)
        sent = harness.send(das_by(employer_id, year=2025), by=by, employer_id=employer_id)
        assert sent.status_code == 202, sent.text
        if employer_id == FIRMS[0]:
            harness.run()
    second.post(f"/assessment-orders/{order['order_id']}/start")
    work(harness.context, seconds=4)
    lines = employers(agent, order["order_id"])
    reasons = {employer_id: line["reason"] for employer_id, line in lines.items()}
    assert reasons == {FIRMS[0]: "declared", FIRMS[1]: "under-way", FIRMS[2]: None, NEVER_DECLARED: "no-basis"}
    assert lines[FIRMS[2]]["status"] == "assessed"
    counted = agent.get(f"/assessment-orders/{order['order_id']}/report").json["left_out"]
    assert {each["reason"]: each["count"] for each in counted} == {"declared": 1, "under-way": 1, "no-basis": 1}
    assert offences(harness) == []


def test_who_declared_is_not_in_it_and_who_was_assessed_by_itself_is_left_out(
    harness: DeclarationsHarness, agent: Caller
) -> None:
    by = harness.office.employer(FIRMS[0])
    harness.send(das_by(FIRMS[0], year=2025), by=by, employer_id=FIRMS[0])
    harness.run()
    count_filings(harness.context, DZ)
    alone = {"employer_id": FIRMS[1], "form": "das", "period": "2025"}
    assert agent.post("/provisional-assessments", alone).status_code == 201
    order = given(harness, agent)
    lines = employers(agent, order["order_id"])
    assert {employer_id: line["reason"] for employer_id, line in lines.items()} == {
        FIRMS[1]: "assessed",
        FIRMS[2]: None,
        NEVER_DECLARED: "no-basis",
    }


def test_one_employer_that_cannot_be_computed_stops_nobody(
    harness: DeclarationsHarness, agent: Caller, second: Caller
) -> None:
    """What its declaration says is not readable any more: it is left out, and an operator sees it."""
    harness.context.database["declarations"].update_one(
        {"employer_id": FIRMS[1]}, {"$set": {"business.booked.assessment.slips": "broken"}}
    )
    order = given(harness, agent)
    assert order["status"] == "previewing", "it is tried again"
    work(harness.context, seconds=120)
    order = agent.get(f"/assessment-orders/{order['order_id']}").json
    assert (order["status"], order["employers"]) == ("previewed", 2)
    assert {each["reason"]: each["count"] for each in order["left_out"]} == {"no-basis": 1, "failed": 1}
    assert len(queue.page(reading(harness.context), status=JobStatus.FAILED, wanted=PageRequest()).items) == 1
    second.post(f"/assessment-orders/{order['order_id']}/start")
    work(harness.context, seconds=4)
    statuses = {employer_id: line["status"] for employer_id, line in employers(agent, order["order_id"]).items()}
    assert statuses == {
        FIRMS[0]: "assessed",
        FIRMS[1]: "left-out",
        FIRMS[2]: "assessed",
        NEVER_DECLARED: "left-out",
    }


def test_an_employer_that_fails_while_it_is_assessed_stops_nobody(
    harness: DeclarationsHarness, agent: Caller, second: Caller
) -> None:
    order_id = started(harness, agent, second)
    harness.context.database["declarations"].update_one(
        {"employer_id": FIRMS[0]}, {"$set": {"business.booked.assessment.slips": "broken"}}
    )
    work(harness.context, seconds=120)
    assert employers(agent, order_id)[FIRMS[0]]["reason"] == "failed"
    report = agent.get(f"/assessment-orders/{order_id}/report").json
    assert (report["order"]["status"], report["progress"]["assessed"]) == ("finished", 2)
    assert owed(harness, FIRMS[2]) != [], "the one behind it is assessed"


def test_more_than_a_batch_is_selected_and_assessed(context: ServiceContext) -> None:
    harness = silent_firms(context, with_basis=FIRMS)
    agent, second = harness.office.staff("agent-1"), harness.office.staff("agent-2")
    many = [f"31{number:08d}" for number in range(1_000, 1_230)]
    handle(harness.context, service, register(*many))
    order_id = started(harness, agent, second)
    work(harness.context, seconds=6)
    report = agent.get(f"/assessment-orders/{order_id}/report").json
    assert report["progress"] == {"selected": 0, "to_assess": 0, "assessed": 3, "left_out": 230}
    assert harness.context.database["assessment_orders"].find_one({})["batches"] == 3
    first = agent.get(f"/assessment-orders/{order_id}/employers", query_string={"status": "left-out"}).json
    assert (len(first["items"]), first["next"] is not None) == (100, True)


def test_nobody_to_assess_is_an_order_that_is_over(context: ServiceContext) -> None:
    harness = silent_firms(context, with_basis=(), without=[NEVER_DECLARED])
    agent = harness.office.staff("agent-1")
    order = given(harness, agent)
    assert (order["status"], order["employers"], order["due"]) == ("finished", 0, "0.00")
    assert agent.post("/assessment-orders", WANTED).status_code == 201, "another may be given"


def test_an_order_is_cancelled_before_its_start_and_another_given(
    harness: DeclarationsHarness, agent: Caller, second: Caller
) -> None:
    order = given(harness, agent)
    again = agent.post("/assessment-orders", WANTED)
    assert (again.status_code, again.json["code"]) == (409, "assessment-order.under-way")
    path = f"/assessment-orders/{order['order_id']}"
    gone = agent.post(f"{path}/cancel", {"reason": "The reminders left too late."})
    assert (gone.json["status"], gone.json["timeline"][-1]["reason"]) == ("cancelled", "The reminders left too late.")
    assert second.post(f"{path}/start").status_code == 409
    work(harness.context, seconds=4)
    assert harness.context.database["provisional_assessments"].count_documents({}) == 0
    order_id = started(harness, agent, second)
    assert agent.post(f"/assessment-orders/{order_id}/cancel", {"reason": "r"}).status_code == 409, "it is started"
    listed = agent.get("/assessment-orders").json["items"]
    assert [each["status"] for each in listed] == ["started", "cancelled"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"period": "2026"}, "provisional-assessment.too-early"),
        ({"period": "1980"}, "provisional-assessment.not-offered"),
        ({"period": "2025-Q1"}, "declaration.period-of-other-kind"),
        ({"form": "other"}, "declaration.form-unknown"),
    ],
)
def test_what_the_fund_does_not_assess_is_not_ordered(agent: Caller, body: dict[str, str], code: str) -> None:
    refused = agent.post("/assessment-orders", {**WANTED, **body})
    assert (refused.status_code in {404, 409, 422}, refused.json["code"]) == (True, code), refused.text


def test_whom_an_agent_looked_at_is_kept(harness: DeclarationsHarness, agent: Caller) -> None:
    assert harness.caller.get("/access-journal").json["items"] == []
    employers(agent, given(harness, agent)["order_id"])
    assert [each["looked_at"] for each in harness.caller.get("/access-journal").json["items"]] == ["declarations"]


def test_time_that_passes_between_two_looks_starts_nothing(harness: DeclarationsHarness, agent: Caller) -> None:
    order = given(harness, agent)
    clock = harness.context.clock
    assert isinstance(clock, Clock)
    clock.move(hours=48)
    work(harness.context, seconds=4)
    assert agent.get(f"/assessment-orders/{order['order_id']}").json["status"] == "previewed"
