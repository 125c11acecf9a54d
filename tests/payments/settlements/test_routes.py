"""What a plan would come to, over HTTP."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import Clock
from tests.kit.contexts import TN
from tests.payments.builders import FIRM, OTHER_FIRM, open_obligation
from tests.payments.measures.builders import fund_with
from tests.payments.settlements.builders import scheme

PLAN = f"/settlement-plan?employer_id={FIRM}&scheme=instalments&months="


@pytest.fixture
def office(context: ServiceContext) -> Office:
    """Payments on 20 May 2025: a quarter of 1,290.277 was due by 15 April."""
    funds = {**context.funds, TN: fund_with(settlements={"instalments": scheme()})}
    made = replace(context, clock=Clock(datetime(2025, 5, 20, 9, tzinfo=UTC)), funds=funds)
    facts = {"form": "quarterly-wages", "period": "2025-Q1", "due_on": date(2025, 4, 15)}
    open_obligation(made, fund_id=TN, declared_on=date(2025, 4, 10), branches={"pension": 1_290_277}, **facts)
    return Office(service, made)


def test_a_firm_sees_what_a_plan_would_come_to(office: Office) -> None:
    firm = office.employer(FIRM, fund=TN)
    (offered,) = firm.get("/settlement-schemes").json["items"]
    assert (offered["code"], offered["waived"]) == ("instalments", [{"months_max": 12, "percent": "100"}])
    shown = firm.get(f"{PLAN}2").json
    assert (shown["left"], shown["penalties"], shown["penalties_waived"], shown["to_pay"]) == (
        "1290.277",
        "25.806",
        "25.806",
        "1290.277",
    )
    assert shown["instalments"] == [
        {"number": 1, "due_on": "2025-06-20", "amount": "645.138"},
        {"number": 2, "due_on": "2025-07-20", "amount": "645.139"},
    ]
    assert shown["scheme"] == offered
    assert office.staff(fund=TN).get(f"{PLAN}2").json == shown


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        (f"{PLAN}13", 409, "settlement.too-long"),
        (f"{PLAN}0", 422, "request.invalid"),
        (f"{PLAN}many", 422, "request.invalid"),
        (f"{PLAN}2".replace("instalments", "none"), 404, "settlement.scheme-unknown"),
        (f"{PLAN}2".replace(FIRM, OTHER_FIRM), 403, "access.not-yours"),
    ],
)
def test_what_is_refused(office: Office, address: str, status: int, code: str) -> None:
    refused = office.employer(FIRM, fund=TN).get(address)
    assert (refused.status_code, refused.json["code"]) == (status, code)
