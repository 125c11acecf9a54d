"""Where papers are kept, and their PDFs."""

from services.documents.papers.content import PaperKind
from services.documents.papers.paper import Paper, Status
from services.documents.papers.rules import NotPrinted, PaperUnknown, PrintingGivenUp
from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.blobs import Blob
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

NEWEST = Order("asked_at", "number", is_newest_first=True)
SCHEDULED_AT_ONCE_MAX = 20
PDF_BYTES_MAX = 8 * 1024 * 1024

papers = Repository(
    "papers",
    Paper,
    key="number",
    missing=PaperUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("person_ref", "asked_at", "number")),
        Index(("person_ref", "status")),
        Index(("status", "is_scheduled")),
        Index(("award",)),
        Index(("employer_id", "asked_at", "number")),
        Index(("about",)),
        Index(("issue.sha256",)),
    ],
    encrypted={"said": DataClass.CIVIL, "account": DataClass.BANK},
    associated_data=("person_ref", "employer_id"),
)


def of_person(uow: UnitOfWork, person_ref: str, *, wanted: PageRequest) -> Page[Paper]:
    """A page of a person's papers, newest first."""
    return papers.page(uow, order=NEWEST, wanted=wanted, person_ref=person_ref)


def of_employer(uow: UnitOfWork, employer_id: str, *, about: str, wanted: PageRequest) -> Page[Paper]:
    """A page of an employer's papers, newest first; of one thing alone where its number is given."""
    filters = {"employer_id": employer_id} | ({"about": about} if about else {})
    return papers.page(uow, order=NEWEST, wanted=wanted, **filters)


def about(uow: UnitOfWork, reference: str) -> list[Paper]:
    """The papers of an employer about one thing, whatever became of them."""
    return papers.find_all(uow, about=reference)


def of_award(uow: UnitOfWork, reference: str) -> list[Paper]:
    """The certificates of an award, whatever became of them."""
    return papers.find_all(uow, award=reference)


def of_file(uow: UnitOfWork, sha256: str) -> Paper | None:
    """The paper whose signed PDF has this hash."""
    return papers.find_only(uow, **{"issue.sha256": sha256})


def waiting_of(uow: UnitOfWork, person_ref: str) -> int:
    """How many papers of a person wait for the printer."""
    return uow.collection(papers.name).count({"person_ref": person_ref, "status": Status.ASKED})


def unscheduled(uow: UnitOfWork) -> list[str]:
    """Papers that wait for the printer and that no job prints, by number."""
    found = papers.find_all(uow, limit=SCHEDULED_AT_ONCE_MAX, status=Status.ASKED, is_scheduled={"$ne": True})
    return [paper.number for paper in found]


def save_pdf(context: ServiceContext, fund_id: str, pdf: bytes, *, kind: PaperKind) -> Blob:
    """Seal a PDF away, before the paper refers to it."""
    return blobs.store(context, fund_id, [pdf], data_class=_class_of(kind), size_max=PDF_BYTES_MAX)


def pdf_of(uow: UnitOfWork, paper: Paper) -> bytes:
    """The PDF of a paper that was issued, whatever became of it since."""
    if paper.issue is None:
        raise PrintingGivenUp if paper.status is Status.FAILED else NotPrinted
    return b"".join(blobs.read_in(uow, Blob(paper.issue.sha256, paper.issue.size, _class_of(paper.kind))))


def _class_of(kind: PaperKind) -> DataClass:
    """What a PDF of this kind says: an account, or who somebody is."""
    return DataClass.BANK if kind is PaperKind.MANDATE_FORM else DataClass.CIVIL
