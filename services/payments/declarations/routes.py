"""HTTP routes of declarations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from services.payments.collections import requesting
from services.payments.declarations import archives, calendar, consulting, receiving, rules, starting
from services.payments.declarations.calendar import FormPeriod, OfferedForm
from services.payments.declarations.consulting import Consulted
from services.payments.declarations.corrected_schemas import CorrectedView, DraftView
from services.payments.declarations.correcting import CorrectedFile
from services.payments.declarations.declaration import FILES_MAX, Declaration, Intake, StoredFile
from services.payments.declarations.receiving import CheckedDeclaration, CorrectedDeclaration
from services.payments.declarations.rules import DeclarationFiling
from services.payments.declarations.schemas import (
    DeclarationView,
    FilingForm,
    FindingsQuery,
    FindingsView,
    FormPeriodsPage,
    FormViews,
    LinesView,
    ListQuery,
    NothingBody,
    PageQuery,
    SummaryPage,
)
from services.payments.declarations.starting import StartingFiles, TypingStart
from services.payments.declarations.typed_lines import TypedFiling, WrittenFile, faults_by_field
from services.payments.declarations.typed_schemas import (
    CheckedView,
    PrefilledQuery,
    TypedBody,
    TypingQuery,
    TypingStartView,
)
from services.payments.declarations.wages import PeriodWage, WageLine
from services.payments.employers.rules import employer_of
from shared.http.callers import ScopeMissing
from shared.http.files import Files, SubmittedForm, UploadedFile
from shared.http.problems import BodyInvalid, FieldFault
from shared.http.routes import Download, Downloads, Routes
from shared.http.shapes import PagedQuery
from shared.kernel.personal import DataClass
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage import blobs
from shared.storage.paging import Order, Page, page_of
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

WAGE_FILE = "application/octet-stream"
"""A file of fixed columns in an encoding of its own: nothing is to show or change it on the way."""
BODY_BYTES_MAX = 64 << 20
CHUNK_BYTES = 1 << 20
PAY = "collections:pay"
"""The scope of those who may have an account debited."""

routes = Routes("declarations", about="Wage declarations of employers: files, findings, receipts, what is due.")

Query = Mapping[str, Any]

PERIODS = Order("key", "key", is_newest_first=True)


def store_encrypted(context: ServiceContext, fund_id: str, sent: UploadedFile) -> tuple[StoredFile, ...]:
    """Keep a file's bytes as they came, before anything is made of them; of a .zip file, those of the files in it."""
    head = sent.stream.read(archives.HEAD_BYTES)
    sent.stream.seek(0)
    if archives.is_archive(head):
        packed = archives.files_in(sent.stream, bytes_max=BODY_BYTES_MAX)
        return tuple(
            replace(_stored(context, fund_id, name=file.name, chunks=file.chunks), archive=sent.name) for file in packed
        )
    return (_stored(context, fund_id, name=sent.name, chunks=iter(lambda: sent.stream.read(CHUNK_BYTES), b"")),)


def _stored(context: ServiceContext, fund_id: str, *, name: str, chunks: Iterable[bytes]) -> StoredFile:
    blob = blobs.store(context, fund_id, chunks, data_class=DataClass.CIVIL, size_max=BODY_BYTES_MAX)
    return StoredFile(name=name, sha256=blob.sha256, size=blob.size)


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
def file(uow: UnitOfWork, sent: SubmittedForm[tuple[StoredFile, ...]]) -> Consulted:
    """Hand in the wage files of a period, as they are or together in a .zip file; they are checked within moments.

    The same bytes for the same employer, form and period are the same declaration, however often they come, until it
    is replaced. Files for an establishment and period that has an accepted declaration replace it once they are
    accepted themselves.
    """
    employer_id = employer_of(uow.fund, sent.fields["employer_id"])
    if sent.fields.get("pay_by_debit"):
        if PAY not in uow.by.scopes:
            raise ScopeMissing
        requesting.must_have_mandate(uow, employer_id=employer_id)
    files = tuple(chain.from_iterable(sent.files))
    archives.must_be_of_one(files)
    archives.must_fit(files, bytes_max=BODY_BYTES_MAX)
    return receiving.receive(uow, DeclarationFiling(**{**sent.fields, "employer_id": employer_id}, files=files))


