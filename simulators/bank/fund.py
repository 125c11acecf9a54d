"""What the bank says to a fund (signed webhooks, repeated until heard) and asks of it (is this reference yours?)."""

import json
import logging
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from threading import Event, Thread
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import requests
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.webhooks import SIGNATURE, Secret, sign
from simulators.bank.book import Book, new_id, note, now, take_fault
from simulators.bank.settings import Lookup, Settings

ATTEMPTS_MAX = 20
WAIT_S_MAX = 60.0
TIMEOUT_S = 15.0
LOOKUP_TIMEOUT_S = 5.0
DUE_MAX = 100
OLD = timedelta(hours=1)

log = logging.getLogger("bank")


# --- telling -------------------------------------------------------------------------------------------------------


def send_webhook(
    uow: sqlite3.Connection, settings: Settings, *, kind: str, fund: str, facts: Mapping[str, object]
) -> None:
    """Write down what the fund must hear, in the transaction that made it true. Faults asked for by a test act here. A
    fund that exchanges files reads it in its next statement."""
    if fund in settings.folders:
        return
    facts_sent = dict(facts)
    if take_fault(uow, "webhook-wrong-amount") is not None and isinstance(facts_sent.get("amount"), str):
        facts_sent["amount"] = str(Decimal(str(facts_sent["amount"])) + 1)
    copies = 2 if take_fault(uow, "webhook-doubled") is not None else 1
    delay_s = take_fault(uow, "webhook-delayed") or 0.0
    state = "not-sent" if take_fault(uow, "webhook-not-sent") is not None else "waiting"
    webhook_id = new_id("evt")
    body = {"type": kind, "timestamp": now().isoformat(), "data": {"fund": fund, **facts_sent}}
    uow.execute(
        "insert into deliveries values (?, ?, ?, ?, ?, 0, ?)",
        (
            webhook_id,
            settings.webhook_url.format(fund=fund),
            json.dumps(body, separators=(",", ":")).encode(),
            state,
            copies,
            time.time() + delay_s,
        ),
    )
    note(uow, "webhook-written", webhook_id=webhook_id, type=kind, state=state, copies=copies, delay_s=delay_s)


class Postman(Thread):
    """Delivers what `publish` wrote down: at least once, the same id on every attempt, waiting longer each time."""

    def __init__(self, book: Book, *, secrets: tuple[Secret, ...], retry_s: float) -> None:
        super().__init__(name="postman", daemon=True)
        self._book, self._secrets, self._retry_s = book, secrets, retry_s
        self._woken, self._is_stopped = Event(), False

    def wake(self) -> None:
        """Look for due webhooks now."""
        self._woken.set()

    def stop(self) -> None:
        """Stop the thread, and wait for the webhook that is under way."""
        self._is_stopped = True
        self.wake()
        self.join(TIMEOUT_S)

    def run(self) -> None:
        """Send due webhooks until stopped; one that fails is due again later."""
        while not self._is_stopped:
            self._woken.clear()
            due = self._book.all(
                "select * from deliveries where state = 'waiting' and due_at <= ? order by due_at limit ?",
                time.time(),
                DUE_MAX,
            )
            for delivery in due:
                if not self._is_stopped:
                    self._attempt(delivery)
            if not due:
                self._woken.wait(self._pause_s())

    def _pause_s(self) -> float:
        soonest = self._book.one("select min(due_at) from deliveries where state = 'waiting'")
        due_at = soonest[0] if soonest is not None else None
        return WAIT_S_MAX if due_at is None else max(0.0, float(due_at) - time.time())

    def _attempt(self, delivery: sqlite3.Row) -> None:
        answer = self._send(delivery["webhook_id"], delivery["url"], delivery["body"])
        is_received = answer.isdecimal() and 200 <= int(answer) < 300
        attempts = delivery["attempts"] + 1
        copies = delivery["copies"] - is_received
        state = "heard" if copies == 0 else "given-up" if attempts >= ATTEMPTS_MAX or answer == "410" else "waiting"
        wait_s = 0.0 if is_received else min(WAIT_S_MAX, self._retry_s * 2 ** (attempts - 1))
        with self._book.transaction() as uow:
            uow.execute(
                "update deliveries set state = ?, copies = ?, attempts = ?, due_at = ? where webhook_id = ?",
                (state, copies, attempts, time.time() + wait_s, delivery["webhook_id"]),
            )
            note(uow, "webhook-sent", webhook_id=delivery["webhook_id"], attempt=attempts, answer=answer, state=state)

    def _send(self, webhook_id: str, url: str, body: bytes) -> str:
        """The status that the fund answered, or the name of what went wrong on the way."""
        with self._book.transaction() as uow:
            is_old = take_fault(uow, "webhook-old-timestamp") is not None
            is_forged = take_fault(uow, "webhook-wrong-signature") is not None
        headers = sign(body, message_id=webhook_id, at=now() - (OLD if is_old else timedelta()), secrets=self._secrets)
        if is_forged:
            headers[SIGNATURE] = "v1," + "A" * 43 + "="
        headers["content-type"] = "application/json"
        try:
            return str(
                requests.post(url, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False).status_code
            )
        except requests.RequestException as error:
            return type(error).__name__


