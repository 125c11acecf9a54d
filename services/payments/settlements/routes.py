"""HTTP routes of settlements."""

from collections.abc import Mapping
from typing import Any

from services.payments.collections.collection import Collection
from services.payments.collections.schemas import CollectionBody, CollectionView
from services.payments.settlements import actions, rules
from services.payments.settlements.plan import OfferedScheme, PayablePlan, PlanSimulation
from services.payments.settlements.schemas import (
    DebitChoiceBody,
    PlanQuery,
    PlanView,
    SchemeViews,
    SettlementAskBody,
    SettlementDecisionBody,
    SettlementPlansQuery,
    SettlementPlansView,
    SettlementPlanView,
)
from services.payments.settlements.settlement_plan import SettlementPlan
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("settlements", about="Paying debts in instalments, by the schemes of the fund.")

Body = Mapping[str, Any]


@routes.get("/settlement-schemes", scope="declarations:read", response=SchemeViews)
def list_schemes(uow: UnitOfWork) -> dict[str, list[OfferedScheme]]:
    """The schemes that may be asked for today."""
    return {"items": rules.offered(uow.fund, today=uow.today)}


@routes.get("/settlement-plan", scope="declarations:read", response=PlanView, query=PlanQuery, is_journaled=True)
def simulate(uow: UnitOfWork, query: Body) -> PlanSimulation:
    """What a plan for an employer's debts would come to today: what is waived, and each instalment. Nothing is kept."""
    return actions.simulate(
        uow,
        employer_id=query["employer_id"],
        scheme=query["scheme"],
        months=query["months"],
        purpose=query["purpose"],
    )


@routes.post(
    "/settlement-plans",
    scope="declarations:file",
    request=SettlementAskBody,
    response=SettlementPlanView,
    status=201,
    is_keyed=True,
)
def ask(uow: UnitOfWork, body: Body) -> SettlementPlan:
    """Ask for a plan for the employer's debts of today. An agent decides; an employer has one plan that is open."""
    return actions.ask(uow, employer_id=body["employer_id"], scheme=body["scheme"], months=body["months"])


@routes.get(
    "/settlement-plans",
    scope="declarations:read",
    response=SettlementPlansView,
    query=SettlementPlansQuery,
    is_journaled=True,
)
def list_plans(uow: UnitOfWork, query: Body) -> Page[SettlementPlan]:
    """Plans, oldest first: of one employer, or for agents of all, in one state or of a reference where it is given."""
    return actions.page(
        uow,
        employer_id=query["employer_id"],
        status=query["status"],
        reference=query["reference"],
        wanted=query["page"],
        purpose=query["purpose"],
    )


@routes.get(
    "/settlement-plans/<plan_id>",
    scope="declarations:read",
    response=SettlementPlanView,
    query=PurposeQuery,
    is_journaled=True,
)
def read(uow: UnitOfWork, query: Body, plan_id: str) -> PayablePlan:
    """One plan: its debts, its instalments with what came of each, the ways to pay it now, and what happened."""
    return actions.look_at(uow, plan_id=plan_id, purpose=query["purpose"])


@routes.post(
    "/settlement-plans/<plan_id>/decision",
    scope="bank:settle",
    request=SettlementDecisionBody,
    response=SettlementPlanView,
    is_keyed=True,
    edits=actions.read,
)
def decide(uow: UnitOfWork, body: Body, plan_id: str) -> SettlementPlan:
    """Agree or refuse, with a reason that the employer reads. On agreement the schedule is frozen as of today, and
    months of lateness that begin later cost nothing. Where the scheme wants two agents, the first proposes."""
    return actions.decide(uow, plan_id=plan_id, is_agreed=body["is_agreed"], reason=body["reason"])


@routes.post(
    "/settlement-plans/<plan_id>/withdrawal",
    scope="declarations:file",
    response=SettlementPlanView,
    is_keyed=True,
    edits=actions.read,
)
def withdraw(uow: UnitOfWork, plan_id: str) -> SettlementPlan:
    """Take back what was asked for, before the fund has agreed."""
    return actions.withdraw(uow, plan_id=plan_id)


@routes.post(
    "/settlement-plans/<plan_id>/collections",
    scope="collections:pay",
    request=CollectionBody,
    response=CollectionView,
    status=201,
    is_keyed=True,
)
def pay(uow: UnitOfWork, body: Body, plan_id: str) -> Collection:
    """Pay what of a plan has become due, or its next instalment: by transfer or mobile money with the reference given,
    by card, or by direct debit on the day that the answer names, where a mandate is in force. What its first debt does
    not need goes to the next ones."""
    return actions.pay(uow, plan_id=plan_id, rail=body["rail"])


@routes.post(
    "/settlement-plans/<plan_id>/debit",
    scope="collections:pay",
    request=DebitChoiceBody,
    response=SettlementPlanView,
    is_keyed=True,
    edits=actions.read,
)
def choose_debit(uow: UnitOfWork, body: Body, plan_id: str) -> SettlementPlan:
    """Have each instalment of a plan debited on its day by the employer's mandate, or no more. One whose debit the bank
    refuses or takes back stays due and is to be paid in another way."""
    return actions.choose_debit(uow, plan_id=plan_id, is_debited=body["is_debited"])
