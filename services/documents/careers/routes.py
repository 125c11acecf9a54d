"""HTTP comes in for careers."""

from services.documents.careers import actions
from services.documents.careers.career import Statement
from services.documents.careers.rules import CareerUnknown
from services.documents.careers.schemas import CareerView
from shared.http.routes import Routes
from shared.storage.work import Work

routes = Routes("careers", about="What employers declared of a person, quarter by quarter.")


@routes.get("/career", needs="careers:read", shows=CareerView)
def read_own(work: Work) -> Statement:
    """The caller's own career: what employers declared, quarter by quarter, newest first."""
    if work.by.person_ref is None:
        raise CareerUnknown
    return actions.read(work, person_ref=work.by.person_ref)


@routes.get("/persons/<person_ref>/career", needs="careers:read", shows=CareerView)
def read(work: Work, person_ref: str) -> Statement:
    """A person's career, for the person and for the fund's agents."""
    return actions.read(work, person_ref=person_ref)