@routes.post(
    "/nil-declarations",
    scope="declarations:file",
    request=NothingBody,
    response=DeclarationView,
    status=202,
    is_keyed=True,
)
def declare_nothing(uow: UnitOfWork, sent: Query) -> Consulted:
    """Declare that no wages were paid in a period; it is checked and accepted within moments, and makes nothing due.

    Where wages are in force for the period, it is refused unless `to_replace` names their declaration, which it then
    takes the place of. A declaration of wages for the period that is accepted later takes the place of this one.
    """
    employer_id = employer_of(uow.fund, sent["employer_id"])
    filing = DeclarationFiling(**{**sent, "employer_id": employer_id}, intake=Intake.NOTHING)
    return receiving.declare_nothing(uow, filing)


@routes.get(
    "/declaration-forms/<form>/periods/<period>/entry",
    scope="declarations:file",
    query=TypingQuery,
    response=TypingStartView,
)
def begin_typing(uow: UnitOfWork, query: Query, form: str, period: str) -> TypingStart:
    """What typing a declaration begins with: what is asked of each worker, and the workers and wages of the employer's
    last accepted declaration, or of the typed one that is to be mended."""
    employer_id = employer_of(uow.fund, query["employer_id"])
    return starting.begin_typing(uow, employer_id=employer_id, form=form, period=period, mended_id=query["mended"])


@routes.get(
    "/declaration-forms/<form>/periods/<period>/prefilled",
    scope="declarations:file",
    query=PrefilledQuery,
    response=Downloads(WAGE_FILE),
)
def read_prefilled(uow: UnitOfWork, query: Query, form: str, period: str) -> Download:
    """The file in which the fund names the workers that it expects of an employer in a period: those of its last
    accepted declaration who had not left. The employer's file of the period answers each of them."""
    employer_id = employer_of(uow.fund, query["employer_id"])
    written = starting.prefilled_file(uow, employer_id=employer_id, form=form, period=period)
    return Download(written.content, WAGE_FILE, written.name)


@routes.get(
    "/declaration-forms/<form>/periods/<period>/draft",
    scope="declarations:file",
    query=PrefilledQuery,
    response=DraftView,
)
def see_draft(uow: UnitOfWork, query: Query, form: str, period: str) -> StartingFiles:
    """The files of a period as a start: the workers of the employer's last accepted declaration who had not left, with
    the wages that they had, in the fund's own layout. Nothing is sent by it."""
    employer_id = employer_of(uow.fund, query["employer_id"])
    return starting.draft(uow, employer_id=employer_id, form=form, period=period)


@routes.get(
    "/declaration-forms/<form>/periods/<period>/draft/<file_number>",
    scope="declarations:file",
    query=PrefilledQuery,
    response=Downloads(WAGE_FILE),
)
def read_draft(uow: UnitOfWork, query: Query, form: str, period: str, file_number: str) -> Download:
    """A file to start from, by its number from 1: to be changed where something is different, and sent."""
    employer_id = employer_of(uow.fund, query["employer_id"])
    return _numbered(starting.draft(uow, employer_id=employer_id, form=form, period=period).files, file_number)


@routes.post("/typed-declarations/check", scope="declarations:file", request=TypedBody, response=CheckedView)
def check_typed(uow: UnitOfWork, sent: Query) -> CheckedDeclaration:
    """What the check of a typed declaration would come to: its findings, and what it would make due. Nothing is kept of
    it and nothing is sent."""
    return receiving.check_typed(uow, *_typed(uow, sent))


@routes.post(
    "/typed-declarations",
    scope="declarations:file",
    request=TypedBody,
    response=DeclarationView,
    status=202,
    is_keyed=True,
)
def declare_typed(uow: UnitOfWork, sent: Query) -> Consulted:
    """Declare wages line by line, for up to twenty workers. The lines are kept as a file of the fund's layout, and
    checked, confirmed and accepted as a file that was sent."""
    return receiving.receive_typed(uow, *_typed(uow, sent))


def _typed(uow: UnitOfWork, sent: Query) -> tuple[TypedFiling, Sequence[WrittenFile]]:
    """What was typed, and the files that say it; BodyInvalid where a value cannot stand in its field."""
    workers = tuple(
        WageLine(**{**line, "line": number, "wages": tuple(_wage(wage) for wage in line["wages"])})
        for number, line in enumerate(sent["lines"], start=1)
    )
    employer_id = employer_of(uow.fund, sent["employer_id"])
    filing = TypedFiling(**{**sent, "employer_id": employer_id, "lines": workers})
    files, faults = starting.write_typed(uow, filing)
    if faults:
        raise BodyInvalid([FieldFault(field, code) for field, code in faults_by_field(filing, faults)])
    return filing, files


