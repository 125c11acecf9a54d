"""What is late over HTTP: what it costs today and later, seen by whom it concerns."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.payments.arrears import jobs
from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import Clock
from tests.kit.contexts import TN
from tests.payments.builders import FIRM, OTHER_FIRM, open_obligation

FACTS = {
    "fund_id": TN,
    "form": "quarterly-wages",
    "period": "2025-Q1",
    "due_on": date(2025, 4, 15),
    "declared_on": date(2025, 4, 10),
    "branches": {"pension": 1_290_277},
}


@pytest.fixture
def town(context: ServiceContext) -> ServiceContext:
    """Payments on 20 May 2025, with a quarter of 1,290.277 that was due by 15 April."""
    made = replace(context, clock=Clock(datetime(2025, 5, 20, 9, tzinfo=UTC)))
    open_obligation(made, **FACTS)
    return made


@pytest.fixture
def office(town: ServiceContext) -> Office:
    return Office(service, town)


def test_a_debt_says_line_by_line_what_its_lateness_costs(office: Office) -> None:
    shown = office.employer(FIRM, fund=TN).get("/declarations/d1/penalties").json
    assert shown["lines"] == [
        {
            "reason": "late-payment",
            "reason_text": "Retard de paiement",
            "from_on": "2025-04-16",
            "until_on": "2025-06-15",
            "months": 2,
            "base": "1290.277",
            "percent": "1.0",
            "amount": "25.806",
            "law": "Loi 60-30, article 105, modifié par la loi 2007-51 : 1 % par mois ou fraction de mois",
            "is_to_be_confirmed": False,
        }
    ]
    assert (shown["as_of"], shown["penalties"], shown["penalties_charged"]) == ("2025-05-20", "25.806", "0.000")
    assert (shown["left"], shown["to_pay"], shown["to_pay_tomorrow"]) == ("1290.277", "1316.083", "1316.083")
    assert (shown["pay_by_on"], shown["next_on"], shown["to_pay_next"]) == ("2025-06-15", "2025-06-16", "1328.986")


def test_a_collection_asks_for_the_penalties_too(office: Office, town: ServiceContext) -> None:
    jobs.run(town, TN, "d1")
    firm = office.employer(FIRM, fund=TN)
    asked = firm.post("/declarations/d1/collections", {"rail": "transfer"})
    assert (asked.status_code, asked.json["amount"]) == (201, "1316.083")
    shown = firm.get("/declarations/d1/collections").json
    assert (shown["left"], shown["penalties"], shown["penalties_left"], shown["to_pay"]) == (
        "1290.277",
        "25.806",
        "25.806",
        "1316.083",
    )


def test_an_employer_sees_all_its_debts_page_by_page(office: Office, town: ServiceContext) -> None:
    open_obligation(town, "d2", **{**FACTS, "period": "2025-Q2", "due_on": date(2025, 7, 15)})
    firm = office.employer(FIRM, fund=TN)
    first = firm.get(f"/arrears?employer_id={FIRM}&limit=1").json
    assert (first["debts"], first["left"], first["penalties_left"], first["to_pay"]) == (
        2,
        "2580.554",
        "25.806",
        "2606.360",
    )
    assert [each["declaration_id"] for each in first["items"]] == ["d1"]
    second = firm.get(f"/arrears?employer_id={FIRM}&limit=1&cursor={first['next']}").json
    assert [each["declaration_id"] for each in second["items"]] == ["d2"] and second["next"] is None
    assert second["items"][0]["next_on"] == "2025-07-16"
    assert office.staff(fund=TN).get(f"/arrears?employer_id={FIRM}").json["debts"] == 2


def test_debts_are_their_employers_own(office: Office) -> None:
    other = office.employer(OTHER_FIRM, fund=TN)
    for refused in (other.get("/declarations/d1/penalties"), other.get(f"/arrears?employer_id={FIRM}")):
        assert (refused.status_code, refused.json["code"]) == (403, "access.not-yours")
    own = office.employer(FIRM, fund=TN)
    assert own.get("/declarations/none/penalties").json["code"] == "collection.obligation-unknown"
    assert office.employer(FIRM).get("/declarations/d1/penalties").status_code == 404
    for malformed in ("/arrears", f"/arrears?employer_id={'1' * 21}", f"/arrears?employer_id={FIRM}&cursor=x"):
        assert own.get(malformed).status_code == 422


def test_who_owes_nothing_has_no_debts(office: Office) -> None:
    shown = office.employer(OTHER_FIRM, fund=TN).get(f"/arrears?employer_id={OTHER_FIRM}").json
    assert (shown["debts"], shown["to_pay"], shown["items"]) == (0, "0.000", [])
