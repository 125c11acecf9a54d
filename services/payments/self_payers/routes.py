"""HTTP routes of self-payers: a person reads what is due, agents admit, change and end."""

from collections.abc import Mapping
from typing import Any

from services.payments.self_payers import actions, rules
from services.payments.self_payers.schemas import (
    SelfContributionViews,
    SelfPayerBaseBody,
    SelfPayerBody,
    SelfPayerEndBody,
    SelfPayerMonthsQuery,
    SelfPayerOfferView,
    SelfPayersQuery,
    SelfPayerView,
    SelfPayerViews,
    SelfPaymentsQuery,
)
from services.payments.self_payers.self_contribution import SelfContribution
from services.payments.self_payers.self_payer import SelfPayer
from shared.funds.contributions import SelfPayers
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

READ, DECIDE = "ledger:read", "bank:settle"

routes = Routes("self_payers", about="Persons who pay their contributions themselves, month by month.")

Body = Mapping[str, Any]


@routes.get("/self-payments", scope="rights:read", response=SelfContributionViews, query=SelfPaymentsQuery)
def list_own(uow: UnitOfWork, query: Body) -> Page[SelfContribution]:
    """The caller's months, newest first: what is due and how it came about, what was paid, and how to pay."""
    return actions.months_of_caller(uow, wanted=query["page"])


@routes.get("/self-payer-offer", scope=READ, response=SelfPayerOfferView)
def offer(uow: UnitOfWork) -> SelfPayers:
    """Whom the fund admits to pay contributions alone, and on what they pay."""
    return rules.offered(uow.fund)


@routes.get("/self-payers", scope=READ, response=SelfPayerViews, query=SelfPayersQuery)
def list_by_status(uow: UnitOfWork, query: Body) -> Page[SelfPayer]:
    """Self-payers in a state, or who pays by a reference; where nothing is asked for, those who are admitted."""
    return actions.page(uow, status=query["status"], reference=query["reference"], wanted=query["page"])


@routes.post("/self-payers", scope=DECIDE, request=SelfPayerBody, response=SelfPayerView, status=201, is_keyed=True)
def admit(uow: UnitOfWork, body: Body) -> SelfPayer:
    """Admit a person from a month on. Months that have begun are called within moments, the others as they begin."""
    return actions.admit(uow, **body)


@routes.get("/self-payers/<person_ref>", scope=READ, response=SelfPayerView, query=PurposeQuery, is_journaled=True)
def read(uow: UnitOfWork, query: Body, person_ref: str) -> SelfPayer:
    """One self-payer, with every base that was recorded."""
    return actions.look_at(uow, person_ref=person_ref, purpose=query["purpose"])


@routes.get(
    "/self-payers/<person_ref>/months",
    scope=READ,
    response=SelfContributionViews,
    query=SelfPayerMonthsQuery,
    is_journaled=True,
)
def list_months(uow: UnitOfWork, query: Body, person_ref: str) -> Page[SelfContribution]:
    """The months of one self-payer, newest first."""
    return actions.months_of(uow, person_ref=person_ref, purpose=query["purpose"], wanted=query["page"])


@routes.post(
    "/self-payers/<person_ref>/base",
    scope=DECIDE,
    request=SelfPayerBaseBody,
    response=SelfPayerView,
    is_keyed=True,
    edits=actions.read,
)
def change_base(uow: UnitOfWork, body: Body, person_ref: str) -> SelfPayer:
    """Record another base, from a month on that was not called yet."""
    return actions.change_base(uow, person_ref=person_ref, **body)


@routes.post(
    "/self-payers/<person_ref>/end",
    scope=DECIDE,
    request=SelfPayerEndBody,
    response=SelfPayerView,
    is_keyed=True,
    edits=actions.read,
)
def end(uow: UnitOfWork, body: Body, person_ref: str) -> SelfPayer:
    """End it with a month. What was called for later months is cancelled; refused where money came for one of them."""
    return actions.end(uow, person_ref=person_ref, **body)
