"""HTTP routes of payouts: agents look, and order again what came back; all else comes from claims and the bank."""

from collections.abc import Mapping
from typing import Any

from services.payments.payouts import actions, store
from services.payments.payouts.payout import Payout
from services.payments.payouts.schemas import PayoutPage, PayoutsQuery, PayoutView
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("payouts", about="Payments of approved claims to persons, for agents.")


@routes.get("/payouts", scope="ledger:read", response=PayoutPage, query=PayoutsQuery)
def list_by_status(uow: UnitOfWork, query: Mapping[str, Any]) -> Page[Payout]:
    """Payouts in a state, of a reference or of an amount, oldest first; where nothing is asked for, those that wait for
    a bank account."""
    return store.page(
        uow,
        status=query["status"],
        reference=query["reference"],
        amount_minor=query["amount"],
        wanted=query["page"],
    )


@routes.get("/payouts/<payout_id>", scope="ledger:read", response=PayoutView, query=PurposeQuery, is_journaled=True)
def read(uow: UnitOfWork, query: Mapping[str, Any], payout_id: str) -> Payout:
    """One payout, with what happened to it."""
    return actions.look_at(uow, payout_id=payout_id, purpose=query["purpose"])


@routes.post(
    "/payouts/<payout_id>/replacement",
    scope="payouts:order",
    response=PayoutView,
    status=201,
    is_keyed=True,
    edits=actions.read,
)
def order_again(uow: UnitOfWork, payout_id: str) -> Payout:
    """Order a payout that came back again: another one takes its place, to the account that the register has by now."""
    return actions.order_again(uow, payout_id=payout_id)
