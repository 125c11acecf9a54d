"""The payer's institution in GovStack's words: the operator of the shop of mobile money, which speaks its other API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.kit.callers import Caller
from tests.kit.contexts import TN
from tests.payments.mobile_money.shop import Shop

NO_HEADERS: Mapping[str, str] = {}
HEADERS = {"X-Platform-TenantId": TN, "X-PayerFI-Id": "MAHFADHA"}


@dataclass
class Fsp:
    """Asks and pays, each time with a correlation id."""

    shop: Shop

    @property
    def caller(self) -> Caller:
        return self.shop.operator

    def inquire(self, bill_id: str, *, correlation: str = "c-1", **more: Any) -> TestResponse:
        headers = {**HEADERS, "X-CorrelationID": correlation, **more.pop("headers", {})}
        return self.caller.get(f"/govstack/bills/{bill_id}", headers=headers, **more)

    def mark(
        self,
        bill_id: str,
        *,
        payment: str = "p1",
        correlation: str = "c-1",
        headers: Mapping[str, str] = NO_HEADERS,
        **said: Any,
    ) -> TestResponse:
        body = {"requestID": "r-1", "billId": bill_id, "PaymentReferenceID": payment, **said}
        sent = {**HEADERS, "X-CorrelationID": correlation, **headers}
        return self.caller.post("/govstack/billTransferRequests", body, key=None, headers=sent)

    def listen(self, url: str = "https://fsp.example/govstack") -> dict[str, Any]:
        """Register an endpoint for answers."""
        made = self.caller.post("/endpoints", {"url": url, "kinds": ["bill.answered"]})
        assert made.status_code == 201, made.text
        endpoint: dict[str, Any] = made.json
        return endpoint

    def sent(self, endpoint: dict[str, Any]) -> list[dict[str, Any]]:
        """The answers that were written for an endpoint, newest first."""
        found: list[dict[str, Any]] = self.caller.get(f"/endpoints/{endpoint['endpoint_id']}/deliveries").json["items"]
        return found
