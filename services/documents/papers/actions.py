"""What documents does with papers: load, decide, keep."""

from services.documents.careers import actions as careers
from services.documents.papers import rules, store
from services.documents.papers.content import Holder, PaperContent
from services.documents.papers.paper import FailureReason, Paper, Status
from services.documents.papers.rules import Request
from services.documents.register import actions as register
from shared.kernel.actors import NotYours
from shared.storage.blobs import Blob
from shared.storage.work import Work
from shared.telemetry.carrying import carried


def ask(work: Work, request: Request) -> Paper:
    """The caller asks for a paper of their own."""
    person_ref = work.by.person_ref
    if person_ref is None:
        raise NotYours
    civil = register.civil_of(work, person_ref)
    entries = careers.entries_of(work, person_ref)
    outcome = rules.ask(
        request,
        fund=work.fund,
        entries=entries,
        employer_names=register.names_of(work, (each.employer_id for each in entries)),
        holder=Holder(
            full_name=civil.full_name(request.language),
            insurance_number=civil.insurance_number,
            born_on=civil.birth_on,
        ),
        person_ref=person_ref,
        waiting=store.waiting_of(work, person_ref),
        number=work.new_reference("PR"),
        traceparent=carried(),
        at=work.at,
    )
    if outcome.thing.said.wages:
        careers.lean(work, person_ref=person_ref, number=outcome.thing.number)
    return store.papers.keep(work, outcome)


def read(work: Work, *, number: str) -> Paper:
    """A paper, for the person whose it is and for the fund's agents."""
    paper = store.papers.load(work, number)
    work.by.must_act_for_person(paper.person_ref)
    return paper


def of_caller(work: Work) -> list[Paper]:
    """The caller's own papers."""
    return store.of_person(work, work.by.person_ref) if work.by.person_ref else []


def issue(work: Work, printed: PaperContent, *, pdf: Blob) -> None:
    """A paper came from the press. Where another press was faster, or the paper was withdrawn, its print is waste."""
    paper = store.papers.load(work, printed.number)
    if _waits(paper):
        store.papers.keep(work, rules.issue(paper, printed, sha256=pdf.sha256, size=pdf.size, at=work.at))


def put_off(work: Work, *, number: str, error: str) -> Paper:
    """An attempt to print a paper failed; where another press was faster, nothing changes."""
    paper = store.papers.load(work, number)
    return store.papers.keep(work, rules.put_off(paper, error=error, at=work.at)) if _waits(paper) else paper


def fail(work: Work, *, number: str, reason: FailureReason) -> Paper:
    """A paper cannot be printed, whenever it is tried."""
    paper = store.papers.load(work, number)
    return store.papers.keep(work, rules.fail(paper, reason, at=work.at)) if _waits(paper) else paper


def retry(work: Work, *, number: str) -> Paper:
    """An operator has a paper printed again that failed, or that waits for its next attempt."""
    work.note("retried", store.papers.name, number)
    return store.papers.keep(work, rules.retry(store.papers.load(work, number), at=work.at))


def _waits(paper: Paper) -> bool:
    return paper.status is Status.ASKED


def withdraw_differing(work: Work, numbers: tuple[str, ...]) -> None:
    """Withdraw those of some papers that say what employers no longer declare."""
    for paper in store.papers.find_many(work, numbers).values():
        entries = careers.entries_of(work, paper.person_ref)
        outcome = rules.withdraw(paper, entries=entries, fund=work.fund, at=work.at)
        if outcome is not None:
            store.papers.keep(work, outcome)
