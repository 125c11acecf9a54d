"""Who of the fund looks at one person's or one employer's things leaves an entry, on every route, also where it only
reads; and those whose things they are can read who looked."""

import pytest

from shared.http.routes import Route
from shared.process.access_journal.entry import AccessEntry, Purpose
from shared.process.access_journal.store import NEWEST_FIRST as ORDER
from shared.process.access_journal.store import entries
from shared.storage.paging import PageRequest
from tests.contracts import services
from tests.kit.contexts import reading
from tests.kit.roles import Role
from tests.security.conftest import Holdings
from tests.security.matrix import GUARDED, Operation

NOT_JOURNALED = {
    "accounting.read_journal": "what was booked on a day, by account: all owners of one together",
    "bank.read_difference": "sums of a firm's period, or of money that is nobody's yet; no person's data",
    "bank.read_entry": "money of a payer whom the fund does not know; what it was for is read in journaled routes",
    "refunds.read": "the same",
    "operator_days.read_day": "sums of an operator's day, and its own ids of payments: nothing says whose they are",
    "operator_days.read_difference": "the same",
    "card_terminals.list_payments": "tickets of a terminal; whose payment one looks at is journaled",
    "runs.read": "totals of a whole benefit; whose payments are looked at is journaled",
    "assessment_orders.read": "how many employers, and a sum; which of them one looks at is journaled",
    "assessment_orders.report": "the same",
    "bank_accounts.read_own_change": "for the person who asked: an agent gets none, and has a route that is journaled",
    "delegations.read": "for the employer's own users and for who took it up: an agent gets none",
    "message_campaigns.read": "a text for many, and how many they are: nothing says who",
    "message_campaigns.report": "the same",
    "message_campaigns.download": "the same, by ids of messages: addresses are masked, and no number is there",
    "operations.read_letter": "of what operators see, nothing says whom it is about",
    "operations.read_job": "the same",
}
"""Routes that read one thing without an entry, with the reason."""


def route(operation: Operation) -> Route:
    routes = (each for room in services.load(operation.service).routes for each in room.all)
    return next(each for each in routes if each.name == operation.name)


READING = [each for each in GUARDED if each.method == "GET" and each.scope in Role.OPERATOR.scopes]
JOURNALED = [each for each in READING if route(each).is_journaled]
OF_NOBODY = {"claims.queue", "register.list_employers", "bank.list_proposals"}
"""Lists that enter the journal only where one person or one employer is asked for, or is on them; they have tests of
their own."""


def count(holding: Holdings, service: str) -> int:
    return holding(service).office.context.database["access_journal"].count_documents({})


def test_every_reading_of_one_thing_is_journaled_or_says_why_not() -> None:
    """Reference data, which is of nobody, needs none."""
    of_somebody = [each for each in READING if each.parts and not route(each).is_reference]
    silent = {each.name for each in of_somebody if not route(each).is_journaled}
    assert silent == NOT_JOURNALED.keys()


@pytest.mark.parametrize("operation", [each for each in JOURNALED if each.name not in OF_NOBODY], ids=str)
def test_an_agents_look_is_kept_and_ones_own_is_not(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    before = count(holding, operation.service)
    for role in (Role.PERSON, Role.EMPLOYER):
        if operation.scope in role.scopes:
            here.ask(operation, here.caller(role, is_owner=True).token)
    assert count(holding, operation.service) == before
    agent = here.caller(Role.AGENT, is_owner=True)
    assert here.ask(operation, agent.token).status_code == 200
    assert count(holding, operation.service) > before, "nobody would know that the agent looked"


@pytest.mark.parametrize("operation", JOURNALED, ids=str)
def test_a_look_says_why(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    agent = here.caller(Role.AGENT, is_owner=True)
    given = here.asks.get(operation.name, {}).get("query_string", {})
    refused = here.ask(operation, agent.token, query_string={**given, "purpose": "curiosity"})
    assert (refused.status_code, refused.json["code"]) == (422, "request.invalid")


@pytest.mark.parametrize("service", sorted({each.service for each in JOURNALED}))
def test_all_that_is_kept_can_be_read_by_those_whose_it_is(service: str, holding: Holdings) -> None:
    here = holding(service)
    agent = here.caller(Role.AGENT, is_owner=True)
    for operation in JOURNALED:
        if operation.service == service:
            here.ask(operation, agent.token)
    texts = here.office.service.texts()
    kept = entries.page(reading(here.office.context), order=ORDER, wanted=PageRequest()).items
    assert kept
    for entry in kept:
        assert texts.by_code.keys() >= {f"access.looked-at.{entry.looked_at}", f"access.purpose.{entry.purpose}"}
    for role, owned in ((Role.PERSON, "person_ref"), (Role.EMPLOYER, "employer_id")):
        caller = here.caller(role, is_owner=True)
        owner = here.owner if role is Role.PERSON else here.firm
        theirs: list[AccessEntry] = [each for each in kept if getattr(each, owned) == owner]
        if theirs:
            seen = caller.get("/access-journal").json["items"]
            assert len(seen) >= len(theirs), f"{role} of {service} cannot read its journal"
            assert {each["by"] for each in seen} >= {each.by for each in theirs}  # and who looked before these
    assert here.caller(Role.PERSON, is_owner=False).get("/access-journal").json.get("items", []) == []


@pytest.mark.parametrize("service", services.names())
def test_every_purpose_has_its_sentence(service: str) -> None:
    by_code = services.load(service).texts().by_code
    assert all(by_code[f"access.purpose.{each}"].keys() == {"ar", "fr", "en"} for each in Purpose)
