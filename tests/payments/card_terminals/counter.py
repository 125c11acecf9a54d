"""A counter of the fund with two card terminals, and an employer who pays a year's contributions there."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from werkzeug.test import TestResponse

from services.payments.banking import settling
from services.payments.banking.bank_file import Direction
from services.payments.banking.reported_entry import ReportedEntry
from services.payments.ledger import actions as ledger
from services.payments.obligations import actions as obligations
from services.payments.obligations.obligation import Obligation
from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Caller, Office
from tests.kit.clock import Clock
from tests.kit.contexts import DZ, handle, reading, someone
from tests.payments.builders import FIRM, open_obligation
from tests.payments.employers.test_reactions import page

TERMINAL, OTHER = "16000101", "16000102"
OWED_BY_ACQUIRER = "operator:banque-atlas"
DUE_MINOR = 315_075
FACTS: dict[str, Any] = {
    "fund_id": DZ,
    "form": "das",
    "due_on": date(2026, 1, 31),
    "declared_on": date(2026, 1, 20),
    "branches": {"pension": DUE_MINOR},
}


@dataclass
class Counter:
    """On 28 January 2026 at ten, with 3,150.75 due for each of two years by the 31st."""

    context: ServiceContext
    clock: Clock
    office: Office

    @classmethod
    def opened(cls, context: ServiceContext) -> "Counter":
        clock = Clock(datetime(2026, 1, 28, 9, tzinfo=UTC))
        made = replace(context, clock=clock)
        office = Office(service, made)
        handle(made, service, page("Atelier Tassili", count=2))
        open_obligation(made, "d1", period="2025", **FACTS)
        open_obligation(made, "d2", period="2024", **FACTS)
        return cls(made, clock, office)

    @property
    def firm(self) -> Caller:
        return self.office.employer(FIRM)

    def agent(self, name: str = "a1") -> Caller:
        return self.office.staff(name)

    def begin(self, declaration_id: str = "d1", *, terminal: str = TERMINAL) -> TestResponse:
        return self.agent().post(f"/card-terminals/{terminal}/payments", {"declaration_id": declaration_id})

    def begun(self, declaration_id: str = "d1", *, terminal: str = TERMINAL) -> str:
        answer = self.begin(declaration_id, terminal=terminal)
        assert answer.status_code == 201, answer.text
        return str(answer.json["payment_id"])

    def type(self, payment_id: str, *, late: bool = False, **changed: str) -> TestResponse:
        printed = {
            "batch": "000124",
            "ticket": "000001",
            "authorisation": "a4b7c9",
            "amount": "3150.75",
            "taken_at": self.clock().isoformat(),
            **changed,
        }
        return self.agent().post(f"/terminal-payments/{payment_id}/{'late-ticket' if late else 'ticket'}", printed)

    def paid(self, declaration_id: str = "d1", *, terminal: str = TERMINAL, **changed: str) -> dict[str, Any]:
        answer = self.type(self.begun(declaration_id, terminal=terminal), **changed)
        assert answer.status_code == 200, answer.text
        return dict(answer.json)

    def reverse(self, payment_id: str) -> TestResponse:
        return self.agent().post(f"/terminal-payments/{payment_id}/reversal")

    def close(self, *, terminal: str = TERMINAL, **changed: Any) -> TestResponse:
        totals = {"batch": "124", "closed_at": self.clock().isoformat(), "count": 1, "total": "3150.75", **changed}
        return self.agent().post(f"/card-terminals/{terminal}/closes", totals)

    def paid_in(self, reference: str, amount_minor: int, *, bank_reference: str = "ent_1") -> None:
        reported = ReportedEntry(
            bank_reference=bank_reference,
            account="bank:collections",
            direction=Direction.CREDIT,
            amount_minor=amount_minor,
            currency="DZD",
            texts=(f"REMISE CB {reference}",),
        )
        self.context.run(DZ, by=someone(), cause="test", action=lambda uow: settling.take_in(uow, reported))

    def net(self, code: str) -> int:
        return ledger.balance(reading(self.context, DZ), code).net_minor

    def debt(self, declaration_id: str = "d1") -> Obligation:
        return obligations.current(reading(self.context, DZ), declaration_id=declaration_id)

    def waiting(self) -> list[dict[str, Any]]:
        return list(self.agent().get("/bank/entries").json["items"])

    def differing(self, **filters: str) -> list[dict[str, Any]]:
        return list(self.agent().get("/operator-differences", query_string=filters).json["items"])
