"""Clearances over HTTP: how a firm stands, what it is answered, and what a later day makes of it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.payments.clearances import jobs, store
from services.payments.collections import booking
from services.payments.ledger import account
from services.payments.wiring import service
from shared.events.identity import EmployersRegistered
from shared.jobs.queue import due_anywhere
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Caller, Office
from tests.kit.clock import Clock
from tests.kit.contexts import DZ, TN, handle, make_unique_indexes, published_events, someone
from tests.payments.builders import FIRM, OTHER_FIRM, open_obligation
from tests.payments.declarations.harness import register

ASKED = {"employer_id": FIRM, "purpose": "public-tender", "language": "fr"}


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 1, 25, 9, tzinfo=UTC))


def affiliated(employer_id: str, *, on: date) -> EmployersRegistered:
    """A page of the register with a firm that was affiliated on a day."""
    page = register(employer_id)
    (known,) = page.employers
    return replace(page, employers=(replace(known, affiliated_on=on),))


@pytest.fixture
def town(context: ServiceContext, clock: Clock) -> ServiceContext:
    """Payments on 25 January 2026; a firm declared 3,150.25 for 2025, due by the thirty-first."""
    made = replace(context, clock=clock)
    make_unique_indexes(service, made)
    handle(made, service, register(OTHER_FIRM), affiliated(FIRM, on=date(2025, 3, 1)))
    open_obligation(made)
    return made


@pytest.fixture
def firm(town: ServiceContext) -> Caller:
    return Office(service, town).employer(FIRM)


def pay(town: ServiceContext, amount_minor: int = 315_025) -> None:
    town.run(
        DZ,
        by=someone(),
        cause="test:paid",
        action=lambda uow: booking.pay(
            uow,
            declaration_id="d1",
            entry_id="e1",
            amount_minor=amount_minor,
            into=account.BANK_COLLECTIONS,
            value_on=uow.today,
        ),
    )


def look_again(town: ServiceContext) -> int:
    """Do what is due; how much it was."""
    due = due_anywhere(town, [store.FOLLOW], limit=10)
    for fund_id, job in due:
        jobs.run(town, fund_id, job.thing_id)
    return len(due)


def test_the_offer_says_what_the_fund_looks_at(firm: Caller) -> None:
    shown = firm.get("/clearance-offer").json
    assert [each["code"] for each in shown["purposes"]] == ["public-tender", "tax", "bank-credit", "authority"]
    assert (shown["languages"], shown["validity_days"], shown["in_order"]) == (
        ["ar", "fr"],
        90,
        ["deferral", "settlement", "dispute"],
    )
    assert (shown["is_withdrawn"], shown["is_to_be_confirmed"]) == (True, True)


def test_a_firm_that_is_in_order_is_granted_one(town: ServiceContext, firm: Caller) -> None:
    pay(town)
    assert firm.get(f"/clearance-standing?employer_id={FIRM}").json["is_in_order"]
    answer = firm.post("/clearances", ASKED)
    assert (answer.status_code, answer.json["status"], answer.json["valid_until"]) == (201, "granted", "2026-04-25")
    assert (answer.json["purpose_name"], answer.json["obstacles"]) == ("Participation à un marché public", [])
    assert firm.get(f"/clearances/{answer.json['clearance_id']}").json == answer.json
    assert firm.get(f"/clearances?employer_id={FIRM}").json["items"] == [answer.json]
    (event,) = published_events(town, "payments.clearance-granted")
    assert (event.reference, event.valid_until) == (answer.json["reference"], date(2026, 4, 25))


def test_a_firm_that_owes_is_told_what_and_how_much(firm: Caller, clock: Clock) -> None:
    clock.at = datetime(2026, 2, 10, 9, tzinfo=UTC)
    refused = firm.post("/clearances", ASKED)
    assert (refused.status_code, refused.json["status"], refused.json["obstacles_in_all"]) == (201, "refused", 1)
    (obstacle,) = refused.json["obstacles"]
    assert (obstacle["kind"], obstacle["text"]) == ("unpaid", "Sommes échues et non payées")
    assert (obstacle["contributions"], obstacle["due_on"], obstacle["period"]) == ("3150.25", "2026-01-31", "2025")
    assert obstacle["declaration_id"] == "d1"
    assert refused.json["to_pay"] == obstacle["to_pay"]


def test_what_is_undeclared_is_named(town: ServiceContext) -> None:
    other = Office(service, town).employer(OTHER_FIRM)
    (obstacle,) = other.get(f"/clearance-standing?employer_id={OTHER_FIRM}").json["obstacles"]
    assert (obstacle["kind"], obstacle["form"], obstacle["period"]) == ("undeclared", "das", "2024")


def test_it_is_taken_back_when_a_day_passes_unpaid(town: ServiceContext, firm: Caller, clock: Clock) -> None:
    granted = firm.post("/clearances", ASKED).json  # on 25 January nothing is late
    assert granted["status"] == "granted"
    assert look_again(town) == 0
    clock.at = datetime(2026, 1, 30, 9, tzinfo=UTC)
    assert look_again(town) == 1
    assert firm.get(f"/clearances/{granted['clearance_id']}").json["status"] == "granted"
    clock.at = datetime(2026, 2, 2, 9, tzinfo=UTC)
    assert (look_again(town), look_again(town)) == (1, 0)
    after = firm.get(f"/clearances/{granted['clearance_id']}").json
    assert (after["status"], after["obstacles_in_all"]) == ("withdrawn", 1)
    assert len(published_events(town, "payments.clearance-withdrawn")) == 1


def test_the_number_is_read_as_people_write_it(firm: Caller) -> None:
    typed = f"{FIRM[:2]} {FIRM[2:]}"
    assert firm.get(f"/clearance-standing?employer_id={typed}").json["employer_id"] == FIRM


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"purpose": "none"}, 422, "clearance.purpose-unknown"),
        ({"language": "eo"}, 422, "clearance.language-not-offered"),
        ({"employer_id": OTHER_FIRM}, 403, "access.not-yours"),
        ({"employer_id": "x"}, 422, "declaration.employer-malformed"),
        ({"purpose": ""}, 422, "request.invalid"),
        ({"purpose": 7}, 422, "request.invalid"),
        ({"more": True}, 422, "request.invalid"),
    ],
)
def test_what_is_refused(firm: Caller, change: dict[str, object], status: int, code: str) -> None:
    refused = firm.post("/clearances", {**ASKED, **change})
    assert (refused.status_code, refused.json["code"]) == (status, code)


def test_nobody_else_reads_one(town: ServiceContext, firm: Caller) -> None:
    made = firm.post("/clearances", ASKED).json
    office = Office(service, town)
    other = office.employer(OTHER_FIRM).get(f"/clearances/{made['clearance_id']}")
    assert (other.status_code, other.json["code"]) == (403, "access.not-yours")
    assert firm.get("/clearances/none").json["code"] == "clearance.unknown"
    abroad = office.employer(FIRM, fund=TN).get(f"/clearances/{made['clearance_id']}")
    assert abroad.status_code == 404
    assert office.staff().get(f"/clearances/{made['clearance_id']}").json == made


def test_of_a_firm_that_the_register_does_not_know(town: ServiceContext) -> None:
    nobody = Office(service, town).employer("1600000077").get("/clearance-standing?employer_id=1600000077")
    assert (nobody.status_code, nobody.json["code"]) == (404, "employer.unknown")


def test_the_register_brings_the_day_of_affiliation(town: ServiceContext) -> None:
    handle(town, service, affiliated("1600000077", on=date(2026, 1, 5)))
    firm = Office(service, town).employer("1600000077")
    assert firm.get("/clearance-standing?employer_id=1600000077").json["is_in_order"]
