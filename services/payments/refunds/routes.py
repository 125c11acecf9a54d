"""HTTP routes of refunds: what is to be sent back, and the second person who agrees."""

from collections.abc import Mapping
from typing import Any

from services.payments.refunds import actions
from services.payments.refunds.refund import Refund
from services.payments.refunds.schemas import RefundsQuery, RefundsView, RefundVersionBody, RefundView
from shared.http.routes import Routes
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("refunds", about="Money that the fund sends back.")


@routes.get("/refunds", scope="ledger:read", response=RefundsView, query=RefundsQuery)
def list_by_status(uow: UnitOfWork, query: Mapping[str, Any]) -> Page[Refund]:
    """Refunds in a state, of a reference or of an amount, oldest first; where nothing is asked for, those that are to
    be sent."""
    return actions.page(
        uow,
        status=query["status"],
        reference=query["reference"],
        amount_minor=query["amount"],
        wanted=query["page"],
    )


@routes.get("/refunds/<refund_id>", scope="ledger:read", response=RefundView)
def read(uow: UnitOfWork, refund_id: str) -> Refund:
    """One refund, with what happened to it."""
    return actions.read(uow, refund_id=refund_id)


@routes.post(
    "/refunds/<refund_id>/confirmation",
    scope="bank:settle",
    request=RefundVersionBody,
    response=RefundView,
    is_keyed=True,
    edits=actions.read,
)
def confirm(uow: UnitOfWork, body: Mapping[str, Any], refund_id: str) -> Refund:
    """Agree, as a second person, that a refund is sent."""
    return actions.confirm(uow, refund_id=refund_id, version=body["version"])
