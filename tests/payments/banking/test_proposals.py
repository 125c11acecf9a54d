"""Whose money an entry that waits could be, from the route to what an agent then allocates."""

from typing import Any

import pytest

from services.payments.banking.bank_file import Direction
from services.payments.wiring import service
from shared.kernel.references import has_valid_check_digits
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import handle
from tests.payments.bank import office
from tests.payments.banking.test_bank_entries import PAYOUTS, ask, book, line
from tests.payments.banking.test_deciding import act, share, waiting
from tests.payments.builders import FIRM, RIB, open_obligation
from tests.payments.declarations.harness import register

OTHER = "1600000002"


@pytest.fixture
def made(context: ServiceContext) -> Office:
    """Payments, with two firms, the first of which has a declaration of 3150.25 in each of two years."""
    here = office(context)
    handle(context, service, register(FIRM, OTHER))
    open_obligation(context)
    open_obligation(context, "d2", period="2024")
    return here


def proposed(made: Office, **facts: Any) -> list[tuple[str, str | None, list[str]]]:
    """What is proposed for money that came with these facts: employer, period and rules."""
    return [
        (each["employer_id"], each["period"], [rule["rule"] for rule in each["rules"]])
        for each in proposals(made, waiting(made)[0])
    ]


def proposals(made: Office, entry: dict[str, Any]) -> list[dict[str, Any]]:
    answer = made.staff().get(f"/bank/entries/{entry['entry_id']}/proposals")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def slip(reference: str) -> str:
    wrong = f"{reference[:-1]}{(int(reference[-1]) + 1) % 10}"
    assert not has_valid_check_digits(wrong)
    return wrong


def test_a_reference_with_a_slip_leads_to_its_debt(context: ServiceContext, made: Office) -> None:
    asked = ask(made)
    book(context, line(remittance=slip(asked["reference"])))
    first, *_ = proposals(made, waiting(made)[0])
    assert [each["rule"] for each in first["rules"]] == ["reference-near", "amount"]
    assert (first["target"], first["target_id"]) == ("collection", asked["collection_id"])
    assert (first["employer_id"], first["period"], first["to_pay"]) == (FIRM, "2025", "3150.25")
    assert first["rules"][0]["text"] == "Le texte donne sa référence, à une faute de frappe près."


def test_a_number_in_the_text_leads_to_all_that_the_employer_owes(context: ServiceContext, made: Office) -> None:
    book(context, line(remittance=f"COTISATIONS {FIRM} ET PENALITES", amount=line().amount))
    assert proposed(made) == [
        (FIRM, "2024", ["employer-number", "amount"]),
        (FIRM, "2025", ["employer-number", "amount"]),
    ]


def test_who_owes_nothing_may_have_a_credit(context: ServiceContext, made: Office) -> None:
    book(context, line(remittance=f"AVANCE {OTHER}"))
    assert (OTHER, None, ["employer-number"]) in proposed(made)


def test_an_account_that_paid_before_is_known_again(context: ServiceContext, made: Office) -> None:
    """However the bank writes it; and what was proposed is what an agent allocates."""
    book(context, line(entry_id="E1", remittance=ask(made)["reference"], counterparty=RIB))
    book(context, line(entry_id="E2", remittance="sans objet", counterparty=f"{RIB[:3]} {RIB[3:]}"))
    (entry,) = waiting(made)
    (found,) = proposals(made, entry)
    assert [each["rule"] for each in found["rules"]] == ["account-known", "amount"] and found["period"] == "2024"
    done = act(made, entry, "allocation", shares=[share(found["target"], found["target_id"])])
    assert done.json["status"] == "settled" and waiting(made) == []
    assert RIB not in str(list(context.database["bank_entries"].find()))


def test_an_amount_that_is_asked_for_leads_to_who_was_asked(context: ServiceContext, made: Office) -> None:
    ask(made)
    book(context, line(remittance="sans objet"))
    assert proposed(made) == [(FIRM, "2025", ["amount"])]


@pytest.mark.parametrize(
    "facts", [{"account": "99900100000001234563"}, {"account": PAYOUTS, "direction": Direction.DEBIT}]
)
def test_of_money_that_left_or_is_not_the_funds_nothing_is_proposed(
    context: ServiceContext, made: Office, facts: dict[str, Any]
) -> None:
    book(context, line(remittance=f"COTISATIONS {FIRM}", **facts))
    assert proposed(made) == []


def test_each_employer_that_is_shown_is_journaled(context: ServiceContext, made: Office) -> None:
    book(context, line(remittance=f"{FIRM} {OTHER}"))
    (entry,) = waiting(made)
    before = context.database["access_journal"].count_documents({})
    assert {each["employer_id"] for each in proposals(made, entry)} == {FIRM, OTHER}
    assert context.database["access_journal"].count_documents({}) == before + 2
    assert made.staff().get("/bank/entries/none/proposals").json["code"] == "bank.entry-unknown"
