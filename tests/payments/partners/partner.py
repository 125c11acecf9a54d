"""A partner that listens: a real HTTP server that can be down, slow to answer no, and up again on the same port."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from deploy.local.programs import free_port
from services.payments.partners import store
from services.payments.partners.delivery import Delivery
from services.payments.partners.endpoint import Endpoint
from services.payments.partners.jobs import AT_ONCE_MAX, LEASE_S, WebhookSender, give_up
from services.payments.partners.outbound import OutboundClient
from services.payments.partners.signing import FundsKeys
from services.payments.wiring import service
from shared.events.payments.collections import PaymentDebited
from shared.jobs.job import JobKind
from shared.jobs.runner import Runner
from shared.storage.service_context import ServiceContext
from shared.webhooks import Secret, verify
from tests.kit.callers import Office
from tests.kit.clock import AT
from tests.kit.contexts import DZ, handle
from tests.payments.builders import FIRM


class Calling:
    """The jobs of a worker that call endpoints, and how many messages they tried."""

    def __init__(self, outbound: OutboundClient, keys: FundsKeys | None = None) -> None:
        self.tries = 0
        calling = self

        class Counted(WebhookSender):
            def send(self, endpoint: Endpoint, delivery: Delivery, *, fund_id: str, at: datetime) -> str:
                calling.tries += 1
                return super().send(endpoint, delivery, fund_id=fund_id, at=at)

        self.delivering = Counted(outbound, keys or {})
        self.kind = JobKind(
            name=store.DELIVER, run=self.delivering.run, lease_s=LEASE_S, at_once=AT_ONCE_MAX, give_up=give_up
        )

    def run(self, context: ServiceContext) -> int:
        """Run what is due now, one after the other; how many messages were tried."""
        before = self.tries
        Runner(context, [self.kind]).run_due()
        return self.tries - before

    @contextmanager
    def running(self, context: ServiceContext) -> Iterator[None]:
        """As in a worker: many at once, in threads."""
        stop = Event()
        thread = Thread(target=Runner(context, [self.kind]).run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)
            assert not thread.is_alive()


@dataclass
class Partner:
    """What it heard, by message id in the order of hearing. `answers` are the next statuses; 204 once used up."""

    port: int = field(default_factory=free_port)
    answers: list[int] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/himaya?of=dz"

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.received]

    def believes(self, secret: str, *, at: datetime, number: int = -1) -> bool:
        """Whether a message's signature is good, by the rules that everybody has."""
        headers, body = self.received[number]
        return verify(body, headers=headers, secrets=[Secret.read(secret)], at=at) == headers["webhook-id"]

    @contextmanager
    def up(self) -> Iterator[None]:
        partner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                partner.paths.append(self.path)
                partner.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(partner.answers.pop(0) if partner.answers else 204)
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join(5)
            server.server_close()


def register(made: Office, url: str, *kinds: str, client: str = "bank-1", fund_id: str = DZ) -> dict[str, Any]:
    asked = made.machine(client, fund=fund_id).post(
        "/endpoints", {"url": url, "kinds": list(kinds or ("payment.debited",))}
    )
    assert asked.status_code == 201, asked.text
    shown: dict[str, Any] = asked.json
    return shown


def debit(context: ServiceContext, collection_id: str = "c1", *, at: datetime = AT, fund_id: str = DZ) -> None:
    """A payer was debited: payments hears what it told itself."""
    event = PaymentDebited(
        collection_id=collection_id,
        declaration_id="d1",
        employer_id=FIRM,
        rail="card",
        amount_minor=315_025,
        currency="DZD",
        debited_at=at,
    )
    handle(context, service, event, fund_id=fund_id)


def deliveries(made: Office, endpoint: dict[str, Any], client: str = "bank-1") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (
        made.machine(client).get(f"/endpoints/{endpoint['endpoint_id']}/deliveries").json["items"]
    )
    return items
