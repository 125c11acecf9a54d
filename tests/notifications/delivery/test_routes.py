"""Receipts of SMS over HTTP: who may bring them, what they change, in any order, and what changes nothing."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from services.notifications.delivery.receipt_webhook import BODY_BYTES_MAX, FIELDS_MAX
from services.notifications.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, handle, published
from tests.notifications import builders as made
from tests.notifications.sms_by_http import OLD_SECRET, SECRET, office

BASIC = {"Authorization": f"Basic {SECRET}"}


@pytest.fixture
def receiving(context: ServiceContext) -> Office:
    receiving = office(context)
    handle(context, service, made.persons(made.person()))
    handle(context, service, made.claim_paid())
    context.database["messages"].update_many({"channel": "sms"}, {"$set": {"status": "sent"}})
    return receiving


def sms(context: ServiceContext) -> Any:
    found: Any = context.database["messages"].find_one({"channel": "sms"})
    return found


def receipt(message_id: str, group: str = "UNDELIVERABLE") -> dict[str, Any]:
    return {"callbackData": message_id, "messageId": message_id, "status": {"groupName": group}}


def bring(
    to: Office,
    *receipts: object,
    headers: Mapping[str, str] = BASIC,
    fund: str = DZ,
    sent: bytes | None = None,
    query: str = "",
    media_type: str = "application/json",
) -> TestResponse:
    body = json.dumps({"results": receipts}).encode() if sent is None else sent
    whole = {"Content-Type": media_type, **headers}
    return to.app.test_client().post(f"/v1/{fund}/sms/receipts{query}", data=body, headers=whole)


def state(context: ServiceContext) -> tuple[str, str | None, int]:
    found = sms(context)
    return found["status"], found["reason"], context.database["delivered"].count_documents({})


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("DELIVERED", ("sent", None, 1)),
        ("UNDELIVERABLE", ("undelivered", "delivery.undelivered", 0)),
        ("EXPIRED", ("undelivered", "delivery.expired-on-the-way", 0)),
        ("REJECTED", ("undelivered", "delivery.rejected", 0)),
        ("PENDING", ("sent", None, 0)),
    ],
)
def test_what_a_receipt_says_is_kept_once(
    context: ServiceContext, receiving: Office, group: str, expected: tuple[str, str | None, int]
) -> None:
    for _ in range(2):
        answer = bring(receiving, receipt(sms(context)["message_id"], group))
        assert (answer.status_code, answer.data) == (204, b"")
        assert state(context) == expected
    is_undelivered = expected[0] == "undelivered"
    assert published(context) == (["notifications.message-undelivered"] if is_undelivered else [])


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (("PENDING", "DELIVERED", "UNDELIVERABLE"), ("sent", None, 1)),
        (("UNDELIVERABLE", "PENDING", "DELIVERED"), ("undelivered", "delivery.undelivered", 0)),
    ],
)
@pytest.mark.parametrize("is_together", [True, False], ids=["in one request", "one by one"])
def test_the_first_final_receipt_counts(
    context: ServiceContext,
    receiving: Office,
    groups: tuple[str, ...],
    expected: tuple[str, str | None, int],
    is_together: bool,
) -> None:
    several = [receipt(sms(context)["message_id"], group) for group in groups]
    for each in [several] if is_together else [[one] for one in several]:
        assert bring(receiving, *each).status_code == 204
    assert state(context) == expected


def test_one_that_comes_before_the_answer_is_saved_waits_for_it(context: ServiceContext, receiving: Office) -> None:
    context.database["messages"].update_many({"channel": "sms"}, {"$set": {"status": "queued"}})
    message_id = sms(context)["message_id"]
    for _ in range(2):
        assert bring(receiving, receipt(message_id)).status_code == 204
    assert state(context) == ("queued", None, 0)
    (kept,) = context.database["receipts"].find()
    assert (kept["message_id"], kept["reason"]) == (message_id, "delivery.undelivered")


def test_what_names_no_sms_of_this_fund_has_no_effect(context: ServiceContext, receiving: Office) -> None:
    message_id = sms(context)["message_id"]
    mail: Any = context.database["messages"].find_one({"channel": "email"})
    assert bring(receiving, receipt("0000.sms"), receipt(mail["message_id"])).status_code == 204
    assert bring(receiving, receipt(message_id), fund=TN).status_code == 204
    assert bring(receiving, receipt("$where"), receipt("x" * 65)).status_code == 204
    assert state(context) == ("sent", None, 0)
    assert context.database["receipts"].count_documents({}) == 0 and published(context) == []


@pytest.mark.parametrize("status", ["failed", "unknown", "undelivered"])
def test_a_message_that_ended_otherwise_stays_as_it_is(context: ServiceContext, receiving: Office, status: str) -> None:
    context.database["messages"].update_many({"channel": "sms"}, {"$set": {"status": status}})
    for group in ("DELIVERED", "UNDELIVERABLE"):
        assert bring(receiving, receipt(sms(context)["message_id"], group)).status_code == 204
    assert state(context) == (status, None, 0)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": f"Bearer {SECRET}"},
        {"Authorization": "Basic cmVjZWlwdHM6Z3Vlc3NlZA=="},
        {"Authorization": f"Basic {SECRET} "[:-2]},
        {"X-Authorization": f"Basic {SECRET}"},
    ],
)
def test_who_has_no_secret_of_ours_changes_nothing(
    context: ServiceContext, receiving: Office, headers: dict[str, str]
) -> None:
    refused = bring(receiving, receipt(sms(context)["message_id"]), headers=headers)
    assert (refused.status_code, refused.json["code"]) == (403, "sms-receipts.not-proved")  # type: ignore[index]
    assert refused.mimetype == "application/problem+json"
    assert state(context) == ("sent", None, 0)


def test_while_a_secret_is_replaced_the_old_one_is_good_too(context: ServiceContext, receiving: Office) -> None:
    old = {"Authorization": f"Basic {OLD_SECRET}"}
    assert bring(receiving, receipt(sms(context)["message_id"]), headers=old).status_code == 204
    assert state(context) == ("undelivered", "delivery.undelivered", 0)


@pytest.mark.parametrize("changed", [{"sms_provider": "smpp"}, {"sms_http_api": "kannel"}], ids=["smpp", "kannel"])
def test_where_no_provider_brings_receipts_nobody_may(context: ServiceContext, changed: dict[str, str]) -> None:
    assert bring(office(context, **changed), receipt("0000.sms")).status_code == 403


@pytest.mark.parametrize(
    ("sent", "media_type", "status", "code"),
    [
        (b"{", "application/json", 400, "request.malformed-json"),
        (b"", "application/json", 400, "request.malformed-json"),
        (b"[" * 5_000, "application/json", 400, "request.malformed-json"),
        (b'{"results": [], "results": []}', "application/json", 400, "request.json-name-twice"),
        (b"{}", "application/json", 422, "sms-receipts.malformed"),
        (b'{"results": []}', "application/json", 422, "sms-receipts.malformed"),
        (b'{"results": [{"callbackData": "a.sms"}]}', "application/json", 422, "sms-receipts.malformed"),
        (b"callbackData=a.sms", "application/x-www-form-urlencoded", 415, "request.media-type"),
        (b"{}", "text/plain", 415, "request.media-type"),
        (b" " * (BODY_BYTES_MAX + 1), "application/json", 413, "request.too-large"),
    ],
    ids=str,
)
def test_what_is_not_made_as_the_api_has_it_is_refused(
    receiving: Office, sent: bytes, media_type: str, status: int, code: str
) -> None:
    refused = bring(receiving, sent=sent, media_type=media_type)
    assert (refused.status_code, refused.json["code"]) == (status, code)  # type: ignore[index]
    assert refused.mimetype == "application/problem+json"


def test_one_bad_receipt_of_several_keeps_none(context: ServiceContext, receiving: Office) -> None:
    """The provider brings them again, and whoever looks why finds the whole request refused."""
    assert bring(receiving, receipt(sms(context)["message_id"]), {"callbackData": "b.sms"}).status_code == 422
    assert state(context) == ("sent", None, 0)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("delivered", ("sent", None, 1)),
        ("undelivered", ("undelivered", "delivery.undelivered", 0)),
        ("sent", ("sent", None, 0)),
    ],
)
def test_a_form_brings_one_whose_message_its_address_names(
    context: ServiceContext, receiving: Office, status: str, expected: tuple[str, str | None, int]
) -> None:
    form = urlencode({"MessageSid": "SM90", "MessageStatus": status, "To": "+213550123456"}).encode()
    answer = bring(
        office(context, sms_http_api="twilio"),
        sent=form,
        query=f"?message={sms(context)['message_id']}",
        media_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 204
    assert state(context) == expected


@pytest.mark.parametrize(
    "sent",
    [b"", b"MessageStatus=", b"\xff=\xff", b"&".join(b"a=b" for _ in range(FIELDS_MAX + 1)), b"MessageSid=SM90"],
    ids=str,
)
def test_a_form_that_says_nothing_is_refused(context: ServiceContext, sent: bytes) -> None:
    refused = bring(
        office(context, sms_http_api="twilio"),
        sent=sent,
        query="?message=0000.sms",
        media_type="application/x-www-form-urlencoded",
    )
    assert (refused.status_code, refused.json["code"]) == (422, "sms-receipts.malformed")  # type: ignore[index]
