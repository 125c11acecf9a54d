"""HTTP comes in for payouts: agents look, and order again what came back; all else comes from claims and the bank."""

from collections.abc import Mapping
from typing import Any

from services.payments.payouts import actions, store
from services.payments.payouts.payout import Payout
from services.payments.payouts.schemas import PayoutsQuery, PayoutView, PayoutViews
from shared.http.routes import Routes
from shared.storage.work import Work

routes = Routes("payouts")


@routes.get("/payouts", needs="ledger:read", shows=PayoutViews, query=PayoutsQuery)
def list_by_status(work: Work, query: Mapping[str, Any]) -> dict[str, list[Payout]]:
    """Payouts in a state; unless another is asked for, those that cannot go out because no bank account is known."""
    return {"items": store.with_status(work, query["status"])}


@routes.get("/payouts/<payout_id>", needs="ledger:read", shows=PayoutView)
def read(work: Work, payout_id: str) -> Payout:
    """One payout, with what happened to it."""
    return actions.read(work, payout_id=payout_id)


@routes.post("/payouts/<payout_id>/replacement", needs="payouts:order", shows=PayoutView, status=201, is_keyed=True)
def order_again(work: Work, payout_id: str) -> Payout:
    """Order a payout that came back again: another one takes its place, to the account that the register has by now."""
    return actions.order_again(work, payout_id=payout_id)
