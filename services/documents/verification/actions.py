"""What documents answers to anybody who holds a paper: from its number alone, to a stranger."""

from datetime import date

from services.documents.papers.paper import Paper, Status
from services.documents.papers.store import papers
from services.documents.verification import rules
from services.documents.verification.verification import PublicRecord, Verification
from shared.kernel import typed
from shared.storage.work import Work

NUMBER_LENGTH_MAX = 40


def check(work: Work, number_typed: str) -> Verification:
    """Whether the paper of a number holds today. A number that cannot be one is answered as one never issued."""
    today = work.at.astimezone(work.fund.zone).date()
    number = rules.number_in(number_typed)
    if number is None:
        return rules.verify(None, number=typed.text(number_typed)[:NUMBER_LENGTH_MAX], on=today)
    paper = papers.find(work, number)
    record = _record(paper, fund_id=work.fund.fund_id) if paper else None
    return rules.verify(record, number=number, on=today)


def _record(paper: Paper, *, fund_id: str) -> PublicRecord | None:
    """What a stranger may learn of a paper; of one that was never issued, nothing."""
    if paper.issue is None:
        return None
    return PublicRecord(
        fund_id=fund_id,
        number=paper.number,
        kind=paper.kind,
        initials=rules.initials(paper.said.holder.full_name),
        issued_on=paper.issue.issued_on,
        valid_until_on=paper.issue.valid_until_on,
        superseded_on=_withdrawn_on(paper, Status.SUPERSEDED),
        revoked_on=_withdrawn_on(paper, Status.REVOKED),
    )


def _withdrawn_on(paper: Paper, status: Status) -> date | None:
    return paper.withdrawal.withdrawn_on if paper.withdrawal and paper.status is status else None
