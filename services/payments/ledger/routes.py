"""HTTP routes of the ledger. Read only: entries are posted by payments, payouts and refunds."""

from collections.abc import Mapping
from typing import Any

from services.payments.ledger import actions
from services.payments.ledger.balance import Balance
from services.payments.ledger.entry import LedgerEntry
from services.payments.ledger.schemas import AccountView, CauseQuery, EntryViews
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("ledger", about="The fund's books: accounts and entries, for agents.")


@routes.get("/ledger/accounts/<code>", scope="ledger:read", response=AccountView, query=PurposeQuery, is_journaled=True)
def account(uow: UnitOfWork, query: Mapping[str, Any], code: str) -> Balance:
    """What an account of the fund stands at; `receivable:<employer_id>` adds up all periods of a firm."""
    return actions.look_at_account(uow, code, purpose=query["purpose"])


@routes.get("/ledger/entries", scope="ledger:read", response=EntryViews, query=CauseQuery, is_journaled=True)
def entries(uow: UnitOfWork, query: Mapping[str, Any]) -> dict[str, list[LedgerEntry]]:
    """The entry that a cause made, such as `declaration:<id>:<revision>`, `collection:<id>` or `payout:<id>`."""
    return {"items": [actions.look_at_entry(uow, query["cause"], purpose=query["purpose"])]}
