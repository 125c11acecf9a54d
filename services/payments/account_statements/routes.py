"""HTTP routes of statements of account."""

from collections.abc import Mapping
from typing import Any

from services.payments.account_statements import actions, rules
from services.payments.account_statements.account_statement import DrawnStatement
from services.payments.account_statements.schemas import (
    DrawnStatementView,
    PagedStatementQuery,
    StatementBody,
    StatementQuery,
    StatementView,
    kind_text,
)
from shared.http.routes import Download, Downloads, Routes
from shared.kernel.csv_tables import CSV
from shared.storage.unit_of_work import UnitOfWork

READ = "declarations:read"

routes = Routes(
    "account_statements", about="What was booked to an employer: debts, money, credits, refunds, penalties."
)

Query = Mapping[str, Any]


@routes.get("/account-statement", scope=READ, query=PagedStatementQuery, response=StatementView, is_journaled=True)
def read(uow: UnitOfWork, query: Query) -> dict[str, Any]:
    """An employer's account in a time, page by page, in the order of the days from which entries count: those of the
    bank's money on the bank's day. A line that is booked later may still come between older ones."""
    found = actions.statement(uow, **_wanted(query))
    page = actions.page(found, wanted=query["page"], is_newest_first=query["is_newest_first"])
    return {"statement": found, "items": page.items, "next": page.next}


@routes.get("/account-statement/file", scope=READ, query=StatementQuery, response=Downloads(CSV), is_journaled=True)
def download(uow: UnitOfWork, query: Query) -> Download:
    """The same as CSV, whole."""
    found = actions.statement(uow, **_wanted(query))
    content = rules.as_csv(found, currency=uow.fund.currency, text=kind_text())
    return Download(content, CSV, f"account-{found.employer_id}.csv")


@routes.post(
    "/account-statements", scope=READ, request=StatementBody, response=DrawnStatementView, status=202, is_keyed=True
)
def draw(uow: UnitOfWork, body: Query) -> DrawnStatement:
    """Have the statement of a time printed, as it stands now: the paper is there within moments
    (`GET /employers/<employer_id>/papers` of documents, `about` its number)."""
    return actions.draw(uow, **_wanted(body), language=body["language"])


def _wanted(query: Query) -> dict[str, Any]:
    return {name: query[name] for name in ("employer_id", "from_on", "until_on", "period", "purpose")}
