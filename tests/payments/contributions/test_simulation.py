"""What a wage makes due, before there is a declaration: the same as a declaration of it would."""

from datetime import date

import pytest

from services.payments.contributions import rules, simulation
from services.payments.contributions.rules import ActivityUnknown
from services.payments.contributions.simulation import ActivityMissing
from services.payments.wiring import service
from shared.funds.fund import Fund, SectionMissing
from shared.funds.law import NothingInForce
from shared.funds.period import Period
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, shipped

FUNDS = shipped()
ON = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("fund", "wage_minor", "activity"),
    [(FUNDS[TN], 1_200_000, "retail"), (FUNDS[TN], 1, "mining"), (FUNDS[DZ], 4_500_000, "")],
)
def test_it_is_what_a_declaration_of_this_wage_alone_makes_due(fund: Fund, wage_minor: int, activity: str) -> None:
    found = simulation.simulate(fund, wage_minor=wage_minor, activity=activity, on=ON)
    slip = rules.slip(fund, period=Period(2026, 1), base_minor=wage_minor, activity=activity)
    assert (found.contributions, found.total_minor) == (slip.contributions, slip.total_minor)
    assert found.worker_minor + found.employer_minor == found.total_minor
    assert (found.left_minor, found.cost_minor) == (wage_minor - found.worker_minor, wage_minor + found.employer_minor)


@pytest.mark.parametrize(("wage", "share"), [(100_000, 7_000), (600_000, 15_000), (9_000_000, 40_000)])
def test_a_share_with_a_floor_and_a_ceiling_stays_between_them(wage: int, share: int) -> None:
    found = simulation.simulate(FUNDS["ma-cnops"], wage_minor=wage, activity="", on=ON)
    assert (found.worker_minor, found.employer_minor) == (share, share)


def test_the_firm_says_what_it_does_where_the_rate_depends_on_it() -> None:
    with pytest.raises(ActivityMissing):
        simulation.simulate(FUNDS[TN], wage_minor=1_200_000, activity="", on=ON)
    with pytest.raises(ActivityUnknown):
        simulation.simulate(FUNDS[TN], wage_minor=1_200_000, activity="piracy", on=ON)
    assert "retail" in {each.code for each in simulation.activities(FUNDS[TN], on=ON)}
    assert simulation.activities(FUNDS[DZ], on=ON) == []


def test_a_day_without_rates_and_a_fund_without_contributions_are_named() -> None:
    with pytest.raises(NothingInForce):
        simulation.simulate(FUNDS[DZ], wage_minor=1, activity="", on=date(1901, 1, 1))
    without = next((fund for fund in FUNDS.values() if fund.sections.contributions is None), None)
    if without is not None:
        with pytest.raises(SectionMissing):
            simulation.simulate(without, wage_minor=1, activity="", on=ON)
        assert simulation.activities(without, on=ON) == []


def test_anyone_may_ask_and_a_wage_below_the_least_is_said_to_be(context: ServiceContext) -> None:
    nobody, prefix = Office(service, context).nobody(fund=TN), f"/v1/{TN}"
    found = nobody.get(f"{prefix}/contributions/simulation?wage=500.000&activity=retail&on=2026-03-01").json
    assert (found["minimum"], found["is_below_minimum"]) == ("554.736", True)
    assert (found["worker"], found["employer"], found["left"]) == ("48.400", "87.850", "451.600")
    assert found["contributions"][0]["side_name"] and found["contributions"][0]["law"]
    [retail] = [
        each for each in nobody.get(f"{prefix}/contribution-activities").json["items"] if each["code"] == "retail"
    ]
    assert retail["percent"] == "0.5"


@pytest.mark.parametrize(
    "query", ["", "wage=", "wage=-3", "wage=1.2345", "wage=1e9", "wage=١٢", "wage=5&on=31/02/2026"]
)
def test_what_is_no_question_is_refused(context: ServiceContext, query: str) -> None:
    answer = Office(service, context).nobody(fund=TN).get(f"/v1/{TN}/contributions/simulation?activity=retail&{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "request.invalid")
