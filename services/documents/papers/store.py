"""Where papers are kept, and their PDFs."""

from datetime import datetime

from services.documents.papers.paper import Paper, Status
from services.documents.papers.rules import NotPrinted, PaperUnknown, PrintingGivenUp
from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.blobs import Blob
from shared.storage.platform import Platform
from shared.storage.shelf import Index, Shelf
from shared.storage.work import Work

PAPERS_SHOWN_MAX = 100
PRINTED_AT_ONCE_MAX = 20
FAILED_SHOWN_MAX = 100
PDF_BYTES_MAX = 8 * 1024 * 1024

papers = Shelf(
    "papers",
    Paper,
    key="number",
    missing=PaperUnknown,
    indexes=[
        Index(("person_ref", "asked_at")),
        Index(("person_ref", "status")),
        Index(("status", "next_attempt_at")),
        Index(("status", "asked_at")),
    ],
    sealed={"said": DataClass.CIVIL},
    whose="person_ref",
)


def of_person(work: Work, person_ref: str) -> list[Paper]:
    """A person's papers, newest first."""
    return papers.find_all(work, limit=PAPERS_SHOWN_MAX, sort=[("asked_at", -1)], person_ref=person_ref)


def waiting_of(work: Work, person_ref: str) -> int:
    """How many papers of a person wait for the press."""
    return work.drawer(papers.name).count({"person_ref": person_ref, "status": Status.ASKED})


def to_print(work: Work, *, at: datetime) -> list[Paper]:
    """What the press is due to print, the longest due first; papers of a release without due times among them."""
    due = {"$not": {"$gt": at}}
    return papers.find_all(
        work, limit=PRINTED_AT_ONCE_MAX, sort=[("next_attempt_at", 1)], status=Status.ASKED, next_attempt_at=due
    )


def failing(work: Work) -> list[Paper]:
    """Papers that could not be printed, and those that wait for another attempt, each oldest first."""
    failed = papers.find_all(work, limit=FAILED_SHOWN_MAX, sort=[("asked_at", 1)], status=Status.FAILED)
    waiting = papers.find_all(
        work, limit=FAILED_SHOWN_MAX, sort=[("next_attempt_at", 1)], status=Status.ASKED, attempts={"$gt": 0}
    )
    return [*failed, *waiting]


def keep_pdf(platform: Platform, fund_id: str, pdf: bytes) -> Blob:
    """Seal a PDF away, before the paper refers to it."""
    return blobs.store(platform, fund_id, [pdf], as_=DataClass.CIVIL, size_max=PDF_BYTES_MAX)


def pdf_of(work: Work, paper: Paper) -> bytes:
    """The PDF of a paper that was issued, whatever became of it since."""
    if paper.issue is None:
        raise PrintingGivenUp if paper.status is Status.FAILED else NotPrinted
    return b"".join(blobs.read_in(work, Blob(paper.issue.sha256, paper.issue.size, DataClass.CIVIL)))
