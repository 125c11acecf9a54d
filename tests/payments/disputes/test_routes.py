"""Disputes over HTTP: what the employer files, what the fund decides, and what each does to the debt and the ledger."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.payments.arrears import jobs
from services.payments.collections import debt_changes
from services.payments.ledger import actions as ledger
from services.payments.obligations import actions as obligations
from services.payments.obligations.obligation import Obligation
from services.payments.wiring import service
from shared.funds.arrears import DisputePenalties
from shared.jobs.queue import due_anywhere
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import AT, Clock
from tests.kit.contexts import DZ, make_unique_indexes, published_events, reading, someone
from tests.payments.bank import credited, office, post_signed
from tests.payments.builders import FIRM, OTHER_FIRM, open_obligation
from tests.payments.disputes.builders import fund

PART = {"amount": "1000.00", "ground": "amount", "explanation": "Trois salariés étaient déjà partis."}


@pytest.fixture
def town(context: ServiceContext) -> Office:
    """Payments by a fund that wants a second person from 500.00 on, with a debt of 3,150.25 of a firm."""
    return made(context)


def made(context: ServiceContext, **rule: Any) -> Office:
    make_unique_indexes(service, context)
    own = fund(second_person_from=50_000, **rule)
    here = office(replace(context, funds={**context.funds, DZ: own}))
    open_obligation(here.context)
    return here


def debt(here: Office, declaration_id: str = "d1") -> Obligation:
    return obligations.read(reading(here.context), declaration_id=declaration_id)


def net(here: Office, code: str) -> int:
    return ledger.balance(reading(here.context), code).net_minor


def file(here: Office, declaration_id: str = "d1", **body: Any) -> dict[str, Any]:
    filed = here.employer(FIRM).post(f"/declarations/{declaration_id}/disputes", {**PART, **body})
    assert filed.status_code == 201, filed.text
    found: dict[str, Any] = filed.json
    return found


def decide(here: Office, filed: dict[str, Any], relieved: str, *, by: str = "agent-1") -> dict[str, Any]:
    body = {"version": filed["version"], "reason": "Les départs sont établis."}
    body |= {"relieved": relieved} if relieved else {}
    answered = here.staff(by).post(f"/disputes/{filed['dispute_id']}/decision", body)
    assert answered.status_code == 200, answered.text
    found: dict[str, Any] = answered.json
    return found


def differences(here: Office) -> list[str]:
    return [each["case"] for each in here.staff().get("/differences").json["items"]]


def test_what_is_disputed_is_not_collected_and_stands_apart_in_the_ledger(town: Office) -> None:
    asked = town.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"}).json
    filed = file(town)
    assert (filed["status"], filed["text"]) == ("open", "La caisse examine la contestation.")
    assert (net(town, f"receivable:{FIRM}:2025"), net(town, f"disputed:{FIRM}:2025")) == (215_025, 100_000)
    collected = town.employer(FIRM).get(f"/collections/{asked['collection_id']}").json
    assert collected["status"] == "withdrawn", "it asked for more than is left"
    rest = town.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"}).json
    assert rest["amount"] == "2150.25"
    post_signed(town, credited(rest["reference"], "2150.25"))
    assert (debt(town).left_minor, debt(town).paid_minor, differences(town)) == (0, 215_025, [])
    assert debt(town).status.value == "open", "it is not paid before the fund has decided"


def test_what_is_upheld_is_asked_for_again(town: Office) -> None:
    decided = decide(town, file(town), "")
    assert (decided["status"], decided["reason"]) == ("upheld", "Les départs sont établis.")
    assert (net(town, f"receivable:{FIRM}:2025"), net(town, f"disputed:{FIRM}:2025")) == (315_025, 0)
    assert town.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"}).json["amount"] == "3150.25"


def test_what_is_reduced_was_never_owed_and_each_branch_gives_up_its_share(town: Office) -> None:
    decided = decide(town, file(town), "400.00")
    assert (decided["status"], decided["relieved"]) == ("reduced", "400.00")
    assert (debt(town).due_minor, debt(town).relieved_minor) == (275_025, 40_000)
    assert net(town, f"receivable:{FIRM}:2025") == 275_025
    shares = {code: -net(town, f"contributions:{code}") for code in ("pension", "social-insurance")}
    assert shares == {"pension": 200_000 - 25_394, "social-insurance": 115_025 - 14_606}
    assert differences(town) == []
    (published,) = published_events(town.context, "payments.dispute-decided")
    assert (published.relieved_minor, published.upheld_minor) == (40_000, 60_000)


def test_from_the_fund_s_amount_on_a_second_person_agrees(town: Office) -> None:
    proposed = decide(town, file(town), "1000.00")
    path, version = f"/disputes/{proposed['dispute_id']}", {"version": proposed["version"]}
    assert (proposed["status"], net(town, f"disputed:{FIRM}:2025")) == ("proposed", 100_000)
    assert town.staff("agent-1").post(f"{path}/confirmation", version).json["code"] == "dispute.same-person"
    rejected = town.staff("agent-2").post(f"{path}/rejection", version).json
    assert (rejected["status"], rejected["relieved"]) == ("open", "0.00")
    again = decide(town, rejected, "1000.00")
    assert town.staff("agent-2").post(f"{path}/confirmation", version).json["code"] == "dispute.changed"
    confirmed = town.staff("agent-2").post(f"{path}/confirmation", {"version": again["version"]}).json
    assert (confirmed["status"], confirmed["relieved"]) == ("cancelled", "1000.00")
    assert (net(town, f"receivable:{FIRM}:2025"), net(town, f"disputed:{FIRM}:2025")) == (215_025, 0)
    assert town.staff("agent-2").post(f"{path}/confirmation", version).status_code == 409


def test_money_that_came_meanwhile_pays_what_is_upheld(town: Office) -> None:
    """It had been asked for by a debit that the bank had already: what was too much is a credit, until it is needed."""
    filed = file(town)
    rest = town.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"}).json
    post_signed(town, credited(rest["reference"], "3150.25"))
    assert (debt(town).paid_minor, net(town, f"credit:{FIRM}")) == (215_025, -100_000)
    decide(town, filed, "100.00")
    assert (debt(town).status.value, debt(town).paid_minor, net(town, f"credit:{FIRM}")) == ("paid", 305_025, -10_000)
    paid = published_events(town.context, "payments.declaration-paid")
    assert [each.amount_minor for each in paid] == [305_025]
    assert differences(town) == []


def test_it_is_withdrawn_by_the_employer_alone(town: Office) -> None:
    filed = file(town)
    path = f"/disputes/{filed['dispute_id']}/withdrawal"
    assert town.employer(OTHER_FIRM).post(path).status_code == 403
    assert town.employer(FIRM).post(path).json["status"] == "withdrawn"
    assert (debt(town).left_minor, net(town, f"disputed:{FIRM}:2025")) == (315_025, 0)
    assert file(town)["status"] == "open", "it may be disputed anew"


def test_a_newer_declaration_takes_the_dispute_over_and_undoes_what_was_taken_off(town: Office) -> None:
    decide(town, file(town, amount="500.00"), "100.00")
    filed = file(town, amount="2000.00")
    replacing = {"declaration_id": "d2", "replaces": "d1", "branches": {"pension": 150_000}}
    town.context.run(
        DZ,
        by=someone(),
        cause="test:d2",
        action=lambda uow: debt_changes.open_obligation(
            uow,
            revision=1,
            employer_id=FIRM,
            form="das",
            period="2025",
            due_on=date(2026, 1, 31),
            declared_on=date(2026, 1, 20),
            sides={},
            **replacing,  # type: ignore[arg-type]
        ),
    )
    now = debt(town, "d2")
    assert (now.due_minor, now.disputed_minor, now.left_minor) == (150_000, 150_000, 0)
    assert (net(town, f"receivable:{FIRM}:2025"), net(town, f"disputed:{FIRM}:2025")) == (0, 150_000)
    assert (net(town, "contributions:pension"), net(town, "contributions:social-insurance")) == (-150_000, 0)
    body = {"version": filed["version"], "relieved": "1500.01", "reason": "r"}
    refused = town.staff().post(f"/disputes/{filed['dispute_id']}/decision", body)
    assert (refused.status_code, refused.json["code"]) == (422, "collection.relieved-too-much")
    assert decide(town, filed, "")["declaration_id"] == "d2"
    assert (debt(town, "d2").left_minor, differences(town)) == (150_000, [])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"amount": "3150.26"}, "collection.disputed-too-much"),
        ({"amount": "0.00"}, "request.invalid"),
        ({"ground": "dislike"}, "dispute.ground-unknown"),
    ],
)
def test_what_cannot_be_disputed_is_refused(town: Office, body: dict[str, str], code: str) -> None:
    refused = town.employer(FIRM).post("/declarations/d1/disputes", {**PART, **body})
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert town.employer(FIRM).get(f"/disputes?employer_id={FIRM}").json["items"] == []


def test_agents_see_first_what_is_to_be_decided_first_and_the_employer_its_own(town: Office) -> None:
    first = file(town)
    assert [each["dispute_id"] for each in town.staff().get("/dispute-queue").json["items"]] == [first["dispute_id"]]
    assert town.staff().get("/dispute-queue?status=upheld").json["items"] == []
    own = town.employer(FIRM).get(f"/disputes?employer_id={FIRM}").json["items"]
    assert [each["explanation"] for each in own] == [PART["explanation"]]
    assert town.employer(OTHER_FIRM).get(f"/disputes?employer_id={FIRM}").status_code == 403
    grounds = town.employer(FIRM).get("/dispute-grounds").json["items"]
    assert ("rate", "Le taux appliqué n'est pas le nôtre") in [(each["code"], each["name"]) for each in grounds]


@pytest.mark.parametrize(
    ("penalties", "meanwhile", "after"),
    [
        (DisputePenalties.RUN, True, True),
        (DisputePenalties.IF_UPHELD, False, True),
        (DisputePenalties.SPARED, False, False),
    ],
)
def test_penalties_of_what_is_disputed_are_as_the_fund_s_data_say(
    context: ServiceContext, penalties: DisputePenalties, *, meanwhile: bool, after: bool
) -> None:
    """The whole debt is disputed on its first late days; three months later the fund upholds it."""
    here = made(replace(context, clock=Clock(AT)), penalties=penalties)
    charged = _charged(here)
    assert charged > 0
    filed = file(here, amount="3150.25")
    there = office(replace(here.context, clock=Clock(AT + timedelta(days=100))))
    assert (_charged(there) > charged) is meanwhile
    decide(there, filed, "")
    assert (_charged(there) > charged) is after


def _charged(here: Office) -> int:
    for fund_id, job in due_anywhere(here.context, [jobs.ASSESS], limit=10):
        jobs.run(here.context, fund_id, job.thing_id)
    return debt(here).penalty_minor
