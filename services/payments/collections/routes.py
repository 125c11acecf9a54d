"""HTTP routes of collections, and of the credits that come of them: of one subject in the API document."""

from collections.abc import Mapping
from typing import Any

from services.payments.collections import actions, requesting
from services.payments.collections.collection import Collection
from services.payments.collections.schemas import CollectionBody, CollectionsView, CollectionView, TriesQuery
from services.payments.credits import actions as credits
from services.payments.credits.credit import Credit
from services.payments.credits.schemas import CreditRefundBody, CreditsQuery, CreditsView, CreditView
from services.payments.obligations import actions as obligations
from services.payments.refunds.refund import Refund
from services.payments.refunds.schemas import RefundView
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes(
    "collections",
    about="Collecting what employers owe, by transfer, card or direct debit, and what they paid beyond it.",
)

Body = Mapping[str, Any]


@routes.post(
    "/declarations/<declaration_id>/collections",
    scope="collections:pay",
    request=CollectionBody,
    response=CollectionView,
    status=201,
    is_keyed=True,
)
def request(uow: UnitOfWork, body: Body, declaration_id: str) -> Collection:
    """Pay what is left of a declaration: by transfer with the reference given, by card on the bank's page, or by direct
    debit on the day that the answer names, where a mandate is in force."""
    return requesting.request(uow, declaration_id=declaration_id, rail=body["rail"])


@routes.get(
    "/declarations/<declaration_id>/collections",
    scope="declarations:read",
    response=CollectionsView,
    query=TriesQuery,
    is_journaled=True,
)
def list_of_declaration(uow: UnitOfWork, query: Body, declaration_id: str) -> dict[str, Any]:
    """What a declaration made due, what of it has come, the ways to pay the rest, and the tries to collect it, oldest
    first."""
    owed = obligations.read(uow, declaration_id=declaration_id)
    found = actions.of_declaration(uow, declaration_id=declaration_id, wanted=query["page"], purpose=query["purpose"])
    return {
        "obligation": owed,
        "ways": requesting.ways_to_pay(uow, owed),
        "items": found.items,
        "next": found.next,
    }


@routes.get(
    "/collections/<collection_id>",
    scope="declarations:read",
    response=CollectionView,
    query=PurposeQuery,
    is_journaled=True,
)
def read(uow: UnitOfWork, query: Body, collection_id: str) -> Collection:
    """One try to collect, with what happened to it."""
    return actions.look_at(uow, collection_id=collection_id, purpose=query["purpose"])


@routes.get("/credits", scope="declarations:read", response=CreditsView, query=CreditsQuery, is_journaled=True)
def list_credits(uow: UnitOfWork, query: Body) -> Page[Credit]:
    """What employers paid beyond their debts, oldest first: of one employer, or for agents of all."""
    return credits.page(
        uow,
        employer_id=query["employer_id"],
        is_open=query["is_open"],
        wanted=query["page"],
        purpose=query["purpose"],
    )


@routes.get(
    "/credits/<credit_id>", scope="declarations:read", response=CreditView, query=PurposeQuery, is_journaled=True
)
def read_credit(uow: UnitOfWork, query: Body, credit_id: str) -> Credit:
    """One credit, with what it went to."""
    return credits.look_at(uow, credit_id=credit_id, purpose=query["purpose"])


@routes.post(
    "/credits/<credit_id>/refund",
    scope="bank:settle",
    request=CreditRefundBody,
    response=RefundView,
    status=201,
    is_keyed=True,
    edits=credits.read,
)
def refund_credit(uow: UnitOfWork, body: Body, credit_id: str) -> Refund:
    """Send a credit, or a part of it, back to the employer."""
    return credits.refund(
        uow,
        credit_id=credit_id,
        version=body["version"],
        amount_minor=body["amount"],
        counterparty=body["counterparty"],
        note=body["note"],
    )
