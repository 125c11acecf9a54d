"""HTTP routes of clearances."""

from collections.abc import Mapping
from typing import Any

from services.payments.clearances import actions, rules
from services.payments.clearances.clearance import Clearance, ClearanceStanding
from services.payments.clearances.rules import ClearanceOffer
from services.payments.clearances.schemas import (
    ClearanceBody,
    ClearanceOfferView,
    ClearancesQuery,
    ClearanceStandingView,
    ClearancesView,
    ClearanceView,
    StandingQuery,
)
from services.payments.employers.rules import employer_of
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

READ = "declarations:read"

routes = Routes("clearances", about="Whether an employer has declared and paid what was due, certified by the fund.")

Body = Mapping[str, Any]


@routes.get("/clearance-offer", scope=READ, response=ClearanceOfferView)
def offer(uow: UnitOfWork) -> ClearanceOffer:
    """For which purposes and in which languages the fund gives clearances, for how long, and what it looks at."""
    return rules.offered(uow.fund)


@routes.get("/clearance-standing", scope=READ, query=StandingQuery, response=ClearanceStandingView, is_journaled=True)
def standing(uow: UnitOfWork, query: Body) -> ClearanceStanding:
    """Whether an employer is in order today by the fund's rule; if not, all that is in the way, the oldest first."""
    employer_id = employer_of(uow.fund, query["employer_id"])
    return actions.standing(uow, employer_id=employer_id, purpose=query["purpose"])


@routes.post(
    "/clearances",
    scope="declarations:file",
    request=ClearanceBody,
    response=ClearanceView,
    status=201,
    is_keyed=True,
)
def ask(uow: UnitOfWork, body: Body) -> Clearance:
    """Ask for a clearance. It is answered at once: `granted`, and the certificate is printed within moments
    (`GET /employers/<employer_id>/papers` of documents), or `refused` with what is in the way."""
    employer_id = employer_of(uow.fund, body["employer_id"])
    return actions.ask(uow, employer_id=employer_id, purpose=body["purpose"], language=body["language"])


@routes.get("/clearances", scope=READ, query=ClearancesQuery, response=ClearancesView, is_journaled=True)
def list_clearances(uow: UnitOfWork, query: Body) -> Page[Clearance]:
    """What an employer asked for and how it was answered, newest first."""
    employer_id = employer_of(uow.fund, query["employer_id"])
    return actions.page(uow, employer_id=employer_id, wanted=query["page"], purpose=query["purpose"])


@routes.get("/clearances/<clearance_id>", scope=READ, query=PurposeQuery, response=ClearanceView, is_journaled=True)
def read(uow: UnitOfWork, query: Body, clearance_id: str) -> Clearance:
    """One request and its answer, as it was given on that day."""
    return actions.look_at(uow, clearance_id=clearance_id, purpose=query["purpose"])
