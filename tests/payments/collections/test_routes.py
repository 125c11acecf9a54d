"""Collections over HTTP: asked for, refused, seen by whom they concern."""

from typing import Any

import pytest

from services.payments.wiring import service
from shared.kernel.references import has_valid_check_digits
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, funds, published
from tests.payments.builders import FIRM, OTHER_FIRM, open_obligation


@pytest.fixture
def office(context: ServiceContext) -> Office:
    """Payments, with a declaration of 3150.25 accepted."""
    made = Office(service, context)
    open_obligation(context)
    return made


def test_a_transfer_is_told_where_to_how_much_and_with_what_on_it(office: Office, context: ServiceContext) -> None:
    asked = office.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"})
    assert asked.status_code == 201, asked.text
    shown = asked.json
    assert (shown["status"], shown["amount"], shown["debited"], shown["currency"]) == (
        "announced",
        "3150.25",
        "0.00",
        "DZD",
    )
    assert shown["account"]["number"] == funds()[DZ].payments.collections.number
    assert has_valid_check_digits(shown["reference"]) and shown["reference"].startswith("CT1600000001250")
    assert [step["text"] for step in shown["timeline"]] == [
        "Le paiement est demandé.",
        "Tout est prêt : vous pouvez payer.",
    ]
    assert published(context) == ["payments.collection-requested"]
    assert office.employer(FIRM).get(f"/collections/{shown['collection_id']}").json == shown
    assert office.staff().get(f"/collections/{shown['collection_id']}").json == shown


def test_a_card_waits_for_its_page(office: Office) -> None:
    shown = office.employer(FIRM).post("/declarations/d1/collections", {"rail": "card"}).json
    assert (shown["status"], shown["checkout_url"], shown["valid_until_on"]) == ("requested", None, None)


def test_a_declaration_shows_what_is_due_and_every_try(office: Office) -> None:
    firm = office.employer(FIRM)
    for rail in ("card", "transfer"):
        firm.post("/declarations/d1/collections", {"rail": rail})
    shown = firm.get("/declarations/d1/collections").json
    assert (shown["status"], shown["due"], shown["paid"], shown["left"]) == ("open", "3150.25", "0.00", "3150.25")
    assert [each["rail"] for each in shown["items"]] == ["card", "transfer"]
    assert len({each["reference"] for each in shown["items"]}) == 2


def test_one_rail_carries_one_live_try(office: Office) -> None:
    firm = office.employer(FIRM)
    firm.post("/declarations/d1/collections", {"rail": "card"})
    again = firm.post("/declarations/d1/collections", {"rail": "card"})
    assert (again.status_code, again.json["code"]) == (409, "collection.already-live")


def test_the_same_key_asks_once(office: Office) -> None:
    firm = office.employer(FIRM)
    first = firm.post("/declarations/d1/collections", {"rail": "card"}, key="k")
    again = firm.post("/declarations/d1/collections", {"rail": "card"}, key="k")
    assert (again.status_code, again.json) == (201, first.json)
    other = firm.post("/declarations/d1/collections", {"rail": "transfer"}, key="k")
    assert (other.status_code, other.json["code"]) == (422, "request.key-reused")
    assert len(firm.get("/declarations/d1/collections").json["items"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "request.invalid"),
        ({"rail": "cash"}, 422, "request.invalid"),
        ({"rail": "card", "amount": "1.00"}, 422, "request.invalid"),
        ([], 422, "request.invalid"),
    ],
)
def test_a_malformed_wish_is_refused_and_leaves_nothing(
    office: Office, context: ServiceContext, body: object, status: int, code: str
) -> None:
    refused = office.employer(FIRM).post("/declarations/d1/collections", body)
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert context.database["collections"].count_documents({}) == 0


def test_money_needs_a_key(office: Office) -> None:
    refused = office.employer(FIRM).post("/declarations/d1/collections", {"rail": "card"}, key=None)
    assert (refused.status_code, refused.json["code"]) == (400, "request.key-missing")


def test_a_declaration_is_its_employers_own(office: Office) -> None:
    asked = office.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"}).json
    other = office.employer(OTHER_FIRM)
    for refused in (
        other.post("/declarations/d1/collections", {"rail": "card"}),
        other.get("/declarations/d1/collections"),
        other.get(f"/collections/{asked['collection_id']}"),
        office.machine().get(f"/collections/{asked['collection_id']}"),
    ):
        assert (refused.status_code, refused.json["code"]) == (403, "access.not-yours")


def test_what_is_unknown_or_another_funds_is_missing(office: Office) -> None:
    asked = office.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"}).json
    stranger = office.employer(FIRM, fund=TN)
    for refused, code in (
        (office.employer(FIRM).get("/collections/none"), "collection.unknown"),
        (office.employer(FIRM).get("/declarations/none/collections"), "collection.obligation-unknown"),
        (
            office.employer(FIRM).post("/declarations/none/collections", {"rail": "card"}),
            "collection.obligation-unknown",
        ),
        (stranger.get(f"/collections/{asked['collection_id']}"), "collection.unknown"),
        (stranger.post("/declarations/d1/collections", {"rail": "card"}), "collection.obligation-unknown"),
    ):
        assert (refused.status_code, refused.json["code"]) == (404, code)


def test_u8_the_means_of_payment_is_named_in_the_reader_s_language(office: Office) -> None:
    firm = office.employer(FIRM)
    for rail, named in {
        "card": ("carte bancaire", "البطاقة البنكية"),
        "transfer": ("virement", "التحويل البنكي"),
    }.items():
        firm.post("/declarations/d1/collections", {"rail": rail})
        for language, name in zip(("fr", "ar"), named, strict=True):
            refused = firm.post("/declarations/d1/collections", {"rail": rail}, headers={"Accept-Language": language})
            assert f"({name})" in refused.json["detail"] and rail not in refused.json["detail"]


@pytest.mark.parametrize(
    ("bounds", "refused"),
    [
        ({}, None),
        ({"payment_max": 315_025}, None),
        ({"payment_max": 315_024}, "access.amount-not-delegated"),
        ({"from": "2025-01-01", "until": "2025-12-31"}, None),
        ({"from": "2026-01-01"}, "access.period-not-delegated"),
        ({"until": "2025-12-30"}, "access.period-not-delegated"),
        ({"scope": "declarations:read"}, "access.not-yours"),
    ],
)
def test_an_accountant_pays_within_what_the_employer_delegated(
    office: Office, bounds: dict[str, Any], refused: str | None
) -> None:
    asked = office.accountant(FIRM, **bounds).post("/declarations/d1/collections", {"rail": "transfer"})
    assert (asked.status_code, asked.json.get("code")) == ((403, refused) if refused else (201, None)), asked.text
