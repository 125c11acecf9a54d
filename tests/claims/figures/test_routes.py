"""Figures over HTTP: each decision that holds is counted once."""

import pytest
from prometheus_client import REGISTRY

from services.claims.figures.periodic_tasks import measure
from services.claims.wiring import service
from shared.storage.service_context import ServiceContext
from tests.claims.appeals.test_routes import CONTESTED, decided
from tests.claims.builders import upload, wages
from tests.kit.callers import Office
from tests.kit.contexts import DZ, handle
from tests.kit.people import AMIRA, KARIM

FIGURES = "/operations/claim-figures"


@pytest.fixture
def office(context: ServiceContext) -> Office:
    made = Office(service, context)
    handle(context, service, wages(AMIRA, KARIM), *(upload(f"u{number}") for number in range(1, 7)))
    return made


def test_decisions_and_appeals_are_counted(office: Office, context: ServiceContext) -> None:
    first = decided(office)
    appeal = office.person(AMIRA).post(f"/claims/{first}/appeal", CONTESTED).json["claim_id"]
    operator = office.staff(scopes=["operations:read"])
    assert operator.get(FIGURES).json["appeals_decided"] == 0
    office.staff("agent-2").post(f"/claims/{appeal}/approval", {})
    found = operator.get(FIGURES).json
    assert (found["decided"], found["by_rules"], found["by_rules_percent"]) == (1, 0, 0.0)
    assert (found["appeals_decided"], found["appeals_reversed"], found["reversed_percent"]) == (1, 1, 100.0)
    assert found["median_hours"] == 0.0
    assert operator.get(FIGURES, query_string={"claim_type": "pension"}).json["decided"] == 0
    assert operator.get(FIGURES, query_string={"until_on": "2020-01-01"}).json["decided"] == 0

    measure().run(context, DZ)
    assert REGISTRY.get_sample_value("himaya_claims_decided", {"fund": DZ, "by": "people"}) == 1
    assert REGISTRY.get_sample_value("himaya_appeals_decided", {"fund": DZ, "outcome": "reversed"}) == 1


def test_figures_are_for_operators_and_of_some_months(office: Office) -> None:
    assert office.staff(scopes=["claims:decide"]).get(FIGURES).status_code == 403
    asked = {"from_on": "2026-01-01", "until_on": "2025-01-01"}
    refused = office.staff().get(FIGURES, query_string=asked)
    assert (refused.status_code, refused.json["code"]) == (422, "figures.span-invalid")
