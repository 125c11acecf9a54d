"""What pages of `http_apis` say: how three providers are asked, what their answers mean, what their receipts are."""

import json
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from services.notifications.channels import http_api
from services.notifications.channels.http_api import (
    RECEIPTS_MAX,
    Answer,
    HttpApi,
    HttpRequest,
    Meaning,
    MessageReceipt,
    ReceiptForm,
    is_proved,
    read_answer,
    read_receipts,
)
from services.notifications.channels.receipts import DeliveryState

INFOBIP, TWILIO, KANNEL = (http_api.api(name) for name in ("infobip", "twilio", "kannel"))
MESSAGE = {
    "recipient": "+213550123459",
    "digits": "213550123459",
    "text": 'Vos "droits" & {text}\nà 12 €',
    "sender": "CNAS",
    "message_id": "3f0c.sms",
    "receipts_url": "https://api.fund.example/notifications/v1/dz-cnas/sms/receipts",
}


def written(api: HttpApi, *, is_unicode: bool = False) -> HttpRequest:
    return http_api.write(api, MESSAGE, user="AC 1", secret="s3&cret", is_unicode=is_unicode)


def form(request: HttpRequest) -> dict[str, list[str]]:
    return parse_qs((request.body or b"").decode() or urlsplit(request.target).query, strict_parsing=True)


def test_infobip_is_asked_in_json_by_digits_and_under_our_id() -> None:
    request = written(INFOBIP)
    assert (request.method, request.target) == ("POST", "/sms/3/messages")
    assert request.headers["Authorization"] == "App s3&cret"
    (sent,) = json.loads(request.body or b"")["messages"]
    assert sent["destinations"] == [{"to": "213550123459", "messageId": "3f0c.sms"}]
    assert (sent["sender"], sent["content"]) == ("CNAS", {"text": MESSAGE["text"]}), "braces of a text stay"
    assert sent["webhooks"]["delivery"]["url"] == MESSAGE["receipts_url"]


def test_twilio_is_asked_by_a_form_and_tells_at_an_address_with_our_id() -> None:
    request = written(TWILIO)
    assert (request.method, request.target) == ("POST", "/2010-04-01/Accounts/AC%201/Messages.json")
    assert request.headers["Authorization"] == "Basic QUMgMTpzMyZjcmV0"
    assert form(request) == {
        "To": ["+213550123459"],
        "From": ["CNAS"],
        "Body": [MESSAGE["text"]],
        "StatusCallback": [MESSAGE["receipts_url"] + "?message=3f0c.sms"],
    }


@pytest.mark.parametrize(("is_unicode", "coding"), [(False, "0"), (True, "2")])
def test_kannel_is_asked_by_an_address_which_says_the_alphabet(is_unicode: bool, coding: str) -> None:
    request = written(KANNEL, is_unicode=is_unicode)
    assert (request.method, request.body) == ("GET", None)
    assert request.target.startswith("/cgi-bin/sendsms?")
    assert form(request) == {
        "username": ["AC 1"],
        "password": ["s3&cret"],
        "to": ["+213550123459"],
        "from": ["CNAS"],
        "text": [MESSAGE["text"]],
        "charset": ["UTF-8"],
        "coding": [coding],
    }


def test_a_request_shows_nothing_of_itself() -> None:
    shown = repr([written(api) for api in (INFOBIP, TWILIO, KANNEL)])
    assert "550123459" not in shown and "s3" not in shown and "droits" not in shown


def infobip(group: str, name: str) -> str:
    return json.dumps({"messages": [{"messageId": "3f0c.sms", "status": {"groupName": group, "name": name}}]})


