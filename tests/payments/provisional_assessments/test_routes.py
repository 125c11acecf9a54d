"""Employers that declare nothing: assessed from their last period, until they declare or the fund takes it back."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from deploy.local.verify import declared as i7
from services.payments.arrears import jobs as arrears
from services.payments.collections import booking
from services.payments.ledger import account
from services.payments.wiring import service
from shared.events.identity import EmployersRegistered
from shared.kernel.actors import system
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Caller
from tests.kit.clock import Clock
from tests.kit.contexts import DZ, handle, make_unique_indexes, published
from tests.payments.declarations.builders import DZ_EMPLOYER, das_b
from tests.payments.declarations.harness import DeclarationsHarness, register
from tests.payments.provisional_assessments.builders import das_of
from tests.verify.seen_of_one import seen_of
from tests.verify.town import found

LAST_IN_TIME = datetime(2026, 1, 31, 9, tzinfo=UTC)
ASSESSABLE = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""Thirty days after the last day in time."""
WANTED = {"employer_id": DZ_EMPLOYER, "form": "das", "period": "2025"}


@pytest.fixture
def harness(context: ServiceContext) -> DeclarationsHarness:
    """A firm that declared 2024 in January 2025, and nothing since; the day on which it may be assessed."""
    make_unique_indexes(service, context)
    clock = Clock(datetime(2025, 1, 20, 9, tzinfo=UTC))
    made = DeclarationsHarness(replace(context, clock=clock))
    before = made.declare(das_of(2024), period="2024")
    assert before["status"] == "accepted", made.see(before["declaration_id"], "/findings")
    clock.at = ASSESSABLE
    return made


@pytest.fixture
def agent(harness: DeclarationsHarness) -> Caller:
    return harness.office.staff()


def assess(agent: Caller, **more: Any) -> TestResponse:
    return agent.post("/provisional-assessments", {**WANTED, **more})


def assessed(agent: Caller) -> dict[str, Any]:
    answer = assess(agent)
    assert answer.status_code == 201, answer.text
    (only,) = answer.json["items"]
    return dict(only)


def at(harness: DeclarationsHarness, day: datetime) -> None:
    clock = harness.context.clock
    assert isinstance(clock, Clock)
    clock.at = day


def offences(harness: DeclarationsHarness) -> list[str]:
    """What I7 finds: what is owed, paid and booked, held against each other."""
    return found(seen_of("payments", harness.context.database), i7.ask)


def test_it_is_the_last_period_and_five_percent_branch_by_branch(harness: DeclarationsHarness, agent: Caller) -> None:
    before = harness.caller.get("/declarations", query_string={"employer_id": DZ_EMPLOYER}).json["items"][0]
    found = agent.get("/provisional-assessment", query_string=WANTED)
    assert found.status_code == 200, found.text
    (would_be,) = found.json["items"]
    assert (would_be["basis_period"], would_be["basis"], would_be["percent"]) == ("2024", before["due"], "5.0")
    parts = [part for slip in would_be["slips"] for part in slip["contributions"]]
    declared = [part for slip in harness.see(before["declaration_id"])["slips"] for part in slip["contributions"]]
    assert [part["branch"] for part in parts] == [part["branch"] for part in declared]
    for one, other in zip(parts, declared, strict=True):
        raised = round(float(other["amount"]) * 105)
        assert abs(round(float(one["amount"]) * 100) - raised) <= 1, (one, other)
    assert [slip["period"] for slip in would_be["slips"]] == ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]
    assert harness.context.database["provisional_assessments"].count_documents({}) == 0, "nothing is kept of it"

    made = assessed(agent)
    assert (made["status"], made["due"], made["due_on"]) == ("standing", would_be["due"], "2026-01-31")
    owed = harness.caller.get("/arrears", query_string={"employer_id": DZ_EMPLOYER}).json
    debt = next(each for each in owed["items"] if each["period"] == "2025")
    assert (debt["is_provisional"], debt["left"], debt["declaration_id"]) == (True, made["due"], made["assessment_id"])
    assert "payments.provisionally-assessed" in published(harness.context)
    assert offences(harness) == []


