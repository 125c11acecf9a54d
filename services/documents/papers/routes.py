"""HTTP routes of papers."""

from collections.abc import Mapping
from typing import Any

from services.documents.papers import actions, store
from services.documents.papers.asking import PaperTypeOffer, offers
from services.documents.papers.paper import Paper
from services.documents.papers.request import Request
from services.documents.papers.schemas import (
    EmployerPapersQuery,
    PagedPurposeQuery,
    PaperPage,
    PaperTypesView,
    PaperView,
    RequestBody,
)
from shared.funds.period import Period
from shared.http.routes import Download, Downloads, Routes
from shared.http.shapes import PagedQuery
from shared.kernel import normalize
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("papers", about="Certificates that the fund issues, signed and verifiable.")

PDF = "application/pdf"
OF_EMPLOYERS = "declarations:read"
"""Who may read what a firm declared may read the papers that follow from it."""


@routes.post("/papers", scope="papers:obtain", request=RequestBody, response=PaperView, status=202, is_keyed=True)
def ask(uow: UnitOfWork, body: Mapping[str, Any]) -> Paper:
    """Ask for a paper of one's own: it is printed, signed and valid a moment later.

    What it says is fixed now. A salary certificate that a later declaration contradicts is withdrawn by itself; so is
    the certificate of an award that is suspended, has ended, or comes to another amount.
    """
    periods = {name: Period.read(body[name]) for name in ("from_period", "to_period") if name in body}
    award = normalize.reference(body["award"])
    return actions.ask(uow, Request(kind=body["kind"], language=body["language"], award=award, **periods))


@routes.get("/paper-types", scope="papers:read", response=PaperTypesView, is_reference=True)
def list_types(uow: UnitOfWork) -> dict[str, list[PaperTypeOffer]]:
    """The papers that the fund issues: in which languages, for which time they hold, whether a period is chosen."""
    return {"items": offers(uow.fund)}


@routes.get("/papers", scope="papers:read", query=PagedQuery, response=PaperPage)
def list_own(uow: UnitOfWork, query: Mapping[str, Any]) -> Page[Paper]:
    """The caller's own papers, newest first."""
    found = actions.of_caller(uow, wanted=query["page"])
    return Page([_seen(uow, paper) for paper in found], next=found.next)


@routes.get(
    "/persons/<person_ref>/papers",
    scope="papers:read",
    query=PagedPurposeQuery,
    response=PaperPage,
    is_journaled=True,
)
def list_of_person(uow: UnitOfWork, query: Mapping[str, Any], person_ref: str) -> Page[Paper]:
    """A person's papers, newest first, for the fund's agents; the look enters the access journal."""
    found = actions.look_at_all(uow, person_ref=person_ref, wanted=query["page"], purpose=query["purpose"])
    return Page([_seen(uow, paper) for paper in found], next=found.next)


@routes.get("/papers/<number>", scope="papers:read", response=PaperView, query=PurposeQuery, is_journaled=True)
def read(uow: UnitOfWork, query: Mapping[str, Any], number: str) -> Paper:
    """One paper, for whose it is and for the fund's agents, whose look enters the access journal."""
    return _seen(uow, actions.look_at(uow, number=number, purpose=query["purpose"]))


@routes.get("/papers/<number>/pdf", scope="papers:read", response=Downloads(PDF), query=PurposeQuery, is_journaled=True)
def read_pdf(uow: UnitOfWork, query: Mapping[str, Any], number: str) -> Download:
    """The signed PDF, once it is printed; also of a paper that no longer holds."""
    paper = actions.look_at(uow, number=number, purpose=query["purpose"])
    return _download(uow, paper)


@routes.get(
    "/employers/<employer_id>/papers",
    scope=OF_EMPLOYERS,
    query=EmployerPapersQuery,
    response=PaperPage,
    is_journaled=True,
)
def list_of_employer(uow: UnitOfWork, query: Mapping[str, Any], employer_id: str) -> Page[Paper]:
    """An employer's papers, newest first, for its users and for the fund's agents, whose look enters the access
    journal. `about` narrows them to those about a clearance, say."""
    found = actions.look_at_all_of_employer(
        uow,
        employer_id=employer_id,
        about=normalize.reference(query["about"]),
        wanted=query["page"],
        purpose=query["purpose"],
    )
    return Page([_seen(uow, paper) for paper in found], next=found.next)


@routes.get(
    "/employers/<employer_id>/papers/<paper>",
    scope=OF_EMPLOYERS,
    response=PaperView,
    query=PurposeQuery,
    is_journaled=True,
)
def read_of_employer(uow: UnitOfWork, query: Mapping[str, Any], employer_id: str, paper: str) -> Paper:
    """One paper of an employer, by its number, for its users and for the fund's agents, whose look enters the access
    journal."""
    found = actions.look_at_one_of_employer(uow, employer_id=employer_id, number=paper, purpose=query["purpose"])
    return _seen(uow, found)


@routes.get(
    "/employers/<employer_id>/papers/<paper>/pdf",
    scope=OF_EMPLOYERS,
    response=Downloads(PDF),
    query=PurposeQuery,
    is_journaled=True,
)
def read_pdf_of_employer(uow: UnitOfWork, query: Mapping[str, Any], employer_id: str, paper: str) -> Download:
    """The signed PDF, once it is printed; also of a paper that no longer holds."""
    found = actions.look_at_one_of_employer(uow, employer_id=employer_id, number=paper, purpose=query["purpose"])
    return _download(uow, found)


def _download(uow: UnitOfWork, paper: Paper) -> Download:
    return Download(store.pdf_of(uow, paper), PDF, f"{paper.number}.pdf")


def _seen(uow: UnitOfWork, paper: Paper) -> Paper:
    return paper.seen_on(uow.today)
