"""HTTP routes of careers."""

from collections.abc import Mapping
from typing import Any

from services.documents.careers import actions
from services.documents.careers.career import CareerStatement
from services.documents.careers.rules import CareerUnknown
from services.documents.careers.schemas import CareerView
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("careers", about="What employers declared of a person, quarter by quarter.")


@routes.get("/career", scope="careers:read", response=CareerView)
def read_own(uow: UnitOfWork) -> CareerStatement:
    """The caller's own career: what employers declared, quarter by quarter, newest first."""
    if uow.by.person_ref is None:
        raise CareerUnknown
    return actions.read(uow, person_ref=uow.by.person_ref)


@routes.get(
    "/persons/<person_ref>/career", scope="careers:read", response=CareerView, query=PurposeQuery, is_journaled=True
)
def read(uow: UnitOfWork, query: Mapping[str, Any], person_ref: str) -> CareerStatement:
    """A person's career, for the person and for the fund's agents, whose look enters the access journal."""
    return actions.look_at(uow, person_ref=person_ref, purpose=query["purpose"])
