"""Where papers are kept, and their PDFs."""

from services.documents.papers.paper import Paper, Status
from services.documents.papers.rules import NotPrinted, PaperUnknown
from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.blobs import Blob
from shared.storage.platform import Platform
from shared.storage.shelf import Index, Shelf
from shared.storage.work import Work

PAPERS_SHOWN_MAX = 100
PRINTED_AT_ONCE_MAX = 20
PDF_BYTES_MAX = 8 * 1024 * 1024

papers = Shelf(
    "papers",
    Paper,
    key="number",
    missing=PaperUnknown,
    indexes=[Index(("person_ref",)), Index(("status",))],
    sealed={"said": DataClass.CIVIL},
    whose="person_ref",
)


def of_person(work: Work, person_ref: str) -> list[Paper]:
    """A person's papers, newest first."""
    found = papers.find_all(work, limit=PAPERS_SHOWN_MAX, person_ref=person_ref)
    return sorted(found, key=lambda paper: paper.asked_at, reverse=True)


def waiting_of(work: Work, person_ref: str) -> int:
    """How many papers of a person wait for the press."""
    return work.drawer(papers.name).count({"person_ref": person_ref, "status": Status.ASKED})


def to_print(work: Work) -> list[Paper]:
    """What waits for the press, oldest first."""
    found = papers.find_all(work, limit=PRINTED_AT_ONCE_MAX, status=Status.ASKED)
    return sorted(found, key=lambda paper: paper.asked_at)


def keep_pdf(platform: Platform, fund_id: str, pdf: bytes) -> Blob:
    """Seal a PDF away, before the paper refers to it."""
    return blobs.store(platform, fund_id, [pdf], as_=DataClass.CIVIL, size_max=PDF_BYTES_MAX)


def pdf_of(work: Work, paper: Paper) -> bytes:
    """The PDF of a paper that was issued, whatever became of it since."""
    if paper.issue is None:
        raise NotPrinted
    return b"".join(blobs.read_in(work, Blob(paper.issue.sha256, paper.issue.size, DataClass.CIVIL)))
