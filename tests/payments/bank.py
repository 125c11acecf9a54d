"""The bank as payments meets it: a program of its own, whose webhooks are handed to the service's real app.

`Bank.deliver` stands where the network would: what the bank signed and sent reaches `/bank/events` byte for byte.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import requests
from werkzeug.test import TestResponse

from deploy.local.programs import free_port
from services.payments.banking.banks.choice import BankSettings
from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.settings import Settings
from services.payments.wiring import service
from shared.storage.service_context import ServiceContext, now
from shared.webhooks import Secret, sign
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, funds
from tests.kit.simulators import running_simulator
from tests.simulators.fund import SECRET_TEXT, Fund, Received, listening

API_KEY = "an-invented-key"
ACCEPTED, REFUSED, SILENT = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 0119"
NEW_SECRET_TEXT = "whsec_YSBzZWNvbmQgc2VjcmV0IG9mIHRoZSB0ZXN0cyEh"


def own_settings(
    url: str = "http://127.0.0.1:9",
    *,
    timeout_s: float = 2.0,
    webhook_secrets: tuple[str, ...] = (NEW_SECRET_TEXT, SECRET_TEXT),
) -> Settings:
    return Settings(
        banks={
            "BANK": BankSettings(
                url=url,
                api_key=API_KEY,
                webhook_secrets=webhook_secrets,
                timeout_s=timeout_s,
            )
        },
        return_url="http://127.0.0.1:9/{fund}/payments/{collection_id}",
    )


def office(context: ServiceContext, settings: Settings | None = None) -> Office:
    return Office(service, context, settings or own_settings())


def post_signed(
    made: Office,
    message: Any,
    *,
    message_id: str = "evt_1",
    at: datetime | None = None,
    secret: str = SECRET_TEXT,
    fund: str = DZ,
    headers: Mapping[str, str | None] | None = None,
    sent: bytes | None = None,
) -> TestResponse:
    """A message signed as the bank does; anything can be made wrong: `sent` replaces the body after it was signed."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    signed = sign(body, message_id=message_id, at=at or now(), secrets=[Secret.read(secret)])
    whole = {"content-type": "application/json", **signed, **(headers or {})}
    present = {name: value for name, value in whole.items() if value is not None}
    client = made.app.test_client()
    return client.post(f"/v1/{fund}/bank/events", data=body if sent is None else sent, headers=present)


def debited(payment_id: str, amount: str = "3150.25", *, entry: str = "ent_1", **data: Any) -> dict[str, Any]:
    published = {"fund": DZ, "payment_id": payment_id, "amount": amount, "currency": "DZD", "bank_reference": entry}
    return {"type": "payment.debited", "timestamp": "2026-02-10T09:00:00Z", "data": {**published, **data}}


def credited(reference: str, amount: str = "3150.25", *, entry: str = "ent_1", **data: Any) -> dict[str, Any]:
    published = {
        "fund": DZ,
        "entry_id": entry,
        "account": funds()[DZ].payments.collections.number,
        "debtor_account": "00200300000056789016",
        "amount": amount,
        "currency": "DZD",
        "reference": reference,
        "booked_at": "2026-02-10T09:00:00Z",
    }
    return {"type": "payment.credited", "timestamp": "2026-02-10T09:00:00Z", "data": {**published, **data}}


def refused(payment_id: str) -> dict[str, Any]:
    published = {"fund": DZ, "payment_id": payment_id, "amount": "1.00", "currency": "DZD", "bank_reference": None}
    return {
        "type": "payment.refused",
        "timestamp": "2026-02-10T09:00:00Z",
        "data": {**published, "reason": "card-refused"},
    }


