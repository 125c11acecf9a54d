"""F24: the bank's webhooks forged, old, replayed, under another key, at another fund's door: refused or passed over,
with a code in the log, and nothing booked twice. The bank is a program of its own and calls payments over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from structlog.testing import capture_logs
from werkzeug.serving import make_server

from shared.storage.service_context import ServiceContext, now
from tests.faults.partner.asking import offences
from tests.kit.callers import Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, TN, published
from tests.kit.waiting import until
from tests.payments.bank import (
    NEW_SECRET_TEXT,
    SECRET_TEXT,
    Bank,
    debited,
    office,
    own_settings,
    post_signed,
    running_bank,
)
from tests.payments.builders import FIRM, open_obligation

PAID = "3150.25"
MONEY = ["payments.payment-debited", "payments.declaration-paid"]


@pytest.fixture
def made(context: ServiceContext) -> Office:
    """Payments, with a declaration of 3150.25 accepted."""
    here = office(context)
    open_obligation(context)
    return here


@pytest.fixture
def bank(made: Office, tmp_path: Path) -> Iterator[Bank]:
    """The bank, whose webhooks reach payments over the network."""
    with served(made) as url, running_bank(tmp_path, webhook_url=f"{url}/v1/{{fund}}/bank/events") as running:
        yield running


@contextmanager
def served(made: Office) -> Iterator[str]:
    """The address of the service's real app on a port of this machine."""
    server = make_server("127.0.0.1", 0, made.app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def ask(made: Office, rail: str = "transfer") -> dict[str, Any]:
    shown: dict[str, Any] = made.employer(FIRM).post("/declarations/d1/collections", {"rail": rail}).json
    return shown


def is_booked_once(made: Office, context: ServiceContext) -> bool:
    """The money counts, once: in the ledger, for the employer, in what is told, and in every invariant."""
    account = made.staff().get("/ledger/accounts/bank:collections").json
    shown = made.employer(FIRM).get("/declarations/d1/collections").json
    is_once = (account["postings"], account["balance"], shown["paid"]) == (1, PAID, PAID)
    is_published_once = [each for each in published(context) if each in MONEY] == MONEY
    return (
        is_once and is_published_once and made.staff().get("/differences").json["items"] == [] and not offences(context)
    )


def nothing_is_booked(context: ServiceContext) -> bool:
    kept = ("bank_messages", "bank_entries")
    booked = context.database["ledger_entries"].count_documents({"cause": {"$regex": "^(collection|bank-entry)"}})
    return not booked and not any(context.database[name].count_documents({}) for name in kept)


def answers(bank: Bank) -> list[str]:
    return [each["answer"] for each in bank.log("webhook-sent")]


def refusals(logs: list[Any]) -> list[str]:
    return [line["code"] for line in logs if line["event"] == "refused"]


# --- The bank's own attempts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "code"),
    [("webhook-wrong-signature", "webhook.wrong-signature"), ("webhook-old-timestamp", "webhook.old-timestamp")],
)
def test_f24_an_attempt_that_cannot_be_believed_is_refused_and_the_next_one_counts(
    made: Office, context: ServiceContext, bank: Bank, fault: str, code: str
) -> None:
    bank.fault(fault)
    with capture_logs() as logs:
        bank.transfer(reference=ask(made)["reference"], amount=PAID)
        until(lambda: len(answers(bank)) == 2)
    assert answers(bank) == ["403", "200"] and refusals(logs) == [code]
    assert is_booked_once(made, context)


def test_f24_what_is_sent_twice_and_sent_again_later_is_booked_once(
    made: Office, context: ServiceContext, bank: Bank
) -> None:
    bank.fault("webhook-doubled")
    bank.transfer(reference=ask(made)["reference"], amount=PAID)
    until(lambda: len(answers(bank)) == 2)
    (webhook_id,) = {each["webhook_id"] for each in bank.log("webhook-sent")}
    for sent in (3, 4):
        assert requests.post(f"{bank.url}/_webhooks/{webhook_id}/again", timeout=5).status_code == 202
        until(lambda sent=sent: len(answers(bank)) == sent)
    assert answers(bank) == ["200"] * 4
    assert is_booked_once(made, context)


# --- Somebody else's --------------------------------------------------------------------------------------------------


MADE_YOUNGER = "the time at which it is sent again"


