"""A partner bank's own side: `python docs/examples/as_a_bank.py <reference> [<folder of secrets>]`.

The reference is one that an employer was given for a transfer (`as_an_employer.py` prints it). In a local run the
bank's key and the secret of its webhooks lie in `var/secrets`. Beside `requests` it needs `joserfc` and `cryptography`:
a token is asked for with a signature, and what the fund sends is signed too.
"""

import base64
import hashlib
import hmac
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from himaya import URL, Client, Refused, pages
from joserfc.jwk import ECKey
from machine import Token

FUND, CLIENT_ID, SCOPE = "dz-cnas", "bank", "bank:read bank:webhooks"
TOLERANCE_S = 300


def main(reference: str, folder: str = "var/secrets") -> None:
    key = ECKey.import_key(Path(folder, "bank-client.key.pem").read_text())
    secret = Path(folder, "bank-webhook").read_text().split()[0]
    client = Client(FUND, token=Token(FUND, CLIENT_ID, SCOPE, key).text)

    due = client.get("payments", f"/bank/references/{reference}")
    print(f"{reference}: {due['due']} {due['currency']} to {due['account']}")
    a_slip_of_the_pen(client, reference)

    with listening() as listener:
        endpoint = client.post(
            "payments", "/endpoints", {"url": listener.url, "kinds": ["payment.debited", "declaration.paid"]}
        )
        path = f"/endpoints/{endpoint['endpoint_id']}"
        began = datetime.now(UTC) - timedelta(minutes=1)
        print(f"the money came: {credited(secret, due)}; and said once more: {credited(secret, due)}")
        heard = {listener.next(client)["type"] for _ in range(2)}
        print(f"heard: {', '.join(sorted(heard))}")

        deliveries = list(pages(client, "payments", f"{path}/deliveries"))
        assert {each["kind"] for each in deliveries} == heard
        until_now = {"since": began.isoformat(), "until": datetime.now(UTC).isoformat()}
        again = client.post("payments", f"{path}/replays", until_now)
        print(f"sent again: {again['queued']}, each under the id that it had: {listener.is_known(client)}")

        own = client.send("GET", "payments", path)
        client.send("DELETE", "payments", path, if_match=own.headers["ETag"])
    assert Decimal(client.get("payments", f"/bank/references/{reference}")["due"]) == 0
    print("nothing is due any more")


def a_slip_of_the_pen(client: Client, reference: str) -> None:
    """A reference has check digits: what was mistyped is refused before anything is moved."""
    slip = reference[:-1] + ("1" if reference[-1] != "1" else "2")
    try:
        client.get("payments", f"/bank/references/{slip}")
    except Refused as refused:
        print(f"{slip}: {refused.status} {refused.detail}")
    else:
        raise AssertionError("it is not one of the fund's")


def credited(secret: str, due: dict[str, Any]) -> int:
    """Tell the fund that a transfer came. The same id may be sent again and again: it is booked once."""
    facts = {
        "fund": FUND,
        "entry_id": f"entry-{due['reference']}",
        "account": due["account"],
        "debtor_account": "00200200162000009965",
        "amount": due["due"],
        "currency": due["currency"],
        "reference": due["reference"],
        "booked_at": datetime.now(UTC).isoformat(),
    }
    said = {"type": "payment.credited", "timestamp": datetime.now(UTC).isoformat(), "data": facts}
    body = json.dumps(said).encode()
    headers = {"content-type": "application/json", **signed(body, secret, message_id=f"evt-{due['reference']}")}
    return requests.post(f"{URL}/payments/v1/{FUND}/bank/events", data=body, headers=headers, timeout=30).status_code


def signed(body: bytes, secret: str, *, message_id: str) -> dict[str, str]:
    """The headers of Standard Webhooks 1.0 (v1): the id stays over all tries, the time is that of the try."""
    at = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = hmac.new(key, b".".join([message_id.encode(), at.encode(), body]), hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def verified(client: Client, headers: dict[str, str], body: bytes) -> bool:
    """Whether the fund signed a message with one of its published keys (v1a), not long ago. Keep the keys for an hour;
    while one replaces the other there are two."""
    message_id, at = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(at)) > TOLERANCE_S:
        return False
    found = client.get("payments", "/webhook-keys")["items"]
    keys = [base64.b64decode(each["public_key"].removeprefix("whpk_")) for each in found]
    signatures = [each.partition(",") for each in headers["webhook-signature"].split()]
    content = b".".join([message_id.encode(), at.encode(), body])
    for key in keys:
        for scheme, _, signature in signatures:
            try:
                if scheme == "v1a":
                    Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(signature), content)
                    return True
            except InvalidSignature:
                continue
    return False


class listening:
    """An endpoint of the bank for as long as the `with` lasts: it answers 204 at once, and works afterwards."""

    def __enter__(self) -> "listening":
        arrived: Queue[tuple[dict[str, str], bytes]] = Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                arrived.put(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.arrived, self.known = arrived, set[str]()
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/himaya"
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def next(self, client: Client) -> dict[str, Any]:
        """The next message that is new. One whose id is known came twice: it is left out."""
        while True:
            headers, body = self.arrived.get(timeout=60)
            assert verified(client, headers, body), "the fund did not sign it"
            if headers["webhook-id"] not in self.known:
                self.known.add(headers["webhook-id"])
                return json.loads(body)

    def is_known(self, client: Client) -> bool:
        """Whether the next message is one that came before."""
        headers, body = self.arrived.get(timeout=60)
        assert verified(client, headers, body)
        return headers["webhook-id"] in self.known


if __name__ == "__main__":
    main(*sys.argv[1:])
