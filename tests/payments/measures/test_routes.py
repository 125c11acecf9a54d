"""Measures over HTTP: asked for, decided, undone; and what each does to the debt."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.payments.arrears import jobs
from services.payments.measures import actions
from services.payments.measures.measure_request import RequestStatus
from services.payments.obligations import actions as obligations
from services.payments.wiring import service
from shared.funds.arrears import Measure, MeasureLoss, MeasureProof
from shared.jobs.queue import due_anywhere
from shared.process.backfills import backfill_all
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import Clock
from tests.kit.contexts import TN, make_unique_indexes, published_events, reading
from tests.payments.builders import FIRM, OTHER_FIRM, open_obligation
from tests.payments.measures.builders import LAW, fund_with, measure, split

FACTS = {
    "fund_id": TN,
    "form": "quarterly-wages",
    "period": "2025-Q1",
    "due_on": date(2025, 4, 15),
    "declared_on": date(2025, 4, 10),
    "branches": {"pension": 100_000},
    "sides": {"employer": 60_000, "employee": 40_000},
}

Towns = Callable[..., ServiceContext]


@pytest.fixture
def town(context: ServiceContext) -> Towns:
    """Payments on 20 April 2025 by a definition with these measures; a quarter of 100.000 was due by the fifteenth."""
    make_unique_indexes(service, context)
    is_first = iter([True])

    def make(**measures: Measure) -> ServiceContext:
        funds = {**context.funds, TN: fund_with(**measures)}
        made = replace(context, clock=Clock(datetime(2025, 4, 20, 9, tzinfo=UTC)), funds=funds)
        if next(is_first, False):
            open_obligation(made, **FACTS)
            settle(made)
        return made

    return make


def settle(made: ServiceContext) -> None:
    """Do what is due."""
    for fund_id, job in due_anywhere(made, [jobs.ASSESS], limit=10):
        jobs.run(made, fund_id, job.thing_id)


def penalties(made: ServiceContext) -> int:
    return obligations.read(reading(made, TN), declaration_id="d1").penalty_minor


def test_a_firm_that_gives_its_word_pays_a_side_later(town: Towns) -> None:
    made = town(deferral=measure())
    assert penalties(made) == 1_000
    firm = Office(service, made).employer(FIRM, fund=TN)
    (offered,) = firm.get(f"/measures?employer_id={FIRM}").json["items"]
    assert (offered["code"], offered["is_open"], offered["new_due_on"], offered["request"]) == (
        "deferral",
        True,
        "2025-07-15",
        None,
    )
    asked = firm.post("/measures/deferral/requests", {"employer_id": FIRM, "is_declared": True})
    assert (asked.status_code, asked.json["status"], asked.json["text"]) == (201, "granted", "La demande est accordée.")
    settle(made)
    assert penalties(made) == 400  # of the workers' side alone
    shown = firm.get("/declarations/d1/penalties").json
    assert (shown["deferred"], shown["deferred_until_on"], shown["penalties"]) == ("60.000", "2025-07-15", "0.400")
    (offered,) = firm.get(f"/measures?employer_id={FIRM}").json["items"]
    assert (offered["is_open"], offered["request"]["status"]) == (False, "granted")
    again = firm.post("/measures/deferral/requests", {"employer_id": FIRM, "is_declared": True})
    assert (again.status_code, again.json["code"]) == (409, "measure.already-asked")


def test_a_firm_pays_in_parts_and_sees_each_with_its_day(town: Towns) -> None:
    made = town(parts=split(date(2025, 5, 15), date(2025, 6, 15), date(2025, 7, 15), loss=MeasureLoss.UNPAID))
    firm = Office(service, made).employer(FIRM, fund=TN)
    (offered,) = firm.get(f"/measures?employer_id={FIRM}").json["items"]
    assert (offered["kind"], offered["new_due_on"]) == ("split", None)
    assert offered["part_days"] == ["2025-05-15", "2025-06-15", "2025-07-15"]
    asked = firm.post("/measures/parts/requests", {"employer_id": FIRM, "is_declared": True})
    assert asked.json["status"] == "granted"
    settle(made)
    assert penalties(made) == 0, "what was charged is given back"
    shown = firm.get("/declarations/d1/penalties").json
    assert shown["deferred_parts"] == [
        {"due_on": "2025-05-15", "amount": "33.333", "left": "33.333"},
        {"due_on": "2025-06-15", "amount": "33.333", "left": "33.333"},
        {"due_on": "2025-07-15", "amount": "33.334", "left": "33.334"},
    ]
    # unpaid by 15 May, the first part is late from 16 April: two months of 1 %
    assert (shown["to_pay"], shown["next_on"], shown["to_pay_next"]) == ("100.000", "2025-05-16", "100.666")
    assert shown["is_late"] is False
    for day in (7, 8, 9):
        on = replace(made, clock=Clock(datetime(2025, 5, day, 9, tzinfo=UTC)))
        settle(on)
    (reminded,) = published_events(made, "payments.deferral-reminded")
    assert (reminded.due_on, reminded.amount_minor, reminded.declaration_id) == (date(2025, 5, 15), 33_333, "d1")
    settle(replace(made, clock=Clock(datetime(2025, 5, 16, 9, tzinfo=UTC))))
    assert penalties(made) == 666
    after = Office(service, replace(made, clock=Clock(datetime(2025, 5, 16, 9, tzinfo=UTC)))).employer(FIRM, fund=TN)
    assert after.get("/declarations/d1/penalties").json["is_late"] is True


def test_an_agent_decides_what_has_to_be_checked(town: Towns) -> None:
    made = town(deferral=measure(proof=MeasureProof.CHECKED))
    office = Office(service, made)
    firm, agent = office.employer(FIRM, fund=TN), office.staff(fund=TN)
    asked = firm.post("/measures/deferral/requests", {"employer_id": FIRM, "is_declared": True}).json
    settle(made)
    assert (asked["status"], penalties(made)) == ("asked", 1_000)
    (waiting,) = agent.get("/measure-requests").json["items"]
    path, body = f"/measure-requests/{waiting['request_id']}/decision", {"is_granted": True, "reason": "Fermé en mars."}
    assert agent.get(path.removesuffix("/decision")).json == firm.get(path.removesuffix("/decision")).json == waiting
    stale = agent.post(path, {**body, "version": 9})
    assert (stale.status_code, stale.json["code"]) == (409, "measure.request-changed")
    granted = agent.post(path, {**body, "version": waiting["version"]})
    assert (granted.status_code, granted.json["status"], granted.json["reason"]) == (200, "granted", "Fermé en mars.")
    settle(made)
    assert penalties(made) == 400 and agent.get("/measure-requests").json["items"] == []
    refused = agent.post(path, {"version": granted.json["version"], "is_granted": False, "reason": "Non."})
    assert (refused.status_code, refused.json["code"]) == (409, "state.move-not-allowed")


def test_a_decree_undoes_what_was_granted(town: Towns) -> None:
    made = town(deferral=measure())
    Office(service, made).employer(FIRM, fund=TN).post(
        "/measures/deferral/requests", {"employer_id": FIRM, "is_declared": True}
    )
    settle(made)
    after = town(deferral=measure(withdrawn=replace(LAW, reference="An invented law that undoes it")))
    assert [backfill_all(after, TN, backfills=[actions.backfills]) for _ in range(2)] == [1, 0]
    settle(after)
    assert penalties(after) == 1_000
    (request,) = actions.store.of_employer(reading(after, TN), FIRM)
    assert (request.status, request.reason) == (RequestStatus.UNDONE, "An invented law that undoes it")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"employer_id": FIRM}, 422, "request.invalid"),
        ({"employer_id": FIRM, "is_declared": "maybe"}, 422, "request.invalid"),
        ({"employer_id": "1" * 21, "is_declared": True}, 422, "request.invalid"),
        ({"employer_id": FIRM, "is_declared": False}, 422, "measure.not-declared"),
        ({"employer_id": OTHER_FIRM, "is_declared": True}, 403, "access.not-yours"),
    ],
)
def test_what_is_malformed_or_not_ones_own_is_refused(
    town: Towns, body: dict[str, object], status: int, code: str
) -> None:
    firm = Office(service, town(deferral=measure())).employer(FIRM, fund=TN)
    refused = firm.post("/measures/deferral/requests", body)
    assert (refused.status_code, refused.json["code"]) == (status, code)


def test_what_is_unknown_is_missing(town: Towns) -> None:
    office = Office(service, town(deferral=measure()))
    firm = office.employer(FIRM, fund=TN)
    unknown = firm.post("/measures/none/requests", {"employer_id": FIRM, "is_declared": True})
    assert (unknown.status_code, unknown.json["code"]) == (404, "measure.unknown")
    decision = {"version": 1, "is_granted": True, "reason": "x"}
    missing = office.staff(fund=TN).post("/measure-requests/none/decision", decision)
    assert (missing.status_code, missing.json["code"]) == (404, "measure.request-unknown")
    assert office.employer(FIRM).get(f"/measures?employer_id={FIRM}").json["items"] == []
    assert firm.get(f"/measures?employer_id={OTHER_FIRM}").json["code"] == "access.not-yours"
