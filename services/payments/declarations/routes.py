"""HTTP routes of declarations."""

from collections.abc import Mapping
from typing import Any

from services.payments.declarations import actions, calendar, rules
from services.payments.declarations.actions import Consulted
from services.payments.declarations.calendar import FormPeriod, OfferedForm
from services.payments.declarations.declaration import FILES_MAX, Declaration, StoredFile
from services.payments.declarations.rules import DeclarationFiling
from services.payments.declarations.schemas import (
    CursorQuery,
    DeclarationView,
    FilingForm,
    FindingsView,
    FormPeriodsPage,
    FormViews,
    LinesView,
    ListQuery,
    PageQuery,
    SummaryPage,
)
from shared.http.files import Files, SubmittedForm, UploadedFile
from shared.http.routes import Routes
from shared.http.shapes import PagedQuery
from shared.kernel.personal import DataClass
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage import blobs
from shared.storage.paging import Order, Page, page_of
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

BODY_BYTES_MAX = 64 << 20
CHUNK_BYTES = 1 << 20

routes = Routes("declarations", about="Wage declarations of employers: files, findings, receipts, what is due.")

Query = Mapping[str, Any]

PERIODS = Order("key", "key", is_newest_first=True)


def store_encrypted(context: ServiceContext, fund_id: str, sent: UploadedFile) -> StoredFile:
    """Keep a file's bytes as they came, before anything is made of them."""
    chunks = iter(lambda: sent.stream.read(CHUNK_BYTES), b"")
    blob = blobs.store(context, fund_id, chunks, data_class=DataClass.CIVIL, size_max=BODY_BYTES_MAX)
    return StoredFile(name=sent.name, sha256=blob.sha256, size=blob.size)


@routes.get("/declaration-forms", scope="declarations:read", response=FormViews, is_reference=True)
def list_forms(uow: UnitOfWork) -> dict[str, list[OfferedForm]]:
    """The declarations that the fund asks employers for, by period, with their file layouts and when they are due."""
    return {"items": calendar.forms(uow.fund)}


@routes.get(
    "/declaration-forms/<form>/periods",
    scope="declarations:read",
    response=FormPeriodsPage,
    query=PagedQuery,
    is_reference=True,
)
def list_periods(uow: UnitOfWork, query: Query, form: str) -> Page[FormPeriod]:
    """The periods that a form is filed for, newest first, each with the last day on which it is in time."""
    definition = rules.form_of(uow.fund, form)
    today = uow.today
    return page_of(
        calendar.periods(definition, fund=uow.fund, today=today), order=PERIODS, wanted=query["page"], form=form
    )


@routes.post(
    "/declarations",
    scope="declarations:file",
    request=Files(fields=FilingForm, part="files", count_max=FILES_MAX, size_max=BODY_BYTES_MAX, save=store_encrypted),
    response=DeclarationView,
    status=202,
    is_keyed=True,
)
def file(uow: UnitOfWork, sent: SubmittedForm[StoredFile]) -> Consulted:
    """Hand in the wage files of a period; they are checked within moments.

    The same bytes for the same employer, form and period are the same declaration, however often they come, until it
    is replaced. Files for an establishment and period that has an accepted declaration replace it once they are
    accepted themselves.
    """
    employer_id = rules.employer_of(uow.fund, sent.fields["employer_id"])
    return actions.receive(uow, DeclarationFiling(**{**sent.fields, "employer_id": employer_id}, files=sent.files))


@routes.get("/declarations", scope="declarations:read", query=ListQuery, response=SummaryPage, is_journaled=True)
def list_of_employer(uow: UnitOfWork, query: Query) -> Page[Declaration]:
    """An employer's declarations, newest first; of one period where it is given."""
    employer_id = rules.employer_of(uow.fund, query["employer_id"])
    return actions.of_employer(
        uow, employer_id=employer_id, period=query["period"], wanted=query["page"], purpose=query["purpose"]
    )


@routes.get(
    "/declarations/<declaration_id>",
    scope="declarations:read",
    response=DeclarationView,
    query=PurposeQuery,
    is_journaled=True,
)
def read(uow: UnitOfWork, query: Query, declaration_id: str) -> Consulted:
    """One declaration: its receipts, what is due, how many cards are refreshed, what is paid."""
    return actions.look_at(uow, declaration_id=declaration_id, purpose=query["purpose"])


@routes.post(
    "/declarations/<declaration_id>/confirmation",
    scope="declarations:file",
    response=DeclarationView,
    edits=actions.seen,
)
def confirm(uow: UnitOfWork, declaration_id: str) -> Consulted:
    """Confirm what was found in a declaration that is `to-confirm`: the findings of severity `confirm`.

    It is checked once more and accepted; where something else is found by then, it is `to-confirm` again.
    """
    return actions.confirm(uow, declaration_id=declaration_id)


@routes.post(
    "/declarations/<declaration_id>/withdrawal",
    scope="declarations:file",
    response=DeclarationView,
    edits=actions.seen,
)
def withdraw(uow: UnitOfWork, declaration_id: str) -> Consulted:
    """Take back a declaration that is `to-confirm`. Nothing of it is booked; its files may be sent again."""
    return actions.withdraw(uow, declaration_id=declaration_id)


@routes.get(
    "/declarations/<declaration_id>/findings",
    scope="declarations:read",
    query=CursorQuery,
    response=FindingsView,
    is_journaled=True,
)
def findings(uow: UnitOfWork, query: Query, declaration_id: str) -> dict[str, Any]:
    """What the check found: where, what, what was expected, and what to do about it. Pages begin at cursor 1."""
    found, next_page = actions.findings(
        uow, declaration_id=declaration_id, page=query["cursor"], purpose=query["purpose"]
    )
    return {"items": found, "next": next_page}


@routes.get(
    "/declarations/<declaration_id>/lines",
    scope="declarations:read",
    query=PageQuery,
    response=LinesView,
    is_journaled=True,
)
def lines(uow: UnitOfWork, query: Query, declaration_id: str) -> dict[str, Any]:
    """The workers of an accepted declaration as they were declared, page by page from 1."""
    found, next_page = actions.lines(uow, declaration_id=declaration_id, page=query["page"], purpose=query["purpose"])
    return {"items": found, "next": next_page}
