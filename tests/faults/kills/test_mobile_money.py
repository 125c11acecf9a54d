"""F33: payments' web process dies while an operator of mobile money inquires, begins a payment and marks it as taken,
in the platform's own API or in GovStack's. The operator asks again under its own id: the payment is one, booked once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests

from deploy.local.programs import HOST, answers_http, free_port
from services.payments.ledger import actions as ledger
from services.payments.obligations import actions as obligations
from services.payments.obligations.obligation import ObligationStatus
from shared.storage.service_context import now
from tests.faults.kills.conftest import Ground
from tests.faults.kills.invariants import offending_without_broker
from tests.faults.kills.life import Fault, begin
from tests.faults.kills.record import CALL_MAX_S, Record
from tests.faults.kills.scene import Scene
from tests.kit.callers import token
from tests.kit.contexts import TN, handle, reading
from tests.kit.waiting import until
from tests.payments.builders import FIRM, open_obligation
from tests.payments.employers.test_reactions import page
from tests.payments.govstack.fsp import HEADERS
from tests.payments.mobile_money.shop import FACTS, OPERATOR

SIGKILLED = -9
DUE_MINOR, DUE, PAYMENT = 1_290_277, "1290.277", "p1"
NATIVE, GOVSTACK = ("inquire", "begin", "confirm"), ("ask", "mark")
STEPS = ("work.begin", "work.saved", "work.committed")
KILLED = [
    *((NATIVE, call, step) for call in ("begin", "confirm") for step in STEPS),  # what is only read has no transaction
    *((GOVSTACK, call, step) for call in GOVSTACK for step in STEPS),
]


@dataclass
class Operator:
    """An operator's client before the web process of payments, with a bill of an employer to be paid."""

    scene: Scene
    record: Record = field(default_factory=Record)

    def __post_init__(self) -> None:
        context, service = self.scene.contexts["payments"], self.scene.services["payments"]
        service.make_indexes(context)
        handle(context, service, page("Atelier Tassili", count=2), fund_id=TN)
        facts: dict[str, Any] = {**FACTS, "declared_on": now().date(), "due_on": now().date() + timedelta(days=10)}
        open_obligation(context, **facts)
        firm = self.scene.offices["payments"].employer(FIRM, fund=TN)
        asked: dict[str, Any] = firm.post("/declarations/d1/collections", {"rail": "mobile-money"}).json
        self.reference, self.taken_at = str(asked["reference"]), now().isoformat()

    def open(self, step: str) -> None:
        """Start the process, which dies at the step the first time that it reaches it once the scene is armed."""
        fault = Fault(step, self.scene.home / "armed", self.scene.home / "done")
        own, log = self.scene.settings["payments"], self.scene.home / "web.log"
        self.scene.workers["web"] = self.process = begin("payments", "web", settings=own, log=log, fault=fault)
        until(answers_http(f"http://{own['BIND']}/health/ready"), what="the web process")

    def say(self, call: str) -> Any:
        """One of its calls; what it was answered, or None where nobody answered."""
        taken = {"reference": self.reference, "amount": DUE}
        match call:
            case "inquire":
                method, path, body = "GET", f"/mobile-money/references/{self.reference}", None
            case "begin":
                method, path, body = "PUT", f"/mobile-money/payments/{PAYMENT}", taken
            case "confirm":
                body = {**taken, "taken_at": self.taken_at}
                method, path = "PUT", f"/mobile-money/payments/{PAYMENT}/confirmation"
            case "ask":
                method, path, body = "GET", f"/govstack/bills/{self.reference}", None
            case _:
                body = {"requestID": "r-1", "billId": self.reference, "PaymentReferenceID": PAYMENT}
                method, path = "POST", "/govstack/billTransferRequests"
        own = self.scene.settings["payments"]
        scopes = ("mobile-money:read", "mobile-money:pay")
        bearer = token(audience="payments", scopes=scopes, fund=TN, sub=OPERATOR, iss=f"{own['ISSUER']}/v1/{TN}")
        headers = {**HEADERS, "X-CorrelationID": f"c-{call}", "Authorization": f"Bearer {bearer}"}
        url = f"http://{own['BIND']}/v1/{TN}{path}"
        said = self.record.call(
            call, lambda: requests.request(method, url, headers=headers, json=body, timeout=CALL_MAX_S)
        )
        return said.shown if said.answer is not None else None

    def dies_at(self, call: str, step: str) -> None:
        """A call during which the process dies; it is started again."""
        self.scene.arm()
        assert self.say(call) is None
        self.process.join(30)
        assert self.process.exitcode == SIGKILLED, (self.scene.home / "web.log").read_text()[-2000:]
        self.open(step)

    def kept(self) -> dict[str, int]:
        """How many payments, entries and receipts there are."""
        database, published = self.scene.database("payments"), self.scene.published("payments")
        types = [event["type"] for event in published]
        return {
            "payments": database["operator_payments"].count_documents({}),
            "entries": database["bank_entries"].count_documents({}),
            "booked": types.count("payments.payment-debited"),
            "receipts": types.count("payments.mobile-payment-taken"),
        }


@pytest.fixture
def operator(ground: Ground, keys_url: str) -> Iterator[Operator]:
    scene = Scene(ground.folder, ground.mongodb, f"{HOST}:{free_port()}")
    try:
        scene.settings["payments"]["JWKS_URL"] = keys_url
        yield Operator(scene)
    finally:
        scene.end()


@pytest.mark.parametrize(("calls", "killed", "step"), KILLED, ids=lambda it: it if isinstance(it, str) else it[-1])
def test_f33_killed_between_inquiry_payment_and_mark(
    operator: Operator, calls: tuple[str, ...], killed: str, step: str
) -> None:
    operator.open(step)
    for call in calls[: calls.index(killed)]:
        assert operator.say(call) is not None
    operator.dies_at(killed, step)
    is_last, is_kept = killed == calls[-1], step == "work.committed"
    assert operator.kept()["entries"] == int(is_last and is_kept), "all of it is kept, or nothing"
    for call in calls[calls.index(killed) :]:
        operator.say(call)
    first, again = operator.say(calls[-1]), operator.say(calls[-1])
    assert first == again and first["receipt"].startswith("MR"), "under its own id it is the same payment"
    assert operator.record.outcomes().count("unknown") == 1 and "failed" not in operator.record.outcomes()
    assert operator.kept() == {"payments": 1, "entries": 1, "booked": 1, "receipts": 1}
    context = operator.scene.contexts["payments"]
    assert ledger.balance(reading(context, TN), "operator:mahfadha").net_minor == DUE_MINOR
    assert obligations.current(reading(context, TN), declaration_id="d1").status is ObligationStatus.PAID
    offending = offending_without_broker(operator.scene, "payments")
    assert [each for each in offending if not each.startswith("I7 ")] == [], "I7: the debt stands without a declaration"