@pytest.mark.parametrize(
    ("api", "status", "body", "answer"),
    [
        (INFOBIP, 200, infobip("PENDING", "PENDING_ACCEPTED"), Answer(Meaning.TAKEN, "3f0c.sms")),
        (INFOBIP, 200, infobip("PENDING", "PENDING_NEW_NAME"), Answer(Meaning.UNKNOWN)),
        (INFOBIP, 200, infobip("REJECTED", "REJECTED_INVALID_DESTINATION"), Answer(Meaning.WRONG_NUMBER)),
        (INFOBIP, 200, infobip("REJECTED", "REJECTED_NOT_ENOUGH_CREDITS"), Answer(Meaning.IN_TROUBLE)),
        (INFOBIP, 200, infobip("REJECTED", "REJECTED_SENDER"), Answer(Meaning.REFUSED)),
        (INFOBIP, 200, '{"messages": []}', Answer(Meaning.UNKNOWN)),
        (INFOBIP, 200, "<html>", Answer(Meaning.UNKNOWN)),
        (INFOBIP, 200, "", Answer(Meaning.UNKNOWN)),
        (INFOBIP, 200, "[" * 100_000, Answer(Meaning.UNKNOWN)),
        (INFOBIP, 401, "", Answer(Meaning.IN_TROUBLE)),
        (
            INFOBIP,
            400,
            '{"requestError": {"serviceException": {"messageId": "TOO_MANY_REQUESTS"}}}',
            Answer(Meaning.THROTTLED),
        ),
        (TWILIO, 201, '{"sid": "SM90", "status": "queued", "error_code": null}', Answer(Meaning.TAKEN, "SM90")),
        (TWILIO, 201, '{"status": "queued"}', Answer(Meaning.TAKEN)),
        (TWILIO, 201, json.dumps({"sid": "S" * 66, "status": "queued"}), Answer(Meaning.TAKEN)),
        (TWILIO, 500, '{"sid": "SM90", "status": "queued"}', Answer(Meaning.UNKNOWN)),
        (TWILIO, 400, '{"code": 21211, "status": 400}', Answer(Meaning.WRONG_NUMBER)),
        (TWILIO, 400, '{"code": 21610, "status": 400}', Answer(Meaning.REFUSED)),
        (TWILIO, 400, '{"code": 99999, "status": 400}', Answer(Meaning.REFUSED)),
        (TWILIO, 400, '{"code": 21611, "status": 400}', Answer(Meaning.THROTTLED)),
        (TWILIO, 400, '{"code": true}', Answer(Meaning.REFUSED)),
        (KANNEL, 202, "0: Accepted for delivery", Answer(Meaning.TAKEN)),
        (KANNEL, 202, "3: Queued for later delivery", Answer(Meaning.TAKEN)),
        (KANNEL, 202, "Sent.", Answer(Meaning.UNKNOWN)),
        (KANNEL, 403, "Authorization failed for sendsms", Answer(Meaning.IN_TROUBLE)),
        (KANNEL, 503, "Temporal failure, try again later.", Answer(Meaning.IN_TROUBLE)),
        (KANNEL, 400, "Empty text not allowed, rejected", Answer(Meaning.REFUSED)),
        (KANNEL, 202, b"\xff: Accepted", Answer(Meaning.UNKNOWN)),
    ],
)
def test_what_an_answer_means(api: HttpApi, status: int, body: str | bytes, answer: Answer) -> None:
    assert read_answer(api, status, body if isinstance(body, bytes) else body.encode()) == answer


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (200, Meaning.UNKNOWN),
        (204, Meaning.UNKNOWN),
        (302, Meaning.IN_TROUBLE),
        (400, Meaning.REFUSED),
        (402, Meaning.IN_TROUBLE),
        (403, Meaning.IN_TROUBLE),
        (404, Meaning.IN_TROUBLE),
        (408, Meaning.UNKNOWN),
        (413, Meaning.REFUSED),
        (422, Meaning.REFUSED),
        (429, Meaning.THROTTLED),
        (500, Meaning.IN_TROUBLE),
        (502, Meaning.UNKNOWN),
        (503, Meaning.IN_TROUBLE),
        (504, Meaning.UNKNOWN),
    ],
)
def test_where_the_body_says_nothing_the_status_does(status: int, meaning: Meaning) -> None:
    assert read_answer(TWILIO, status, b"{}") == Answer(meaning)


def of(api: HttpApi) -> ReceiptForm:
    assert api.receipts is not None
    return api.receipts


def infobip_receipts(*groups: object) -> dict[str, object]:
    results = [{"callbackData": f"{place}.sms", "status": {"groupName": each}} for place, each in enumerate(groups)]
    return {"results": results}


