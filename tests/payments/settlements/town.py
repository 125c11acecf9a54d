"""A town with a firm that has two late quarters, a fund with a scheme of settlement, and a clock to move."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from services.payments.arrears import jobs as arrears_jobs
from services.payments.collections import actions as collections
from services.payments.collections import booking
from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.obligations import actions as obligations
from services.payments.obligations.obligation import Obligation
from services.payments.obligations.store import ASSESS, FOLLOW_PLAN
from services.payments.settlements import jobs
from services.payments.wiring import service
from shared.funds.arrears import SettlementScheme
from shared.jobs.queue import due_anywhere
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.callers import Caller, Office
from tests.kit.clock import Clock
from tests.kit.contexts import TN, make_unique_indexes, published_events, reading, someone
from tests.payments.builders import FIRM, open_obligation
from tests.payments.measures.builders import fund_with

BODY = {"employer_id": FIRM, "scheme": "instalments", "months": 2}
QUARTERS = {
    "d1": ("2024-Q4", date(2025, 1, 15), 60_000),
    "d2": ("2025-Q1", date(2025, 4, 15), 40_000),
}
"""Late on 20 May 2025: five months of 1 % on the one, two on the other."""


class Town:
    """Payments with a scheme, two late quarters of a firm, and a clock to move."""

    def __init__(self, context: ServiceContext, known: SettlementScheme) -> None:
        self.clock = Clock(datetime(2025, 5, 20, 9, tzinfo=UTC))
        funds = {**context.funds, TN: fund_with(settlements={"instalments": known})}
        self.context = replace(context, clock=self.clock, funds=funds)
        make_unique_indexes(service, self.context)
        for declaration_id, (period, due_on, minor) in QUARTERS.items():
            self.declare(declaration_id, period=period, due_on=due_on, minor=minor)
        self.office = Office(service, self.context)
        self.firm, self.agent = self.office.employer(FIRM, fund=TN), self.office.staff(fund=TN)

    def declare(self, declaration_id: str, *, period: str, due_on: date, minor: int) -> None:
        facts = {"form": "quarterly-wages", "period": period, "due_on": due_on, "declared_on": due_on}
        open_obligation(self.context, declaration_id, fund_id=TN, branches={"pension": minor}, **facts)
        self.settle()

    def settle(self) -> None:
        """Do what is due, until nothing is."""
        runs = {ASSESS: arrears_jobs.run, FOLLOW_PLAN: jobs.run}
        for _ in range(10):
            found = due_anywhere(self.context, list(runs), limit=50)
            if not found:
                return
            for fund_id, job in found:
                next_at = runs[job.kind](self.context, fund_id, job.thing_id)
                self.done(job.job_id, next_at)
        raise AssertionError("work is due again and again")

    def done(self, job_id: str, next_at: datetime | None) -> None:
        rows = self.context.database["jobs"]
        if next_at is None:
            rows.delete_one({"_id": f"{TN}:{job_id}"})
        else:
            rows.update_one({"_id": f"{TN}:{job_id}"}, {"$set": {"due_at": next_at}})

    def on(self, day: date) -> None:
        """It is that day, and what it brings was done."""
        self.clock.at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        self.settle()

    def agreed(self, **facts: Any) -> dict[str, Any]:
        asked = self.firm.post("/settlement-plans", {**BODY, **facts}).json
        agreed = self.decide(asked)
        assert agreed.json["status"] == "agreed", agreed.json
        self.settle()
        return self.plan(asked)

    def decide(self, asked: dict[str, Any], *, is_agreed: bool = True, by: Caller | None = None) -> Any:
        body = {"is_agreed": is_agreed, "reason": "Vu."}
        return (by or self.agent).post(f"/settlement-plans/{asked['plan_id']}/decision", body)

    def plan(self, known: dict[str, Any]) -> dict[str, Any]:
        return self.firm.get(f"/settlement-plans/{known['plan_id']}").json

    def owed(self, declaration_id: str) -> Obligation:
        return obligations.read(reading(self.context, TN), declaration_id=declaration_id)

    def net(self, code: str) -> int:
        return ledger.balance(reading(self.context, TN), code).net_minor

    def pay(self, declaration_id: str, minor: int, *, entry: str) -> None:
        """Money that a person booked to a declaration."""
        booked = {"declaration_id": declaration_id, "entry_id": entry, "amount_minor": minor}
        to = {"into": account.BANK_COLLECTIONS, "value_on": self.clock.at.date()}
        self.context.run(TN, by=someone(), cause=f"test:{entry}", action=lambda uow: booking.pay(uow, **booked, **to))
        self.settle()

    def book(self, collection_id: str, minor: int, *, entry: str) -> None:
        """Money that the bank reports for a try to collect."""
        booked = {"bank_reference": entry, "entry_id": entry, "amount_minor": minor}
        to = {"into": account.BANK_COLLECTIONS, "value_on": self.clock.at.date()}
        self.do(entry, lambda uow: booking.book(uow, collections.load(uow, collection_id), **booked, **to))

    def do(self, cause: str, action: Callable[[UnitOfWork], object]) -> None:
        """Do it, and what it makes due."""
        self.context.run(TN, by=someone(), cause=f"test:{cause}", action=action)
        self.settle()

    def events(self, name: str) -> list[Any]:
        return published_events(self.context, f"payments.{name}")