# --- asking --------------------------------------------------------------------------------------------------------


@dataclass
class _Token:
    text: str
    until: float


class Asker:
    """Asks a fund whether it knows a reference, with an access token got by `private_key_jwt` (RFC 7523, ES256)."""

    def __init__(self, lookup: Lookup | None) -> None:
        self._lookup = lookup
        self._tokens: dict[str, _Token] = {}

    def knows(self, reference: str, *, fund: str) -> bool | None:
        """True or False as the fund says; None where it cannot be asked or does not answer: the money is then taken."""
        if self._lookup is None:
            return None
        try:
            url = self._lookup.url.format(fund=fund, reference=quote(reference, safe=""))
            token = self._token(self._lookup, fund)
            answer = requests.get(url, headers={"authorization": f"Bearer {token}"}, timeout=LOOKUP_TIMEOUT_S)
        except (requests.RequestException, KeyError, ValueError, OSError) as error:
            log.warning("the fund cannot be asked: %s", type(error).__name__)
            return None
        return {200: True, 404: False, 422: False}.get(answer.status_code)

    def mandate(self, reference: str, *, fund: str) -> Mapping[str, Any] | None:
        """What the fund says of a mandate whose form an officer holds; None where it knows none, or cannot be asked."""
        if self._lookup is None:
            return None
        base = self._lookup.url.format(fund=fund, reference="").replace("/bank/references/", "/bank/mandates/")
        try:
            token = self._token(self._lookup, fund)
            headers = {"authorization": f"Bearer {token}"}
            answer = requests.get(base + quote(reference, safe=""), headers=headers, timeout=LOOKUP_TIMEOUT_S)
            found: Mapping[str, Any] | None = answer.json() if answer.status_code == 200 else None
        except (requests.RequestException, KeyError, ValueError, OSError) as error:
            log.warning("the fund cannot be asked: %s", type(error).__name__)
            return None
        return found

    def send(self, method: str, url: str, *, fund: str, language: str, **more: Any) -> requests.Response | None:
        """The fund's answer to a call that needs a token; `{fund}` of the address takes the fund's id. None where it
        cannot be asked, or does not answer."""
        if self._lookup is None:
            return None
        try:
            headers = {"authorization": f"Bearer {self._token(self._lookup, fund)}", "accept-language": language}
            headers |= more.pop("headers", {})
            return requests.request(method, url.format(fund=fund), headers=headers, timeout=TIMEOUT_S, **more)
        except (requests.RequestException, KeyError, ValueError, OSError) as error:
            log.warning("the fund cannot be asked: %s", type(error).__name__)
            return None

    def _token(self, lookup: Lookup, fund: str) -> str:
        kept = self._tokens.get(fund)
        if kept is None or kept.until < time.time():
            url = lookup.token_url.format(fund=fund)
            form = {
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": _assertion(lookup, url),
            }
            if lookup.scope:
                form["scope"] = lookup.scope.format(fund=fund)
            answer = requests.post(url, data=form, timeout=LOOKUP_TIMEOUT_S)
            answer.raise_for_status()
            got = answer.json()
            kept = _Token(got["access_token"], time.time() + float(got.get("expires_in", 60)) - 30)
            self._tokens[fund] = kept
        return kept.text


def _assertion(lookup: Lookup, audience: str) -> str:
    key = ECKey.import_key(lookup.private_key_file.read_text())
    issued_at = int(time.time())
    claims = {
        "iss": lookup.client_id,
        "sub": lookup.client_id,
        "aud": audience,
        "jti": str(uuid4()),
        "iat": issued_at,
        "exp": issued_at + 60,
    }
    return jwt.encode({"alg": "ES256", "typ": "JWT", "kid": key.thumbprint()}, claims, key)
