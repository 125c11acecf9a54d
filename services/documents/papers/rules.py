"""What is printed of a paper, and how it is issued or fails to be. Pure: the time is handed in."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from services.documents.papers.content import MandateForm, PaperContent
from services.documents.papers.paper import MOVES, FailureReason, Issue, Paper, PrintingFailure, Status
from shared.events.documents import EmployerPaperFailed, EmployerPaperIssued, PaperFailed, PaperIssued
from shared.funds.fund import Fund
from shared.kernel.errors import Conflict, Missing
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome


class PaperUnknown(Missing):
    code = "paper.unknown"


class NotPrinted(Conflict):
    """The paper is being printed, or it was withdrawn before."""

    code = "paper.not-printed"


class PrintingGivenUp(Conflict):
    """The printer could not print the paper; its `failure` says why."""

    code = "paper.printing-failed"


def content(paper: Paper, *, fund: Fund, public_url: str, at: datetime) -> PaperContent:
    """Everything that the printer needs to print a paper at an instant: it is issued on that day of the fund's."""
    issued_on, body = fund.day_of(at), paper.said.body
    return PaperContent(
        number=paper.number,
        language=paper.language,
        issued_on=issued_on,
        valid_until_on=_valid_until_on(paper, fund=fund, issued_on=issued_on),
        fund=fund,
        holder=paper.said.holder,
        body=replace(body, account=paper.account) if isinstance(body, MandateForm) else body,
        code=paper.said.code,
        verification_url=f"{public_url}/v1/{fund.fund_id}/verify/{paper.number}",
    )


def _valid_until_on(paper: Paper, *, fund: Fund, issued_on: date) -> date:
    """A paper about an award, a clearance or a mandate holds no longer than that; its day of issue at least."""
    usual = issued_on + timedelta(days=fund.papers.types[paper.kind].validity_days)
    limiting = paper.said.award or paper.said.clearance or paper.said.mandate
    until_on = limiting.until_on if limiting else None
    return usual if until_on is None else max(issued_on, min(usual, until_on))


def issue(paper: Paper, printed: PaperContent, *, sha256: str, size: int, at: datetime) -> Outcome[Paper]:
    """The paper was printed, signed and stored: it is valid from now on."""
    issued = replace(
        paper,
        status=moved(MOVES, paper.status, to=Status.VALID),
        issue=Issue(
            issued_at=at,
            issued_on=printed.issued_on,
            valid_until_on=printed.valid_until_on,
            sha256=sha256,
            size=size,
        ),
    )
    said = {"language": paper.language, "valid_until": printed.valid_until_on, "issued_at": at}
    return Outcome(issued, (event_of(paper, PaperIssued, EmployerPaperIssued, **said),))


def fail(paper: Paper, reason: FailureReason, *, at: datetime) -> Outcome[Paper]:
    """The paper cannot be printed; notifications informs its holder why."""
    failed = replace(
        paper,
        status=moved(MOVES, paper.status, to=Status.FAILED),
        failure=PrintingFailure(reason=reason, failed_at=at),
    )
    published = event_of(paper, PaperFailed, EmployerPaperFailed, reason=reason.value, failed_at=at)
    return Outcome(failed, (published,))


def event_of(paper: Paper, of_person: type, of_employer: type, **facts: object) -> object:
    """What is published of a paper, to whom it belongs."""
    if paper.employer_id:
        return of_employer(
            number=paper.number, employer_id=paper.employer_id, kind=paper.kind, about=paper.about, **facts
        )
    return of_person(number=paper.number, person_ref=paper.person_ref, kind=paper.kind, **facts)
