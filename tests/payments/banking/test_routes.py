"""What the bank sends and asks over HTTP: believed when signed, fresh and new; never lost, never twice."""

from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from services.payments.banking.webhook import BODY_BYTES_MAX
from services.payments.wiring import service
from shared.kernel.references import with_check_digits
from shared.storage.service_context import ServiceContext, now
from shared.webhooks import Secret, sign
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, funds, published
from tests.payments.bank import NEW_SECRET_TEXT, SECRET_TEXT, credited, debited, office, post_signed, refused
from tests.payments.builders import FIRM, open_obligation

STRANGER_SECRET = "whsec_bm90IHRoZSBzZWNyZXQgb2YgdGhlIGJhbmsh"


@pytest.fixture
def made(context: ServiceContext) -> Office:
    """Payments, with a declaration of 3150.25 accepted."""
    here = office(context)
    open_obligation(context)
    return here


def ask(made: Office, rail: str) -> dict[str, Any]:
    asked = made.employer(FIRM).post("/declarations/d1/collections", {"rail": rail})
    assert asked.status_code == 201, asked.text
    shown: dict[str, Any] = asked.json
    return shown


def state(made: Office, collection: Mapping[str, Any]) -> tuple[str, str]:
    shown = made.staff().get(f"/collections/{collection['collection_id']}").json
    return shown["status"], shown["debited"]


def differences(made: Office) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = made.staff().get("/differences").json["items"]
    return items


# --- Money that fits --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rail", ["card", "transfer"])
def test_a_debit_pays_the_declaration_and_posts_the_ledger_at_once(
    made: Office, context: ServiceContext, rail: str
) -> None:
    asked = ask(made, rail)
    message = debited(asked["collection_id"]) if rail == "card" else credited(asked["reference"])
    received = post_signed(made, message)
    assert (received.status_code, received.json) == (200, {"message_id": "evt_1", "is_new": True})
    assert state(made, asked) == ("debited", "3150.25")
    shown = made.employer(FIRM).get("/declarations/d1/collections").json
    assert (shown["status"], shown["paid"], shown["left"]) == ("paid", "3150.25", "0.00")
    assert published(context)[-2:] == ["payments.payment-debited", "payments.declaration-paid"]
    entry = made.staff().get(f"/ledger/entries?cause=collection:{asked['collection_id']}").json["items"][0]
    assert [(each["account"], each["side"], each["amount"]) for each in entry["postings"]] == [
        ("bank:collections", "debit", "3150.25"),
        (f"receivable:{FIRM}:2025", "credit", "3150.25"),
    ]
    assert differences(made) == []
    again = made.employer(FIRM).post("/declarations/d1/collections", {"rail": rail})
    assert (again.status_code, again.json["code"]) == (409, "collection.already-paid")


def test_a_payer_may_write_the_reference_with_spaces_and_dashes(made: Office) -> None:
    asked = ask(made, "transfer")
    spaced = " ".join(asked["reference"][i : i + 4] for i in range(0, len(asked["reference"]), 4)).lower()
    post_signed(made, credited(f" {spaced}- "))
    assert state(made, asked)[0] == "debited"


def test_a_refused_card_may_be_tried_again(made: Office, context: ServiceContext) -> None:
    asked = ask(made, "card")
    post_signed(made, refused(asked["collection_id"]))
    shown = made.staff().get(f"/collections/{asked['collection_id']}").json
    assert (shown["status"], shown["timeline"][-1]["about"]) == ("refused", "card-refused")
    assert ask(made, "card")["reference"] != asked["reference"]
    assert differences(made) == []


def test_a_refusal_that_comes_after_the_money_changes_nothing(made: Office) -> None:
    asked = ask(made, "card")
    post_signed(made, debited(asked["collection_id"]), message_id="evt_1")
    assert post_signed(made, refused(asked["collection_id"]), message_id="evt_2").status_code == 200
    assert state(made, asked) == ("debited", "3150.25")


