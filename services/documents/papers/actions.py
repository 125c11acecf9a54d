"""What documents does with papers: load, decide, keep."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from services.documents.access_journal.accessed import AccessedKind
from services.documents.awards import store as awards_store
from services.documents.awards.award import AwardDependant, KnownAward
from services.documents.careers import actions as careers
from services.documents.papers import asking, career_statements, rules, store, withdrawing
from services.documents.papers.content import (
    AccountLine,
    DebitedAccount,
    EmployerAccount,
    EmployerBody,
    EmployerClearance,
    Holder,
    MandateForm,
    PaperContent,
    PaperDependant,
    PaperKind,
    PaperLanguage,
)
from services.documents.papers.paper import FailureReason, Paper, Status, WithdrawalReason
from services.documents.papers.request import CERTIFIES, Request
from services.documents.register import actions as register
from services.documents.register.person import Civil
from shared.events.payments.account_statements import AccountStatementDrawn
from shared.events.payments.clearances import ClearanceGranted
from shared.events.payments.mandates import MandateIssued
from shared.funds.papers import issued
from shared.jobs import queue
from shared.kernel.actors import NotYours
from shared.kernel.control_codes import ENTROPY_BYTES, control_code
from shared.kernel.money import Money
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.blobs import Blob
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import current_traceparent

PRINT = "papers.print"
"""The kind of the job that prints a paper; its thing is the paper's number."""


def ask(uow: UnitOfWork, request: Request) -> Paper:
    """The caller asks for a paper of their own."""
    person_ref = uow.by.person_ref
    if person_ref is None:
        raise NotYours
    kind = CERTIFIES.get(request.kind)
    awards = () if kind is None else awards_store.of_person(uow, person_ref, kind=kind)
    asked = _ask(uow, request, person_ref=person_ref, awards=awards, waiting=store.waiting_of(uow, person_ref))
    journal.note_act(uow, person_ref, done_with=AccessedKind.PAPER, reference=asked.number)
    return asked


def certify_award(uow: UnitOfWork, *, award_id: str) -> None:
    """Issue the certificate of an award that opened, or holds again, where the fund issues one and none holds."""
    award = awards_store.awards.find(uow, award_id)
    if award is None:
        return
    known = store.of_award(uow, award.reference)
    request = asking.wanted_by_itself(award, fund=uow.fund, known=known, on=uow.today)
    if request is not None:
        _ask(uow, request, person_ref=award.person_ref, awards=[award], waiting=0)


def _ask(uow: UnitOfWork, request: Request, *, person_ref: str, awards: Sequence[KnownAward], waiting: int) -> Paper:
    """Fix what the paper says, and have it printed."""
    civil = register.civil_of(uow, person_ref)
    entries = () if awards else careers.entries_of(uow, person_ref)
    outcome = asking.ask(
        request,
        fund=uow.fund,
        entries=entries,
        employer_names=register.names_of(uow, (each.employer_id for each in entries)),
        holder=Holder(
            full_name=civil.full_name(request.language),
            insurance_number=civil.insurance_number,
            born_on=civil.birth_on,
        ),
        person_ref=person_ref,
        waiting=waiting,
        number=uow.new_reference("PR"),
        code=control_code(uow.entropy(ENTROPY_BYTES)),
        traceparent=current_traceparent(),
        at=uow.at,
        awards=awards,
        dependants={each.award_id: dependant for each in awards if (dependant := _for_whom(uow, each, civil))},
    )
    if outcome.thing.said.wages:
        careers.note_dependent_paper(uow, person_ref=person_ref, number=outcome.thing.number)
    queue.schedule(uow, PRINT, outcome.thing.number)
    return store.papers.save(uow, outcome)


def _for_whom(uow: UnitOfWork, award: KnownAward, civil: Civil) -> PaperDependant | None:
    """The dependant for whom an award is, opened, with the name that the register has; None where it is the person."""
    if award.dependant is None:
        return None
    clear = uow.keys.decrypt(award.dependant, data_class=DataClass.HEALTH, associated_data=award.person_ref)
    said = msgspec.json.decode(clear.encode(), type=AwardDependant)
    return PaperDependant(
        relation=said.relation, born_on=said.birth_on, full_name=civil.dependants.get(said.dependant_id, "")
    )