def _wage(sent: Query) -> PeriodWage:
    return PeriodWage(sent["quarter"], sent["duration"], sent["unit"], sent.get("wage_minor", 0))


@routes.get("/declarations", scope="declarations:read", query=ListQuery, response=SummaryPage, is_journaled=True)
def list_of_employer(uow: UnitOfWork, query: Query) -> Page[Declaration]:
    """An employer's declarations, newest first; of one period, in one state or of one reference of a payment where
    it is given."""
    employer_id = employer_of(uow.fund, query["employer_id"])
    return consulting.of_employer(
        uow,
        employer_id=employer_id,
        period=query["period"],
        status=query["status"],
        reference=query["reference"],
        wanted=query["page"],
        purpose=query["purpose"],
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
    return consulting.look_at(uow, declaration_id=declaration_id, purpose=query["purpose"])


@routes.post(
    "/declarations/<declaration_id>/confirmation",
    scope="declarations:file",
    response=DeclarationView,
    edits=consulting.seen,
)
def confirm(uow: UnitOfWork, declaration_id: str) -> Consulted:
    """Confirm what was found in a declaration that is `to-confirm`: the findings of severity `confirm`.

    It is checked once more and accepted; where something else is found by then, it is `to-confirm` again.
    """
    return receiving.confirm(uow, declaration_id=declaration_id)


@routes.post(
    "/declarations/<declaration_id>/withdrawal",
    scope="declarations:file",
    response=DeclarationView,
    edits=consulting.seen,
)
def withdraw(uow: UnitOfWork, declaration_id: str) -> Consulted:
    """Take back a declaration that is `to-confirm`: nothing of it is booked, and its files may be sent again. Or, where
    the form allows it, an accepted complementary one: the answer is then the declaration of nothing that takes its
    place within moments, under its number; what it made due is owed no more, and what was paid of it is a credit."""
    return receiving.withdraw(uow, declaration_id=declaration_id)


@routes.get(
    "/declarations/<declaration_id>/findings",
    scope="declarations:read",
    query=FindingsQuery,
    response=FindingsView,
    is_journaled=True,
)
def findings(uow: UnitOfWork, query: Query, declaration_id: str) -> dict[str, Any]:
    """What the check found: where, what, what was expected, and what to do about it; all, or those of one kind. Pages
    begin at cursor 1."""
    found, next_page, kinds = consulting.findings(
        uow, declaration_id=declaration_id, page=query["cursor"], code=query["code"], purpose=query["purpose"]
    )
    return {"items": found, "next": next_page, "kinds": kinds}


@routes.get("/declarations/<declaration_id>/corrected", scope="declarations:file", response=CorrectedView)
def correct(uow: UnitOfWork, declaration_id: str) -> CorrectedDeclaration:
    """The files of a refused declaration with every mend that is certain: padding, line ends, characters, line numbers,
    sums over the lines; what was changed; and what the check would still find. Nothing is sent by it."""
    return receiving.correct(uow, declaration_id=declaration_id)


@routes.get(
    "/declarations/<declaration_id>/corrected/<file_number>", scope="declarations:file", response=Downloads(WAGE_FILE)
)
def read_corrected(uow: UnitOfWork, declaration_id: str, file_number: str) -> Download:
    """A corrected file, by its number from 1: to be looked at, and sent as a declaration."""
    return _numbered(receiving.correct(uow, declaration_id=declaration_id).correction.files, file_number)


def _numbered(files: Sequence[CorrectedFile | WrittenFile], file_number: str) -> Download:
    """One of the files of a declaration, by its number from 1."""
    found = dict(enumerate(files, start=1)).get(int(file_number) if file_number in {"1", "2"} else 0)
    if found is None:
        raise rules.PageUnknown(pages=len(files))
    return Download(found.content, WAGE_FILE, found.name)


@routes.get(
    "/declarations/<declaration_id>/lines",
    scope="declarations:read",
    query=PageQuery,
    response=LinesView,
    is_journaled=True,
)
def lines(uow: UnitOfWork, query: Query, declaration_id: str) -> dict[str, Any]:
    """The workers of an accepted declaration as they were declared, page by page from 1; with `search` those whom it
    names, and `next` is where to look on, also where nobody was found so far."""
    found, next_page = consulting.lines(
        uow,
        declaration_id=declaration_id,
        page=query["page"],
        search=query["search"],
        purpose=query["purpose"],
    )
    return {"items": found, "next": next_page}