# --- Who says so ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"secret": STRANGER_SECRET}, "webhook.wrong-signature"),
        ({"sent": b'{"type": "payment.debited", "data": {}}'}, "webhook.wrong-signature"),
        ({"sent": b""}, "webhook.wrong-signature"),
        ({"headers": {"webhook-id": "evt_2"}}, "webhook.wrong-signature"),
        ({"headers": {"webhook-signature": "v1,"}}, "webhook.wrong-signature"),
        ({"headers": {"webhook-signature": "v1a,AAAA"}}, "webhook.wrong-signature"),
        ({"at": now() - timedelta(hours=1)}, "webhook.old-timestamp"),
        ({"at": now() + timedelta(hours=1)}, "webhook.old-timestamp"),
        ({"headers": {"webhook-id": None}}, "webhook.headers-missing"),
        ({"headers": {"webhook-timestamp": None}}, "webhook.headers-missing"),
        ({"headers": {"webhook-timestamp": "yesterday"}}, "webhook.headers-missing"),
        ({"headers": {"webhook-signature": None}}, "webhook.headers-missing"),
    ],
)
def test_what_the_bank_did_not_sign_or_not_now_is_refused(
    made: Office, context: ServiceContext, wrong: dict[str, Any], code: str
) -> None:
    asked = ask(made, "card")
    answer = post_signed(made, debited(asked["collection_id"]), **wrong)
    assert (answer.status_code, answer.json["code"]) == (403, code)
    assert state(made, asked) == ("requested", "0.00")
    assert context.database["bank_messages"].count_documents({}) == 0


def test_a_message_of_another_second_than_was_signed_is_refused(made: Office) -> None:
    message, later = debited(ask(made, "card")["collection_id"]), {"webhook-timestamp": str(int(now().timestamp()) + 5)}
    answer = post_signed(made, message, headers=later)
    assert (answer.status_code, answer.json["code"]) == (403, "webhook.wrong-signature")


def test_the_secret_that_comes_next_is_believed_too(made: Office) -> None:
    asked = ask(made, "card")
    assert post_signed(made, debited(asked["collection_id"]), secret=NEW_SECRET_TEXT).status_code == 200
    assert state(made, asked)[0] == "debited"


def test_an_app_without_secrets_believes_nobody(context: ServiceContext) -> None:
    answer = post_signed(Office(service, context), debited("c1"))
    assert (answer.status_code, answer.json["code"]) == (403, "webhook.wrong-signature")


@pytest.mark.parametrize(
    "message",
    [
        b"not json",
        b"[]",
        {"type": "payment.debited"},
        {"type": "payment.debited", "data": []},
        {"type": "payment.debited", "data": {"fund": DZ}},
        debited("c1", fund=TN),
        debited("c1", currency="TND"),
        debited("c1", "0.00"),
        debited("c1", "-5.00"),
        debited("c1", "1.005"),
        debited("c1", "1e3"),
        debited("c1", "99999999999999.00"),
        debited("c1", amount=315025),
        debited("c1", bank_reference=None),
        debited("c1", bank_reference=""),
        debited("", "1.00"),
        credited("x" * 201),
        {"type": "statement.available", "data": {"fund": DZ}},
    ],
)
def test_a_signed_message_that_says_nonsense_is_refused(made: Office, context: ServiceContext, message: Any) -> None:
    answer = post_signed(made, message)
    assert (answer.status_code, answer.json["code"]) == (422, "bank.message-invalid")
    assert context.database["bank_messages"].count_documents({}) == 0


def test_too_large_a_message_is_refused(made: Office) -> None:
    assert post_signed(made, b"x" * 30_000).status_code == 413


def test_a_message_of_a_kind_that_is_not_ours_is_taken_in_quietly(made: Office) -> None:
    assert post_signed(made, {"type": "mandate.signed", "data": {"fund": DZ}}).json["is_new"]
    assert differences(made) == []


