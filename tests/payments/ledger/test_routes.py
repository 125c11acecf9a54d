"""The ledger over HTTP: read only."""

import pytest

from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import TN
from tests.payments.ledger.test_actions import post


@pytest.fixture
def office(context: ServiceContext) -> Office:
    made = Office(service, context)
    post(context, "collection:c1", 315_025)
    return made


def test_an_account_shows_its_balance_and_side(office: Office) -> None:
    shown = office.staff().get("/ledger/accounts/receivable:1600000001:2025").json
    assert (shown["debit"], shown["credit"], shown["balance"], shown["side"]) == (
        "0.00",
        "3150.25",
        "3150.25",
        "credit",
    )
    assert shown["currency"] == "DZD" and shown["postings"] == 1
    assert office.staff().get("/ledger/accounts/receivable:1600000001").json["credit"] == "3150.25"


def test_an_entry_is_found_by_its_cause(office: Office) -> None:
    (entry,) = office.staff().get("/ledger/entries?cause=collection:c1").json["items"]
    assert [(each["account"], each["side"], each["amount"]) for each in entry["postings"]] == [
        ("bank:collections", "debit", "3150.25"),
        ("receivable:1600000001:2025", "credit", "3150.25"),
    ]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/ledger/accounts/receivable:9", 404, "ledger.account-unknown"),
        ("/ledger/accounts/nonsense", 404, "ledger.account-unknown"),
        ("/ledger/entries?cause=collection:c2", 404, "ledger.entry-unknown"),
        ("/ledger/entries", 422, "request.invalid"),
        ("/ledger/entries?cause=", 422, "request.invalid"),
    ],
)
def test_what_is_not_there_is_said_so(office: Office, path: str, status: int, code: str) -> None:
    refused = office.staff().get(path)
    assert (refused.status_code, refused.json["code"]) == (status, code)


def test_another_funds_ledger_is_another_ledger(office: Office) -> None:
    assert office.staff(fund=TN).get("/ledger/entries?cause=collection:c1").status_code == 404
