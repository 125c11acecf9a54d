"""SMS over HTTP at the message centre: what each of the three APIs takes, says and brings back."""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.simulators import fund as funds
from tests.simulators.fund import Fund
from tests.simulators.message_centre import Centre, message_centre


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with message_centre(tmp_path_factory.mktemp("messages")) as running:
        yield running


@pytest.fixture
def fund() -> Iterator[Fund]:
    with funds.listening() as listening:
        yield listening


def number(ending: str = "9") -> str:
    return f"2135{uuid4().int % 10**4:04d}" + ending.rjust(4, "1")


def infobip(centre: Centre, to: str, receipts_at: str = "", *, key: str = "App any") -> requests.Response:
    message = {
        "sender": "CNAS",
        "destinations": [{"to": to, "messageId": f"{to}.sms"}],
        "content": {"text": "Vos droits"},
        "webhooks": {"delivery": {"url": receipts_at}, "callbackData": "ours"},
    }
    url = f"{centre.url}/sms/3/messages"
    return requests.post(url, json={"messages": [message]}, headers={"Authorization": key}, timeout=5)


def twilio(centre: Centre, to: str, receipts_at: str = "", *, account: str = "AC1") -> requests.Response:
    form = {"To": f"+{to}", "From": "CNAS", "Body": "Vos droits", "StatusCallback": receipts_at}
    url = f"{centre.url}/2010-04-01/Accounts/AC1/Messages.json"
    return requests.post(url, data=form, auth=(account, "any"), timeout=5)


def kannel(centre: Centre, to: str, **changed: str) -> requests.Response:
    asked = {"username": "u", "password": "p", "to": f"+{to}", "from": "CNAS", "text": "Vos droits", "coding": "0"}
    return requests.get(f"{centre.url}/cgi-bin/sendsms", params={**asked, **changed}, timeout=5)


def word(answer: requests.Response) -> Any:
    """What the body says: the status of the one message, the code of an error, or the line of text."""
    if "json" not in answer.headers["Content-Type"]:
        return answer.text
    said = answer.json()
    if "messages" in said:
        return said["messages"][0]["status"]["name"]
    return said.get("code") or said.get("status") or said["requestError"]["serviceException"]["messageId"]


SENDING = {"infobip": infobip, "twilio": twilio, "kannel": kannel}


@pytest.mark.parametrize(
    ("api", "ending", "fault", "status", "said"),
    [
        ("infobip", "9", None, 200, "PENDING_ACCEPTED"),
        ("infobip", "0000", None, 200, "REJECTED_INVALID_DESTINATION"),
        ("infobip", "9", "sms-throttled", 429, "TOO_MANY_REQUESTS"),
        ("infobip", "9", "sms-in-trouble", 500, "GENERAL_ERROR"),
        ("infobip", "9", "sms-rejected", 200, "REJECTED_SENDER"),
        ("twilio", "9", None, 201, "queued"),
        ("twilio", "0000", None, 400, 21211),
        ("twilio", "9", "sms-throttled", 429, 20429),
        ("twilio", "9", "sms-in-trouble", 500, 20500),
        ("twilio", "9", "sms-rejected", 400, 21610),
        ("kannel", "9", None, 202, "0: Accepted for delivery"),
        ("kannel", "0000", None, 403, "Not routable. Do not try again."),
        ("kannel", "9", "sms-throttled", 429, "Too many requests"),
        ("kannel", "9", "sms-in-trouble", 503, "Temporal failure, try again later."),
        ("kannel", "9", "sms-rejected", 400, "Sender missing and no global set, rejected"),
    ],
)
def test_what_is_said_to_a_message(
    centre: Centre, api: str, ending: str, fault: str | None, status: int, said: object
) -> None:
    to = number(ending)
    if fault:
        centre.fault(fault)
    answer = SENDING[api](centre, to)
    assert (answer.status_code, word(answer)) == (status, said)
    is_taken = fault is None and ending == "9"
    assert [one["text"] for one in centre.received(f"+{to}")] == (["Vos droits"] if is_taken else [])


def test_who_does_not_sign_in_sends_nothing(centre: Centre) -> None:
    to = number()
    assert infobip(centre, to, key="").status_code == 401
    assert twilio(centre, to, account="AC2").status_code == 401
    assert kannel(centre, to, password="").status_code == 403
    assert centre.received(f"+{to}") == []


def test_infobip_takes_numbers_without_their_plus(centre: Centre) -> None:
    assert infobip(centre, "+213550123459").status_code == 400


def test_kannel_takes_no_other_letters_than_those_of_the_alphabet_that_is_named(centre: Centre) -> None:
    to = number()
    assert kannel(centre, to, text="حق").status_code == 400
    assert kannel(centre, to, text="حق", coding="2").status_code == 202
    assert [one["text"] for one in centre.received(f"+{to}")] == ["حق"]


@pytest.mark.parametrize(("ending", "group"), [("9", "DELIVERED"), ("0001", "UNDELIVERABLE")])
def test_infobip_brings_a_receipt_until_it_is_taken(centre: Centre, fund: Fund, ending: str, group: str) -> None:
    fund.answers += [503, 500]
    to = number(ending)
    infobip(centre, to, f"http://receipts:secret@127.0.0.1:{fund.port}/receipts")
    came = fund.receive(3)
    assert {each.path for each in came} == {"/receipts"} and len({each.body for each in came}) == 1
    assert came[0].headers["Authorization"] == f"Basic {b64encode(b'receipts:secret').decode()}"
    (result,) = json.loads(came[0].body)["results"]
    assert (result["messageId"], result["callbackData"], result["status"]) == (
        f"{to}.sms",
        "ours",
        {"groupName": group},
    )


def test_twilio_brings_a_form_and_nobody_of_whom_nothing_is_heard(centre: Centre, fund: Fund) -> None:
    for ending in ("0002", "0001"):
        twilio(centre, number(ending), f"http://127.0.0.1:{fund.port}/receipts?message=ours")
    (came,) = fund.receive(1)
    assert came.path == "/receipts?message=ours"
    assert came.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert b"MessageStatus=undelivered" in came.body