def issue_clearance(uow: UnitOfWork, event: ClearanceGranted) -> None:
    """Issue the certificate of a clearance that payments granted, once. Raises `EmployerUnnamed` while the register has
    not published the employer's name."""
    if store.about(uow, event.reference):
        return
    body = EmployerClearance(
        reference=event.reference,
        purpose=event.purpose,
        judged_on=event.judged_on,
        until_on=event.valid_until,
        has_arrangement=event.has_arrangement,
    )
    _issue_to_employer(uow, body, employer_id=event.employer_id, language=PaperLanguage(event.language))


def issue_mandate_form(uow: UnitOfWork, event: MandateIssued) -> None:
    """Print the form of a mandate, once, where the fund has one. Raises `EmployerUnnamed` as for a clearance."""
    kind = PaperKind.MANDATE_FORM
    is_printed = issued(uow.fund.sections.papers, kind) is not None
    if event.account is None or event.valid_until is None or not is_printed or store.about(uow, event.reference):
        return
    payments = uow.fund.payments
    limit_minor = event.amount_max_minor
    body = MandateForm(
        reference=event.reference,
        creditor=payments.collections.holder,
        creditor_id=payments.direct_debit.creditor_id if payments.direct_debit else "",
        starts_on=event.starts_on,
        until_on=event.valid_until,
        ends_on=event.ends_on,
        amount_max=None if limit_minor is None else Money(limit_minor, uow.fund.currency),
    )
    account = uow.keys.decrypt(event.account, data_class=DataClass.BANK, associated_data=event.employer_id)
    _issue_to_employer(
        uow,
        body,
        employer_id=event.employer_id,
        language=asking.language_of(uow.fund, kind, wanted=event.language),
        account=msgspec.json.decode(account, type=DebitedAccount),
    )


def issue_account_statement(uow: UnitOfWork, event: AccountStatementDrawn) -> None:
    """Print a statement of account as payments drew it, once. Raises `EmployerUnnamed` as for a clearance."""
    if store.about(uow, event.reference):
        return
    currency = uow.fund.currency
    body = EmployerAccount(
        reference=event.reference,
        from_on=event.from_on,
        until_on=event.until_on,
        period=event.period,
        opening=Money(event.opening_minor, currency),
        closing=Money(event.closing_minor, currency),
        lines=tuple(
            AccountLine(
                value_on=line.value_on,
                kind=line.kind,
                period=line.period,
                charged=Money(line.charged_minor, currency),
                credited=Money(line.credited_minor, currency),
                balance=Money(line.balance_minor, currency),
            )
            for line in event.lines
        ),
    )
    language = asking.language_of(uow.fund, body.kind, wanted=event.language)
    _issue_to_employer(uow, body, employer_id=event.employer_id, language=language)


def _issue_to_employer(
    uow: UnitOfWork,
    body: EmployerBody,
    *,
    employer_id: str,
    language: PaperLanguage,
    account: DebitedAccount | None = None,
) -> None:
    name = register.names_of(uow, [employer_id]).get(employer_id)
    if name is None:
        raise career_statements.EmployerUnnamed(employer_id=employer_id)
    outcome = asking.for_employer(
        body,
        account=account,
        language=language,
        holder=Holder(full_name=name, employer_number=employer_id),
        fund=uow.fund,
        number=uow.new_reference("PR"),
        code=control_code(uow.entropy(ENTROPY_BYTES)),
        traceparent=current_traceparent(),
        at=uow.at,
    )
    queue.schedule(uow, PRINT, outcome.thing.number)
    store.papers.save(uow, outcome)


def read(uow: UnitOfWork, *, number: str) -> Paper:
    """A paper of a person, for that person and for the fund's agents."""
    paper = store.papers.load(uow, number)
    if not paper.person_ref:
        raise rules.PaperUnknown
    uow.by.must_act_for_person(paper.person_ref)
    return paper


def look_at(uow: UnitOfWork, *, number: str, purpose: Purpose) -> Paper:
    """As `read`; what an agent reads enters the access journal."""
    paper = read(uow, number=number)
    journal.note_person(uow, paper.person_ref, looked_at=AccessedKind.PAPER, reference=paper.number, purpose=purpose)
    return paper


def of_caller(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Paper]:
    """A page of the caller's own papers, newest first."""
    return store.of_person(uow, uow.by.person_ref, wanted=wanted) if uow.by.person_ref else Page([])