class Bank:
    """The running bank, as a test, a payer and the network use it."""

    def __init__(self, port: int, fund: Fund) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.fund = fund
        self.delivered = 0

    def pay(self, checkout_url: str, card: str) -> None:
        paid = requests.post(checkout_url, data={"card": card}, timeout=5, allow_redirects=False)
        assert paid.status_code == 303, paid.text

    def fault(self, kind: str, **how: Any) -> None:
        assert requests.post(f"{self.url}/_faults", json={"kind": kind, **how}, timeout=5).status_code == 201

    def log(self, what: str) -> list[dict[str, Any]]:
        lines = requests.get(f"{self.url}/_log", timeout=5).json()["log"]
        return [line["facts"] for line in lines if line["what"] == what]

    def transfer(self, *, reference: str, amount: str, fund_id: str = DZ) -> None:
        into, currency = funds()[fund_id].payments.collections.number, funds()[fund_id].currency.value
        payer = requests.post(
            f"{self.url}/customers/accounts", json={"holder": "Atelier Inventé", "currency": currency}, timeout=5
        ).json()["account"]
        order = {"account": payer, "to_account": into, "amount": amount, "currency": currency, "reference": reference}
        assert requests.post(f"{self.url}/transfers", json=order, timeout=5).status_code == 201

    def answer(self, message_id: str, verdict: bytes) -> None:
        """What the bank says of a file from now on."""
        assert requests.put(f"{self.url}/_files/{message_id}/pain.002", data=verdict, timeout=5).status_code == 200

    def announce_statement(self, body: bytes, fund_id: str = DZ) -> str:
        """The bank tells of a file that nothing was booked for."""
        published = requests.post(f"{self.url}/_statements/{fund_id}", data=body, timeout=5)
        assert published.status_code == 201, published.text
        return str(published.json()["statement_id"])

    def deliver(self, made: Office, count: int = 1) -> list[TestResponse]:
        """Hand the next webhooks to the service, each twice: what comes again changes nothing."""
        received = self.fund.receive(self.delivered + count)[self.delivered : self.delivered + count]
        self.delivered += count
        return [_handed(made, each) for each in received for _ in range(2)][::2]


def _handed(made: Office, received: Received) -> TestResponse:
    headers = {
        name: value for name, value in received.headers.items() if name.lower().startswith(("webhook-", "content-t"))
    }
    return made.app.test_client().post(received.path, data=received.body, headers=headers)


@contextmanager
def running_bank(
    state_dir: Path, *, webhook_url: str | None = None, folders: Mapping[str, Path] | None = None
) -> Iterator[Bank]:
    """The simulator on a free port, with the funds' accounts as their definitions have them. Its webhooks go to a fund
    that only listens, unless there is another address for them; `folders` are of funds that exchange files instead."""
    port = free_port()
    accounts = " ".join(
        f"{fund_id}={own.number}:{funds()[fund_id].currency}"
        for fund_id in (DZ, TN)
        for own in (funds()[fund_id].payments.collections, funds()[fund_id].payments.payouts)
    )
    with listening() as fund:
        settings = {
            "BANK_BIND": f"127.0.0.1:{port}",
            "BANK_STATE_DIR": str(state_dir),
            "BANK_API_KEY": API_KEY,
            "BANK_RETRY_S": "0.1",
            "BANK_FUND_ACCOUNTS": accounts,
            "FUND_WEBHOOK_URL": webhook_url or f"http://127.0.0.1:{fund.port}/v1/{{fund}}/bank/events",
            "FUND_WEBHOOK_SECRET": SECRET_TEXT,
            "BANK_FOLDERS": " ".join(f"{fund_id}={path}" for fund_id, path in (folders or {}).items()),
        }
        ready_url = f"http://127.0.0.1:{port}/health/ready"
        with running_simulator("simulators.bank", settings=settings, ready_url=ready_url):
            yield Bank(port, fund)


@contextmanager
def answering(status: int, body: Any) -> Iterator[IsoHttpBank]:
    """A bank that answers everything in one way."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield IsoHttpBank(url=f"http://127.0.0.1:{server.server_port}", api_key="k", timeout_s=2)
    finally:
        server.shutdown()
        server.server_close()
