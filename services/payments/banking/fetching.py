"""Fetches and books files of booked entries: those that the bank announced, and those that lie ready at one that tells
nothing."""

from dataclasses import dataclass
from functools import partial

from services.payments.banking import actions, store
from services.payments.banking.bank import BankOf
from services.payments.banking.bank_calls import ATTEMPTS_MAX, BANK, LEASE_S, book, in_unit_of_work
from services.payments.banking.bank_entry import BankStatement
from shared.jobs.job import JobKind
from shared.process.periodic_tasks import PeriodicTask
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

LOOK_S, LOOK_REST_S = 5.0, 30.0


@dataclass(frozen=True)
class StatementFetcher:
    """Fetches files of booked entries."""

    bank_of: BankOf

    @property
    def job(self) -> JobKind:
        return JobKind(
            name=store.FETCH, run=self.run, lease_s=LEASE_S, attempts_max=ATTEMPTS_MAX, at_once=1, give_up=_give_up
        )

    def run(self, context: ServiceContext, fund_id: str, statement_id: str) -> None:
        """Fetch and book one file. One that cannot be read holds up no other; a bank that does not have it yet is asked
        again, each time after a longer while."""
        statement = store.statements.load(context.reading(fund_id, by=BANK), statement_id)
        if statement.next_look_at is not None and not self.fetch(context, fund_id, statement):
            self._look_later(context, fund_id, statement)

    def fetch(self, context: ServiceContext, fund_id: str, statement: BankStatement) -> bool:
        """Fetch and book one file; False where the bank does not know it, or not all of it could be read."""
        cause = f"statements:{statement.statement_id}"
        notice = self.bank_of(context.funds[fund_id]).statement(statement.statement_id)
        if notice is None:
            return False
        book(context, fund_id, cause, notice)
        if notice.faults:
            return False
        in_unit_of_work(context, fund_id, cause, partial(actions.take_statement, statement_id=statement.statement_id))
        self.bank_of(context.funds[fund_id]).is_booked(statement.statement_id)
        return True

    @property
    def looking(self) -> PeriodicTask:
        """Asks for what lies ready where the bank does not say so by itself."""
        return PeriodicTask("bank-statements", LOOK_S, self.look, rest_s=LOOK_REST_S)

    def look(self, context: ServiceContext, fund_id: str) -> int:
        """How many files were new. One that is booked but still offered is said to be booked once more."""
        names = self.bank_of(context.funds[fund_id]).new_statements()
        known = store.statements.find_many(context.reading(fund_id, by=BANK), names)
        new = [name for name in names if name not in known]
        for name in new:
            in_unit_of_work(context, fund_id, f"statements:{name}", partial(actions.expect, statement_id=name))
        for statement in known.values():
            if statement.next_look_at is None:
                self.bank_of(context.funds[fund_id]).is_booked(statement.statement_id)
        return len(new)

    @staticmethod
    def _look_later(context: ServiceContext, fund_id: str, statement: BankStatement) -> None:
        cause = f"statements:{statement.statement_id}"
        in_unit_of_work(context, fund_id, cause, partial(actions.check_later, statement_id=statement.statement_id))


def _give_up(uow: UnitOfWork, statement_id: str, reason: str) -> None:
    """Nobody fetches it any more; the operator's own words stay in the audit of the job."""
    actions.take_statement(uow, statement_id=statement_id)