def look_at_all(uow: UnitOfWork, *, person_ref: str, wanted: PageRequest, purpose: Purpose) -> Page[Paper]:
    """A page of a person's papers, newest first, for themselves and for the fund's agents, whose look enters the access
    journal."""
    uow.by.must_act_for_person(person_ref)
    register.must_be_known(uow, person_ref)
    journal.note_person(uow, person_ref, looked_at=AccessedKind.PAPER, purpose=purpose)
    return store.of_person(uow, person_ref, wanted=wanted)


def look_at_one_of_employer(uow: UnitOfWork, *, employer_id: str, number: str, purpose: Purpose) -> Paper:
    """A paper of an employer, for its users and for the fund's agents, whose look enters the access journal. Raises
    `PaperUnknown` where it is not that employer's."""
    uow.by.must_act_for_employer(employer_id)
    paper = store.papers.load(uow, number)
    if paper.employer_id != employer_id:
        raise rules.PaperUnknown
    journal.note_employer(uow, employer_id, looked_at=AccessedKind.PAPER, reference=paper.number, purpose=purpose)
    return paper


def look_at_all_of_employer(
    uow: UnitOfWork, *, employer_id: str, about: str, wanted: PageRequest, purpose: Purpose
) -> Page[Paper]:
    """A page of an employer's papers, newest first, for its users and for the fund's agents, whose look enters the
    access journal."""
    uow.by.must_act_for_employer(employer_id)
    register.employer_must_be_known(uow, employer_id)
    journal.note_employer(uow, employer_id, looked_at=AccessedKind.PAPER, purpose=purpose)
    return store.of_employer(uow, employer_id, about=about, wanted=wanted)


def issue(uow: UnitOfWork, printed: PaperContent, *, pdf: Blob) -> None:
    """A paper was printed. If another worker was faster, or the paper was withdrawn, the print is discarded."""
    paper = store.papers.load(uow, printed.number)
    if paper.status is Status.ASKED:
        store.papers.save(uow, rules.issue(paper, printed, sha256=pdf.sha256, size=pdf.size, at=uow.at))


def fail(uow: UnitOfWork, *, number: str, reason: FailureReason) -> Paper:
    """A paper cannot be printed; if another worker was faster, or the paper was withdrawn, nothing changes."""
    paper = store.papers.load(uow, number)
    return store.papers.save(uow, rules.fail(paper, reason, at=uow.at)) if paper.status is Status.ASKED else paper


def schedule(uow: UnitOfWork, number: str) -> None:
    """Have a paper printed that a release without the due queue left waiting."""
    paper = store.papers.load(uow, number)
    store.papers.save(uow, Outcome(replace(paper, is_scheduled=True)))
    queue.schedule(uow, PRINT, number)


def withdraw_differing(uow: UnitOfWork, numbers: tuple[str, ...]) -> None:
    """Withdraw those of some papers that say what employers no longer declare."""
    papers = store.papers.find_many(uow, numbers).values()
    _withdraw(
        uow,
        (
            withdrawing.withdraw(paper, entries=careers.entries_of(uow, paper.person_ref), fund=uow.fund, at=uow.at)
            for paper in papers
        ),
    )


def withdraw_of_award(uow: UnitOfWork, *, award_id: str) -> None:
    """Withdraw the certificates of an award that say what it no longer is."""
    award = awards_store.awards.find(uow, award_id)
    if award is not None:
        papers = store.of_award(uow, award.reference)
        _withdraw(uow, (withdrawing.withdraw_for_award(paper, award, fund=uow.fund, at=uow.at) for paper in papers))


def withdraw_about(uow: UnitOfWork, reference: str, *, reason: WithdrawalReason) -> None:
    """Withdraw the papers of an employer about one thing."""
    papers = store.about(uow, reference)
    _withdraw(uow, (withdrawing.withdraw_for_reason(paper, reason, fund=uow.fund, at=uow.at) for paper in papers))


def _withdraw(uow: UnitOfWork, outcomes: Iterable[Outcome[Paper] | None]) -> None:
    """Keep what was withdrawn; what waits for the printer is not printed."""
    for outcome in outcomes:
        if outcome is not None:
            queue.cancel(uow, PRINT, outcome.thing.number)
            store.papers.save(uow, outcome)