def test_it_is_assessed_once(harness: DeclarationsHarness, agent: Caller) -> None:
    first = assess(agent)
    again = agent.post("/provisional-assessments", WANTED)
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json["code"] == "provisional-assessment.assessed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"day": LAST_IN_TIME}, "provisional-assessment.too-early"),
        ({"day": datetime(2026, 3, 1, 9, tzinfo=UTC)}, "provisional-assessment.too-early"),
        ({"register": register(DZ_EMPLOYER, is_open=False)}, "provisional-assessment.not-expected"),
        ({"body": {"employer_id": "1600000099"}}, "provisional-assessment.not-expected"),
        ({"body": {"period": "1980"}}, "provisional-assessment.not-offered"),
        ({"body": {"period": "2024"}}, "provisional-assessment.declared"),
        ({"body": {"form": "other"}}, "declaration.form-unknown"),
        ({"body": {"period": "2025-Q1"}}, "declaration.period-of-other-kind"),
        ({"body": {"period": "last year"}}, "fund.period-malformed"),
    ],
)
def test_who_is_not_silent_is_not_assessed(harness: DeclarationsHarness, change: dict[str, Any], code: str) -> None:
    at(harness, change.get("day", ASSESSABLE))
    if isinstance(known := change.get("register"), EmployersRegistered):
        handle(harness.context, service, replace(known, registered_at=ASSESSABLE))
    refused = assess(harness.office.staff(), **change.get("body", {}))
    assert (refused.status_code in {404, 409, 422}, refused.json["code"]) == (True, code), refused.text
    assert harness.context.database["provisional_assessments"].count_documents({}) == 0


def test_a_declaration_that_is_being_checked_stands_in_the_way(harness: DeclarationsHarness, agent: Caller) -> None:
    harness.send(das_b())
    assert assess(agent).json["code"] == "provisional-assessment.under-way"


def test_without_an_earlier_declaration_there_is_nothing_to_assess_from(context: ServiceContext) -> None:
    made = DeclarationsHarness(replace(context, clock=Clock(ASSESSABLE)))
    assert assess(made.office.staff()).json["code"] == "provisional-assessment.no-basis"


def test_the_declaration_takes_its_place_and_what_was_paid_counts(harness: DeclarationsHarness, agent: Caller) -> None:
    made = assessed(agent)
    pay(harness, made["assessment_id"], 1_000_000)
    late = harness.declare(das_b())
    assert (late["status"], late["revision"], late["replaces"], late["is_late"]) == ("accepted", 1, None, True)
    assert late["payment"]["paid"] == "10000.00"
    ended = harness.caller.get(f"/provisional-assessments/{made['assessment_id']}").json
    assert (ended["status"], ended["replaced_by"]) == ("replaced", late["declaration_id"])
    owed = harness.caller.get("/arrears", query_string={"employer_id": DZ_EMPLOYER}).json["items"]
    of_2025 = [each for each in owed if each["period"] == "2025"]
    assert [(each["declaration_id"], each["is_provisional"]) for each in of_2025] == [(late["declaration_id"], False)]
    assert offences(harness) == []
    assert assess(agent).json["code"] == "provisional-assessment.declared"


def test_nothing_to_declare_takes_its_place_too(harness: DeclarationsHarness, agent: Caller) -> None:
    made = assessed(agent)
    pay(harness, made["assessment_id"], 1_000_000)
    said = harness.caller.post("/nil-declarations", WANTED)
    assert said.status_code == 202, said.text
    harness.run()
    assert harness.see(said.json["declaration_id"])["payment"]["left"] == "0.00"
    credits = agent.get("/credits", query_string={"employer_id": DZ_EMPLOYER}).json["items"]
    assert [each["amount"] for each in credits] == ["10000.00"]
    assert offences(harness) == []


