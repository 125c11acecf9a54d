"""SMS over HTTP, in the shapes of three providers: Infobip (JSON, lists), Twilio (a form, errors with codes) and Kannel
(everything in the address, an answer of text). They take the same numbers and faults as the SMS centre."""

import json
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from queue import Queue
from threading import Thread
from uuid import uuid4

import requests
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from simulators.messages.received import Faults, Message, Received
from simulators.messages.sms import GSM, GSM_ESCAPED, NO_SUCH_NUMBER, NOT_REACHED, SILENT

LOST_S = 20.0
"""An answer that is lost comes after this time, when nobody waits for it any more."""
RETRY_AFTER_S = 1
RECEIPTS_AT_ONCE = 4
RECEIPT_TRIES_MAX = 10
RECEIPT_PAUSE_S = 0.3
RECEIPT_ANSWER_S_MAX = 10.0

Say = Callable[[], ResponseReturnValue]


@dataclass(frozen=True)
class Asked:
    """A message as an API was asked for it; `message_id` is the sender's own id, where the API has a place for it."""

    recipient: str
    sender: str
    text: str
    message_id: str = ""
    receipt_url: str = ""


@dataclass(frozen=True)
class Answers:
    """How an API says what it does. `receipt` is the body of its receipt, by whether the telephone was reached."""

    taken: Callable[[str], ResponseReturnValue]
    no_such_number: Say
    throttled: Say
    in_trouble: Say
    refused: Say
    receipt: Callable[[str, bool], "Receipt"] | None = None


@dataclass(frozen=True)
class Receipt:
    url: str
    body: str
    media_type: str


@dataclass
class HttpProvider:
    """What the three APIs do alike: they take messages, save them and bring receipts."""

    received: Received
    faults: Faults
    _receipts: "Queue[Receipt]" = field(default_factory=Queue)

    def open(self) -> "HttpProvider":
        for number in range(RECEIPTS_AT_ONCE):
            Thread(target=self._bring, name=f"receipts {number}", daemon=True).start()
        return self

    def take(self, asked: Asked, answers: Answers) -> ResponseReturnValue:
        if asked.recipient.endswith(NO_SUCH_NUMBER):
            return answers.no_such_number()
        if self.faults.take("sms-throttled"):
            return answers.throttled()
        if self.faults.take("sms-in-trouble"):
            return answers.in_trouble()
        if self.faults.take("sms-rejected"):
            return answers.refused()
        self._keep(asked)
        if self.faults.take("sms-answer-lost"):
            time.sleep(LOST_S)
        provider_id = asked.message_id or uuid4().hex
        if answers.receipt is not None and not asked.recipient.endswith(SILENT):
            receipt = answers.receipt(provider_id, not asked.recipient.endswith(NOT_REACHED))
            if self.faults.take("sms-receipt-first"):
                _is_taken(receipt)
            else:
                self._receipts.put(receipt)
        return answers.taken(provider_id)

    def _keep(self, asked: Asked) -> None:
        unnamed = sha256(f"{asked.recipient} {asked.text}".encode()).hexdigest()[:24]
        self.received.keep(
            Message(
                channel="sms",
                message_id=asked.message_id or unnamed,
                recipient=asked.recipient,
                sender=asked.sender,
                text=asked.text,
            )
        )

    def _bring(self) -> None:
        while True:
            receipt = self._receipts.get()
            for _ in range(RECEIPT_TRIES_MAX):
                if _is_taken(receipt):
                    break
                time.sleep(RECEIPT_PAUSE_S)


def _is_taken(receipt: Receipt) -> bool:
    """A user and a password in the address are sent as Basic authentication."""
    try:
        answer = requests.post(
            receipt.url,
            data=receipt.body.encode(),
            headers={"Content-Type": receipt.media_type},
            timeout=RECEIPT_ANSWER_S_MAX,
        )
    except requests.RequestException:
        return False
    return answer.ok