def test_b06_money_to_an_account_that_is_not_the_funds_waits_for_a_person(made: Office) -> None:
    assert post_signed(made, credited("x", account="00200300000056789016")).status_code == 200
    (case,) = differences(made)
    assert (case["case"], case["collected"]) == ("unmatched", "3150.25")
    assert made.staff().get("/ledger/accounts/bank:collections").status_code == 404


# --- Again ------------------------------------------------------------------------------------------------------------


def test_the_same_message_again_changes_nothing(made: Office, context: ServiceContext) -> None:
    asked = ask(made, "card")
    post_signed(made, debited(asked["collection_id"]))
    before = published(context)
    later = post_signed(made, debited(asked["collection_id"]), at=now() + timedelta(seconds=60))
    assert (later.status_code, later.json["is_new"]) == (200, False)
    assert state(made, asked) == ("debited", "3150.25") and published(context) == before


def test_the_same_money_in_another_message_is_booked_once(made: Office, context: ServiceContext) -> None:
    asked = ask(made, "card")
    for message_id in ("evt_1", "evt_2"):
        assert post_signed(made, debited(asked["collection_id"]), message_id=message_id).status_code == 200
    assert state(made, asked) == ("debited", "3150.25")
    assert made.staff().get("/ledger/accounts/bank:collections").json["postings"] == 1


# --- Money that does not fit ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "debit"), [(debited("none"), "bank:collections"), (credited("rent for March"), "bank:collections")]
)
def test_money_for_nobody_knows_what_is_kept_and_shown(
    made: Office, context: ServiceContext, message: dict[str, Any], debit: str
) -> None:
    assert post_signed(made, message).status_code == 200
    (case,) = differences(made)
    assert (case["case"], case["collected"], case["bank_reference"]) == ("unmatched", "3150.25", "ent_1")
    assert case["employer_id"] is None and case["text"] == "Une somme est arrivée sans qu'on sache pourquoi."
    assert made.staff().get(f"/ledger/accounts/{debit}").json["debit"] == "3150.25"
    assert made.staff().get("/ledger/accounts/suspense:unmatched").json["credit"] == "3150.25"
    assert "rent" not in str(list(context.database["bank_entries"].find()))


def test_a_contribution_on_the_account_for_payouts_is_a_case(made: Office) -> None:
    asked = ask(made, "transfer")
    post_signed(made, credited(asked["reference"], account=funds()[DZ].payments.payouts.number))
    assert state(made, asked)[0] == "announced"
    assert differences(made)[0]["case"] == "unmatched"
    assert made.staff().get("/ledger/accounts/bank:payouts").json["debit"] == "3150.25"


def test_less_than_was_asked_for_is_booked_as_it_came_and_opens_a_case(made: Office, context: ServiceContext) -> None:
    asked = ask(made, "card")
    assert post_signed(made, debited(asked["collection_id"], "3000.00")).status_code == 200
    assert state(made, asked) == ("debited", "3000.00")
    shown = made.staff().get("/declarations/d1/collections").json
    assert (shown["status"], shown["paid"], shown["left"]) == ("open", "3000.00", "150.25")
    assert "payments.declaration-paid" not in published(context)
    (found,) = differences(made)
    assert (found["case"], found["employer_id"], found["period"]) == ("partial", FIRM, "2025")
    sums = (found["declared"], found["called"], found["collected"], found["booked"])
    assert sums == ("3150.25", "3150.25", "3000.00", "3000.00")