def test_the_fund_takes_it_back_and_the_money_is_the_employers(harness: DeclarationsHarness, agent: Caller) -> None:
    made = assessed(agent)
    arrears.run(harness.context, DZ, made["assessment_id"])
    charged = harness.caller.get(f"/declarations/{made['assessment_id']}/penalties").json
    assert float(charged["penalties_charged"]) > 0
    pay(harness, made["assessment_id"], 1_000_000)
    path = f"/provisional-assessments/{made['assessment_id']}/withdraw"
    stale = agent.post(path, {"version": made["version"] + 1, "reason": "Invented."})
    assert stale.status_code in {409, 412}
    back = agent.post(path, {"version": made["version"], "reason": "The firm had closed."})
    assert (back.status_code, back.json["status"], back.json["reason"]) == (200, "withdrawn", "The firm had closed.")
    again = agent.post(path, {"version": back.json["version"], "reason": "Invented."})
    assert again.json["code"] == "provisional-assessment.ended"
    arrears.run(harness.context, DZ, made["assessment_id"])
    cost = harness.caller.get(f"/declarations/{made['assessment_id']}/penalties").json
    assert (cost["left"], cost["penalties_charged"], cost["to_pay"]) == ("0.00", "0.00", "0.00")
    credits = agent.get("/credits", query_string={"employer_id": DZ_EMPLOYER}).json["items"]
    assert sum(float(each["amount"]) for each in credits) == 10_000
    assert "payments.provisional-assessment-withdrawn" in published(harness.context)
    assert offences(harness) == []

    assert assess(agent).json["code"] == "provisional-assessment.assessed"
    late = harness.declare(das_b())
    assert late["payment"]["status"] in {"open", "paid"}
    assert harness.caller.get(f"/provisional-assessments/{made['assessment_id']}").json["status"] == "replaced"
    assert offences(harness) == []


def test_the_declaration_stays_missing_until_it_comes(harness: DeclarationsHarness, agent: Caller) -> None:
    """Of what is due, 15 % for the first month without a declaration and 5 % for each further one: what the fund
    assessed is no declaration."""
    made = assessed(agent)
    reasons = {}
    for day in (ASSESSABLE, datetime(2026, 5, 2, 9, tzinfo=UTC)):
        at(harness, day)
        lines = harness.caller.get(f"/declarations/{made['assessment_id']}/penalties").json["lines"]
        reasons[day] = sum(each["months"] for each in lines if each["reason"] == "declaration-not-produced")
    assert list(reasons.values()) == [2, 4]
    late = harness.declare(das_b())
    at(harness, datetime(2026, 9, 2, 9, tzinfo=UTC))
    lines = harness.caller.get(f"/declarations/{late['declaration_id']}/penalties").json["lines"]
    missing = [each for each in lines if each["reason"] == "declaration-not-produced"]
    assert sum(each["months"] for each in missing) == 4
    assert {each["base"] for each in missing} == {late["due"]}


def test_a_firm_reads_its_own_and_the_look_of_an_agent_is_kept(harness: DeclarationsHarness, agent: Caller) -> None:
    made = assessed(agent)
    listed = harness.caller.get("/provisional-assessments", query_string={"employer_id": DZ_EMPLOYER}).json["items"]
    assert [each["assessment_id"] for each in listed] == [made["assessment_id"]]
    other = harness.office.employer("1600000002")
    assert other.get(f"/provisional-assessments/{made['assessment_id']}").status_code == 403
    agent.get(f"/provisional-assessments/{made['assessment_id']}")
    looked = harness.caller.get("/access-journal").json["items"]
    assert made["assessment_id"] in {each["reference"] for each in looked}


def pay(harness: DeclarationsHarness, assessment_id: str, amount_minor: int) -> None:
    """So much comes for it on the fund's account, and a person allocates it."""
    share = {"target": "declaration", "target_id": assessment_id, "amount_minor": amount_minor}
    entry = {"_id": f"{DZ}:e1", "fund": DZ, "entry_id": "e1", "status": "booked", "shares": [share]}
    harness.context.database["bank_entries"].insert_one(entry)
    harness.context.run(
        DZ,
        by=system("bank"),
        cause="bank:e1",
        action=lambda uow: booking.pay(
            uow,
            declaration_id=assessment_id,
            entry_id="e1",
            amount_minor=amount_minor,
            into=account.BANK_COLLECTIONS,
            value_on=uow.today,
        ),
    )
