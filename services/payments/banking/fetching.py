"""Fetches and books the files of booked entries that the bank told of."""

from dataclasses import dataclass
from functools import partial

from services.payments.banking import actions, store
from services.payments.banking.bank_entry import Statement
from services.payments.banking.client import BankClient
from services.payments.banking.iso20022 import camt
from services.payments.banking.rounds import ATTEMPTS_MAX, BANK, LEASE_S, book, in_unit_of_work
from shared.jobs.job import JobKind
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Fetching:
    """Fetches the files of booked entries that the bank told of."""

    bank: BankClient

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

    def fetch(self, context: ServiceContext, fund_id: str, statement: Statement) -> bool:
        """Fetch and book one file; False where the bank does not know it, or not all of it could be read."""
        cause = f"statements:{statement.statement_id}"
        body = self.bank.statement(statement.statement_id)
        if body is None:
            return False
        notice = camt.read(body)
        book(context, fund_id, cause, notice)
        if notice.faults:
            return False
        in_unit_of_work(context, fund_id, cause, partial(actions.take_statement, statement_id=statement.statement_id))
        return True

    @staticmethod
    def _look_later(context: ServiceContext, fund_id: str, statement: Statement) -> None:
        cause = f"statements:{statement.statement_id}"
        in_unit_of_work(context, fund_id, cause, partial(actions.look_later, statement_id=statement.statement_id))


def _give_up(uow: UnitOfWork, statement_id: str, reason: str) -> None:
    """Nobody fetches it any more; the operator's own words stay in the audit of the job."""
    actions.take_statement(uow, statement_id=statement_id)