def test_receipts_of_infobip_come_several_at_a_time() -> None:
    sent = infobip_receipts("DELIVERED", "UNDELIVERABLE", "EXPIRED", "REJECTED", "PENDING")
    assert read_receipts(of(INFOBIP), sent) == [
        MessageReceipt("0.sms", DeliveryState.DELIVERED, "DELIVRD"),
        MessageReceipt("1.sms", DeliveryState.FAILED, "UNDELIV"),
        MessageReceipt("2.sms", DeliveryState.FAILED, "EXPIRED"),
        MessageReceipt("3.sms", DeliveryState.FAILED, "REJECTD"),
        MessageReceipt("4.sms", DeliveryState.UNDER_WAY, "UNKNOWN"),
    ]


@pytest.mark.parametrize(
    ("status", "delivery", "word"),
    [
        ("delivered", DeliveryState.DELIVERED, "DELIVRD"),
        ("undelivered", DeliveryState.FAILED, "UNDELIV"),
        ("failed", DeliveryState.FAILED, "UNDELIV"),
        ("canceled", DeliveryState.FAILED, "DELETED"),
        ("sent", DeliveryState.UNDER_WAY, "UNKNOWN"),
    ],
)
def test_a_receipt_of_twilio_is_one_form(status: str, delivery: DeliveryState, word: str) -> None:
    sent = {"message": "3f0c.sms", "MessageSid": "SM90", "MessageStatus": status}
    assert read_receipts(of(TWILIO), sent) == [MessageReceipt("3f0c.sms", delivery, word)]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        [],
        None,
        "results",
        {"results": []},
        {"results": {}},
        {"results": [7]},
        infobip_receipts(None),
        infobip_receipts(["DELIVERED"]),
        {"results": [{"callbackData": "", "status": {"groupName": "DELIVERED"}}]},
        {"results": [{"callbackData": "i" * 66, "status": {"groupName": "DELIVERED"}}]},
        infobip_receipts(*["DELIVERED"] * (RECEIPTS_MAX + 1)),
    ],
)
def test_what_is_no_receipt(sent: object) -> None:
    with pytest.raises(ValueError, match="receipt"):
        read_receipts(of(INFOBIP), sent)


@pytest.mark.parametrize(
    ("header", "is_good"),
    [("Basic new", True), ("Basic old", True), ("Basic older", False), ("new", False), ("Basic né", False)],
)
def test_the_proof_of_a_receipt_has_one_of_the_secrets(header: str, is_good: bool) -> None:
    assert is_proved(of(TWILIO), header, secrets=["new", "old"]) is is_good
    assert not is_proved(of(TWILIO), header, secrets=[])


SOUND = {
    "source": "invented",
    "request": {"path": "/send", "fields": {"to": "{digits}", "text": "{text}"}},
    "answer": {"says": [["status"]], "means": {"ok": "taken"}},
    "receipts": {
        "proof_header": "X-Key",
        "proof": "{secret}",
        "message": ["ref"],
        "status": ["state"],
        "states": {"ok": "DELIVRD"},
    },
}


@pytest.mark.parametrize(
    ("part", "wrong", "why"),
    [
        ("request", {"fields": {"to": "{digits}", "text": "{txt}"}}, "names txt in braces"),
        ("request", {"fields": {"to": "{digits}"}}, "no text or no recipient"),
        ("request", {"fields": {"text": "{text}"}}, "no text or no recipient"),
        ("request", {"method": "GET"}, "a GET has no body"),
        ("request", {"method": "PUT"}, "PUT"),
        ("answer", {"means": {"ok": "fine"}}, "fine"),
        ("answer", {"sayz": []}, "sayz"),
        ("receipts", {"states": {"ok": "DELIVERT"}}, "DELIVERT is no word of SMPP"),
        ("receipts", {"proof": "Basic"}, "no {secret}"),
    ],
)
def test_a_page_that_does_not_add_up_is_refused(part: str, wrong: dict[str, object], why: str) -> None:
    assert msgspec.convert(SOUND, HttpApi).source == "invented"
    page = {**SOUND, part: {**SOUND[part], **wrong}}  # type: ignore[dict-item]
    with pytest.raises(ValueError, match=why):
        msgspec.convert(page, HttpApi)


@pytest.mark.parametrize("name", ["nexmo", "../http_apis/kannel", ""])
def test_a_page_that_is_not_there(name: str) -> None:
    with pytest.raises(ValueError, match="there are infobip, kannel, twilio"):
        http_api.api(name)
