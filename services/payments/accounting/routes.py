"""HTTP routes of accounting: closed days of the ledger for the fund's own books. Read only; they name nobody."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.payments.accounting import actions, rules, store
from services.payments.accounting.accounting_day import AccountingDay, TrialBalance
from services.payments.accounting.schemas import AccountingDayPage, BalanceQuery, TrialBalanceView
from shared.http.problems import language, translate
from shared.http.routes import Download, Downloads, Routes
from shared.http.shapes import PagedQuery
from shared.kernel.csv_tables import CSV
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

READ = "ledger:read"
TABS = "text/tab-separated-values"

routes = Routes("accounting", about="Closed days of the ledger, as the fund's own books take them over.")

Query = Mapping[str, Any]


@routes.get("/accounting/days", scope=READ, query=PagedQuery, response=AccountingDayPage)
def list_days(uow: UnitOfWork, query: Query) -> Page[AccountingDay]:
    """The days that are closed, newest first: an hour after its end, nothing is booked into a day any more."""
    return store.page(uow, wanted=query["page"])


@routes.get("/accounting/days/<day>/journal", scope=READ, response=Downloads(TABS))
def read_journal(uow: UnitOfWork, day: str) -> Download:
    """Every posting of a closed day in the columns of the *fichier des écritures comptables*: UTF-8, tabs, comma before
    decimals. The same whenever it is asked for, but for the language of its names."""
    on = _day(day)
    lines = actions.journal_file(uow, on, language=language(), text=translate)
    return Download(b"".join(lines), TABS, f"journal-{on}.txt")


@routes.get("/accounting/trial-balance", scope=READ, query=BalanceQuery, response=TrialBalanceView)
def read_balance(uow: UnitOfWork, query: Query) -> TrialBalance:
    """What each account stood at, what was booked, and what it stands at after it: of closed days, so that `until_on`
    of the answer may lie before the one asked for."""
    return actions.trial_balance(uow, **query)


@routes.get("/accounting/trial-balance/file", scope=READ, query=BalanceQuery, response=Downloads(CSV))
def download_balance(uow: UnitOfWork, query: Query) -> Download:
    """The same as CSV."""
    found = actions.trial_balance(uow, **query)
    content = rules.balance_table(found, fund=uow.fund, language=language(), text=translate)
    return Download(content, CSV, f"balance-{found.from_on}-{found.until_on}.csv")


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise rules.DayNotClosed from None
