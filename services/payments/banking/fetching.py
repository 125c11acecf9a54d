"""Rounds over files of booked entries: fetch and book what the bank told of."""

from dataclasses import dataclass, field
from functools import partial

import structlog

from services.payments.banking import actions, store
from services.payments.banking.bank_entry import Statement
from services.payments.banking.client import BankClient
from services.payments.banking.iso20022 import camt
from services.payments.banking.rounds import BANK, book, in_work
from shared.kernel.errors import Failure, Unavailable
from shared.process.chores import OneByOne
from shared.storage.platform import Platform

log = structlog.get_logger()


@dataclass(frozen=True)
class Fetching:
    """Fetches the files of booked entries that the bank told of."""

    bank: BankClient
    one_by_one: OneByOne = field(default_factory=lambda: OneByOne("statements"))

    def run(self, platform: Platform, fund_id: str) -> int:
        work = platform.reading(fund_id, by=BANK)
        due = store.to_fetch(work, at=work.at)
        return self.one_by_one.do(
            {
                f"{fund_id}:{statement.statement_id}": partial(self._fetch_or_go_on, platform, fund_id, statement)
                for statement in due
            }
        )

    def _fetch_or_go_on(self, platform: Platform, fund_id: str, statement: Statement) -> None:
        """A file that cannot be had or not be believed is looked at again later, and does not hold up the others."""
        self._look_later(platform, fund_id, statement)  # first, so that this holds whatever happens
        try:
            self.fetch(platform, fund_id, statement)
        except Unavailable:
            raise
        except Failure as failure:
            log.error("statement-not-taken", statement=statement.statement_id, why=failure.code)

    def fetch(self, platform: Platform, fund_id: str, statement: Statement) -> bool:
        """Fetch and book one file; False where the bank does not know it, or not all of it could be read."""
        cause = f"statements:{statement.statement_id}"
        body = self.bank.statement(statement.statement_id)
        if body is None:
            return False
        notice = camt.read(body)
        book(platform, fund_id, cause, notice)
        if notice.faults:
            return False
        in_work(platform, fund_id, cause, partial(actions.take_statement, statement_id=statement.statement_id))
        return True

    @staticmethod
    def _look_later(platform: Platform, fund_id: str, statement: Statement) -> None:
        cause = f"statements:{statement.statement_id}"
        in_work(platform, fund_id, cause, partial(actions.look_later, statement_id=statement.statement_id))