@pytest.mark.parametrize("is_first_received", [True, False])
@pytest.mark.parametrize(
    ("later_s", "changed", "status", "code"),
    [
        (240, {}, 200, None),
        (3600, {}, 403, "webhook.old-timestamp"),
        (0, {"fund": TN}, 422, "bank.message-invalid"),
        (0, {"headers": {"webhook-id": "evt_2"}}, 403, "webhook.wrong-signature"),
        (3600, {"headers": {"webhook-timestamp": MADE_YOUNGER}}, 403, "webhook.wrong-signature"),
    ],
)
def test_f24_a_message_that_somebody_kept_and_sends_again_changes_nothing(
    made: Office,
    context: ServiceContext,
    clock: RunningClock,
    is_first_received: bool,
    later_s: int,
    changed: dict[str, Any],
    status: int,
    code: str | None,
) -> None:
    """Signed at the moment of the test; `later_s` afterwards it comes from somebody who listened in."""
    message, signed_at = debited(ask(made, "card")["collection_id"], PAID), now()
    if is_first_received:
        assert post_signed(made, message, at=signed_at).json["is_new"]
    clock.move(seconds=later_s)
    if MADE_YOUNGER in changed.get("headers", {}).values():
        changed = {"headers": {"webhook-timestamp": str(int(signed_at.timestamp()) + later_s)}}
    with capture_logs() as logs:
        again = post_signed(made, message, at=signed_at, **changed)
    clock.move(seconds=-later_s)
    assert (again.status_code, again.json.get("code")) == (status, code)
    assert refusals(logs) == ([code] if code else [])
    if is_first_received or status == 200:
        assert is_booked_once(made, context)
    else:
        assert nothing_is_booked(context)


def test_f24_another_funds_door_does_not_open_for_this_funds_bank(made: Office, context: ServiceContext) -> None:
    """Even where the message speaks of the fund whose path it is sent to, its accounts and its ids are not there."""
    asked = ask(made, "card")
    post_signed(made, debited(asked["collection_id"], PAID))
    strange = post_signed(made, debited(asked["collection_id"], "3150.250", fund=TN, currency="TND"), fund=TN)
    assert strange.status_code == 200, "it may be money, so it is kept, for a person to look at"
    (case,) = made.staff(fund=TN).get("/differences").json["items"]
    assert case["case"] == "unmatched"
    assert is_booked_once(made, context)


def test_f24_a_statement_is_fetched_by_the_fund_that_it_is_of_and_by_no_other(
    made: Office, context: ServiceContext
) -> None:
    message = {"type": "statement.available", "data": {"fund": DZ, "statement_id": "stm_1"}}
    strange = post_signed(made, message, fund=TN)
    assert (strange.status_code, strange.json["code"]) == (422, "bank.message-invalid")
    assert context.database["bank_statements"].count_documents({}) == 0
    assert post_signed(made, message).json["is_new"], "what another door refused is still new at its own"


# --- Keys -------------------------------------------------------------------------------------------------------------


def test_f24_a_key_is_replaced_without_a_pause_and_the_old_one_is_refused_after_it(
    made: Office, context: ServiceContext
) -> None:
    message = debited(ask(made, "card")["collection_id"], PAID)
    both = made
    new_only = office(context, own_settings(webhook_secrets=(NEW_SECRET_TEXT,)))
    old_only = office(context, own_settings(webhook_secrets=(SECRET_TEXT,)))

    assert _code(post_signed(old_only, message, secret=NEW_SECRET_TEXT)) == "webhook.wrong-signature"
    assert nothing_is_booked(context)
    assert post_signed(both, message, secret=SECRET_TEXT).json["is_new"]
    assert post_signed(both, message, secret=NEW_SECRET_TEXT).json["is_new"] is False
    with capture_logs() as logs:
        assert _code(post_signed(new_only, message, secret=SECRET_TEXT)) == "webhook.wrong-signature"
        assert _code(post_signed(new_only, message, message_id="evt_2", secret=SECRET_TEXT)) is not None
    assert refusals(logs) == ["webhook.wrong-signature"] * 2
    assert post_signed(new_only, message, secret=NEW_SECRET_TEXT).json["is_new"] is False
    assert is_booked_once(made, context)


def test_f24_what_was_taken_in_stands_in_the_audit_under_its_request_once(
    made: Office, context: ServiceContext
) -> None:
    message = debited(ask(made, "card")["collection_id"], PAID)
    for _ in range(3):
        post_signed(made, message)
    kept = [
        (entry["actor"], record["id"])
        for row in context.database["audit"].find({"fund": DZ})
        for entry in row["entries"]
        for record in entry["deeds"]
        if record["thing"] == "bank_messages"
    ]
    assert kept == [("public", "evt_1")]


def _code(answer: Any) -> str | None:
    code: str | None = answer.json.get("code")
    return code