@pytest.mark.parametrize("rail", ["card", "transfer"])
def test_b11_paid_is_told_and_what_is_too_much_is_the_employers_credit(
    made: Office, context: ServiceContext, rail: str
) -> None:
    asked = ask(made, rail)
    message = debited(asked["collection_id"], "3151.00") if rail == "card" else credited(asked["reference"], "3151.00")
    assert post_signed(made, message).status_code == 200
    assert state(made, asked) == ("debited", "3151.00")
    shown = made.staff().get("/declarations/d1/collections").json
    assert (shown["status"], shown["paid"], shown["left"]) == ("paid", "3150.25", "0.00")
    assert published(context).count("payments.declaration-paid") == 1
    assert differences(made) == []
    assert made.staff().get(f"/ledger/accounts/credit:{FIRM}").json["credit"] == "0.75"
    assert made.staff().get(f"/ledger/accounts/receivable:{FIRM}").json["side"] is None


def test_the_rest_can_be_paid_and_closes_the_case(made: Office, context: ServiceContext) -> None:
    first = ask(made, "card")
    post_signed(made, debited(first["collection_id"], "3000.00"), message_id="evt_1")
    rest = ask(made, "transfer")
    assert rest["amount"] == "150.25"
    post_signed(made, credited(rest["reference"], "150.25", entry="ent_2"), message_id="evt_2")
    assert differences(made) == [] and published(context).count("payments.declaration-paid") == 1


def test_r8_one_way_to_pay_ends_the_other(made: Office) -> None:
    card, transfer = ask(made, "card"), ask(made, "transfer")
    assert state(made, card)[0] == "withdrawing" and state(made, transfer)[0] == "announced"
    assert ask(made, "card")["status"] == "requested"
    assert state(made, transfer)[0] == "withdrawn"
    assert made.machine().get(f"/bank/references/{transfer['reference']}").json["due"] == "0.00"


def test_r8_paid_on_both_rails_all_the_same_is_a_credit(made: Office, context: ServiceContext) -> None:
    card, transfer = ask(made, "card"), ask(made, "transfer")
    post_signed(made, debited(card["collection_id"]), message_id="evt_1")
    assert state(made, transfer)[0] == "withdrawn", "nothing is due any more"
    post_signed(made, credited(transfer["reference"], entry="ent_2"), message_id="evt_2")
    assert differences(made) == [] and published(context).count("payments.declaration-paid") == 1
    assert made.staff().get(f"/ledger/accounts/credit:{FIRM}").json["credit"] == "3150.25"


def test_r8_a_smaller_replacement_ends_what_asks_for_too_much(made: Office, context: ServiceContext) -> None:
    card = ask(made, "card")
    open_obligation(context, "d2", revision=2, replaces="d1", branches={"pension": 200_000})
    assert state(made, card)[0] == "withdrawing"
    shown = made.employer(FIRM).post("/declarations/d2/collections", {"rail": "card"}).json
    assert shown["amount"] == "2000.00"


def test_r8_a_larger_replacement_leaves_what_asks_for_less_until_the_rest_is_asked_for(
    made: Office, context: ServiceContext
) -> None:
    transfer = ask(made, "transfer")
    open_obligation(context, "d2", revision=2, replaces="d1", branches={"pension": 400_000})
    assert state(made, transfer)[0] == "announced"
    made.employer(FIRM).post("/declarations/d2/collections", {"rail": "transfer"})
    assert state(made, transfer)[0] == "withdrawn"


def test_r8_a_credit_pays_the_next_debt_by_itself(made: Office, context: ServiceContext) -> None:
    post_signed(made, credited(ask(made, "transfer")["reference"], "4150.25"))
    opened = open_obligation(context, "d3", period="2026", branches={"pension": 250_000})
    assert (opened.paid_minor, opened.left_minor) == (100_000, 150_000)
    assert made.staff().get(f"/ledger/accounts/credit:{FIRM}").json["side"] is None
    assert made.staff().get(f"/ledger/accounts/receivable:{FIRM}:2026").json["balance"] == "1500.00"
    rest = made.employer(FIRM).post("/declarations/d3/collections", {"rail": "transfer"}).json
    post_signed(made, credited(rest["reference"], "1500.00", entry="ent_9"), message_id="evt_9")
    assert differences(made) == []