def apis(provider: HttpProvider) -> Blueprint:
    """The routes of the three APIs."""
    routes = Blueprint("http-apis", __name__)

    @routes.post("/sms/3/messages")
    def infobip() -> ResponseReturnValue:
        if not request.headers.get("Authorization", "").startswith("App "):
            return _infobip_error("UNAUTHORIZED", 401)
        sent = request.get_json()["messages"][0]
        to = sent["destinations"][0]
        if to["to"].startswith("+"):
            return _infobip_error("BAD_REQUEST", 400)
        asked = Asked(
            recipient=f"+{to['to']}",
            sender=sent["sender"],
            text=sent["content"]["text"],
            message_id=to["messageId"],
            receipt_url=sent["webhooks"]["delivery"]["url"],
        )

        def said(group: str, name: str, message_id: str) -> ResponseReturnValue:
            status = {"groupName": group, "name": name}
            return {"messages": [{"messageId": message_id, "destination": to["to"], "status": status}]}

        def receipt(message_id: str, is_reached: bool) -> Receipt:
            result = {
                "messageId": message_id,
                "callbackData": sent["webhooks"]["callbackData"],
                "to": to["to"],
                "status": {"groupName": "DELIVERED" if is_reached else "UNDELIVERABLE"},
            }
            return Receipt(asked.receipt_url, json.dumps({"results": [result]}), "application/json")

        return provider.take(
            asked,
            Answers(
                taken=lambda message_id: said("PENDING", "PENDING_ACCEPTED", message_id),
                no_such_number=lambda: said("REJECTED", "REJECTED_INVALID_DESTINATION", asked.message_id),
                throttled=lambda: _infobip_error("TOO_MANY_REQUESTS", 429),
                in_trouble=lambda: _infobip_error("GENERAL_ERROR", 500),
                refused=lambda: said("REJECTED", "REJECTED_SENDER", asked.message_id),
                receipt=receipt,
            ),
        )

    @routes.post("/2010-04-01/Accounts/<account>/Messages.json")
    def twilio(account: str) -> ResponseReturnValue:
        kind, _, sent = request.headers.get("Authorization", "").partition(" ")
        if kind != "Basic" or b64decode(sent).decode().partition(":")[0] != account:
            return _twilio_error(20003, 401)
        asked = Asked(
            recipient=request.form["To"],
            sender=request.form["From"],
            text=request.form["Body"],
            receipt_url=request.form["StatusCallback"],
        )

        def receipt(message_id: str, is_reached: bool) -> Receipt:
            state = "delivered" if is_reached else "undelivered"
            body = f"MessageSid={message_id}&MessageStatus={state}&To=%2B{asked.recipient[1:]}"
            return Receipt(asked.receipt_url, body, "application/x-www-form-urlencoded")

        return provider.take(
            asked,
            Answers(
                taken=lambda message_id: ({"sid": message_id, "status": "queued", "error_code": None}, 201),
                no_such_number=lambda: _twilio_error(21211, 400),
                throttled=lambda: _twilio_error(20429, 429),
                in_trouble=lambda: _twilio_error(20500, 500),
                refused=lambda: _twilio_error(21610, 400),
                receipt=receipt,
            ),
        )

    @routes.get("/cgi-bin/sendsms")
    def kannel() -> ResponseReturnValue:
        if not request.args.get("username") or not request.args.get("password"):
            return _line("Authorization failed for sendsms", 403)
        asked = Asked(recipient=request.args["to"], sender=request.args["from"], text=request.args["text"])
        if request.args["coding"] == "0" and not set(asked.text) <= {*GSM, *GSM_ESCAPED.values()}:
            return _line("Rejected", 400)
        return provider.take(
            asked,
            Answers(
                taken=lambda _: _line("0: Accepted for delivery", 202),
                no_such_number=lambda: _line("Not routable. Do not try again.", 403),
                throttled=lambda: _line("Too many requests", 429),
                in_trouble=lambda: _line("Temporal failure, try again later.", 503),
                refused=lambda: _line("Sender missing and no global set, rejected", 400),
            ),
        )

    return routes


def _infobip_error(code: str, status: int) -> ResponseReturnValue:
    said = {"requestError": {"serviceException": {"messageId": code, "text": code}}}
    return said, status, {"Retry-After": str(RETRY_AFTER_S)} if status == 429 else {}


def _twilio_error(code: int, status: int) -> ResponseReturnValue:
    return {"code": code, "message": "refused", "status": status}, status


def _line(text: str, status: int) -> ResponseReturnValue:
    return Response(text, status, mimetype="text/plain")
