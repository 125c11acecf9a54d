"""A shop where employers pay by mobile money: the operator's side of the calls, and a debt to be paid."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from threading import Thread
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from services.payments.ledger import actions as ledger
from services.payments.obligations import actions as obligations
from services.payments.obligations.obligation import Obligation
from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Caller, Office, token
from tests.kit.clock import Clock
from tests.kit.contexts import TN, handle, reading
from tests.payments.builders import FIRM, open_obligation
from tests.payments.employers.test_reactions import page

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

OPERATOR = "mobile-operator"
TAKEN_AT = "2025-04-10T10:00:00+01:00"
DUE = {"pension": 1_290_277}
FACTS: dict[str, Any] = {
    "fund_id": TN,
    "form": "quarterly-wages",
    "period": "2025-Q1",
    "due_on": date(2025, 4, 15),
    "declared_on": date(2025, 4, 8),
    "branches": DUE,
}


@dataclass
class Shop:
    """Payments of a fund that has an operator, on 10 April 2025, with a quarter of 1,290.277 due by the 15th."""

    context: ServiceContext
    clock: Clock
    office: Office

    @classmethod
    def opened(cls, context: ServiceContext) -> "Shop":
        clock = Clock(datetime(2025, 4, 10, 10, tzinfo=UTC))
        made = replace(context, clock=clock)
        office = Office(service, made)
        handle(made, service, page("Atelier Tassili", count=2), fund_id=TN)
        open_obligation(made, **FACTS)
        return cls(made, clock, office)

    @property
    def firm(self) -> Caller:
        return self.office.employer(FIRM, fund=TN)

    @property
    def operator(self) -> Caller:
        return self.office.machine(OPERATOR, fund=TN)

    @property
    def agent(self) -> Caller:
        return self.office.staff(fund=TN)

    def reference(self, declaration_id: str = "d1") -> str:
        """The employer asks for one."""
        asked = self.firm.post(f"/declarations/{declaration_id}/collections", {"rail": "mobile-money"})
        assert asked.status_code == 201, asked.text
        return str(asked.json["reference"])

    def bill(self, reference: str) -> TestResponse:
        return self.operator.get(f"/mobile-money/references/{reference}")

    def begin(self, reference: str, amount: str = "1290.277", *, payment: str = "p1") -> TestResponse:
        return self.operator.put(f"/mobile-money/payments/{payment}", {"reference": reference, "amount": amount})

    def take(
        self, reference: str, amount: str = "1290.277", *, payment: str = "p1", taken_at: str = TAKEN_AT
    ) -> TestResponse:
        said = {"reference": reference, "amount": amount, "taken_at": taken_at}
        return self.operator.put(f"/mobile-money/payments/{payment}/confirmation", said)

    def reverse(self, payment: str = "p1") -> TestResponse:
        return self.operator.put(f"/mobile-money/payments/{payment}/reversal", {"reason": "CUST"})

    def file(self, *lines: str, day: str = "2025-04-10") -> TestResponse:
        head = "id_paiement;reference;montant;date_heure;commission"
        return self.operator.post(
            f"/mobile-money/days/{day}/file", data="\n".join((head, *lines)).encode(), content_type="text/csv"
        )

    def net(self, code: str) -> int:
        return ledger.balance(reading(self.context, TN), code).net_minor

    def debt(self, declaration_id: str = "d1") -> Obligation:
        return obligations.current(reading(self.context, TN), declaration_id=declaration_id)

    def entries(self) -> list[dict[str, Any]]:
        return list(self.agent.get("/bank/entries").json["items"])


def operator_token() -> str:
    """What identity would give the operator."""
    return token(audience="payments", scopes=("mobile-money:read", "mobile-money:pay"), fund=TN, sub=OPERATOR)


def _gives_tokens(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    answer = Response(
        json.dumps({"access_token": operator_token(), "expires_in": 300}), content_type="application/json"
    )
    return answer(environ, start_response)


@contextmanager
def served(shop: Shop) -> Iterator[str]:
    """The service's app on a port of this machine, under the path that the proxy gives it; beside it, where tokens come
    from."""
    app = DispatcherMiddleware(shop.office.app, {"/payments": shop.office.app, "/identity": _gives_tokens})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