# --- References -------------------------------------------------------------------------------------------------------


def test_a_bank_asks_about_a_reference_before_it_takes_the_money(made: Office) -> None:
    asked = ask(made, "transfer")
    shown = made.machine().get(f"/bank/references/{asked['reference']}").json
    assert (shown["due"], shown["currency"]) == ("3150.25", "DZD")
    assert shown["account"] == funds()[DZ].payments.collections.number
    post_signed(made, credited(asked["reference"]))
    assert made.machine().get(f"/bank/references/{asked['reference']}").json["due"] == "0.00"


def test_a_wrong_reference_is_found_before_anything_is_looked_up(made: Office) -> None:
    asked = ask(made, "transfer")["reference"]
    slip = asked[:5] + ("1" if asked[5] != "1" else "2") + asked[6:]
    for reference, status, code in (
        (slip, 422, "bank.reference-not-genuine"),
        ("nonsense", 422, "bank.reference-not-genuine"),
        (with_check_digits("CT", "160000000125000"), 404, "bank.reference-unknown"),
    ):
        answer = made.machine().get(f"/bank/references/{reference}")
        assert (answer.status_code, answer.json["code"]) == (status, code), reference
    assert made.machine(fund=TN).get(f"/bank/references/{asked}").status_code == 404


def test_differences_come_in_pages_the_employers_first(made: Office) -> None:
    asked = ask(made, "transfer")
    post_signed(made, credited(asked["reference"], "1.00", entry="ent_part"), message_id="evt_part")
    for number in range(3):
        message = credited("?", "7.00", entry=f"ent_lost_{number}")
        post_signed(made, message, message_id=f"evt_lost_{number}")
    seen: list[str] = []
    cursor = ""
    for _ in range(9):
        page = made.staff().get(f"/differences?limit=2{cursor}").json
        seen += [each["case"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == ["partial", "unmatched", "unmatched", "unmatched"]
    assert made.staff().get("/differences?cursor=7.x").json["code"] == "request.cursor-malformed"


def test_a_difference_says_since_when_it_is_open_and_leads_to_its_entry(made: Office) -> None:
    """It keeps its age while more comes that is still too little."""
    asked = ask(made, "transfer")
    post_signed(made, credited(asked["reference"], "1.00", entry="ent_1"), message_id="evt_1")
    post_signed(made, credited("?", "7.00", entry="ent_lost"), message_id="evt_lost")
    partial, lost = made.staff().get("/differences").json["items"]
    assert partial["opened_at"] is not None and partial["entry_id"] is None
    entry = made.staff().get(f"/bank/entries/{lost['entry_id']}").json
    assert (entry["bank_reference"], entry["taken_at"]) == ("ent_lost", lost["opened_at"])
    post_signed(made, credited(asked["reference"], "2.00", entry="ent_2"), message_id="evt_2")
    later = made.staff().get("/differences").json["items"][0]
    assert (later["collected"], later["opened_at"]) == ("3.00", partial["opened_at"])


@pytest.mark.parametrize("is_chunked", [False, True], ids=["with its length", "in chunks"])
def test_x1_a_message_over_the_limit_is_told_so(made: Office, is_chunked: bool) -> None:
    """What came in chunks was cut at the limit, and its signature found wrong."""
    body = b" " * (BODY_BYTES_MAX + 1)
    headers = sign(body, message_id="evt_large", at=now(), secrets=[Secret.read(SECRET_TEXT)])
    sent: dict[str, Any] = {"data": body}
    if is_chunked:
        sent = {"environ_overrides": {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True}}
    answer = made.app.test_client().post(
        f"/v1/{DZ}/bank/events", headers={"content-type": "application/json", **headers}, **sent
    )
    assert (answer.status_code, answer.json["code"]) == (413, "request.too-large")
    assert answer.json["size_max"] == BODY_BYTES_MAX
