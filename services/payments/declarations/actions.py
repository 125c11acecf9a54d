"""What payments does with declarations: receive, conclude what a check found, count cards, consult."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from services.payments.access_journal.accessed import AccessedKind
from services.payments.campaigns import actions as campaigns
from services.payments.collections import actions as collections
from services.payments.collections.obligation import Obligation
from services.payments.contributions import rules as contributions
from services.payments.contributions.contribution import Assessment
from services.payments.declarations import plausibility, publishing, rules, store
from services.payments.declarations.declaration import BOOKED, CardPage, Declaration, Status
from services.payments.declarations.examination import Examined
from services.payments.declarations.facts import DeclarationFacts, EmployerStanding
from services.payments.declarations.findings import FileRole, Finding
from services.payments.declarations.pages import FINDINGS_A_PAGE, WAGES_A_PAGE, paged, pages_of
from services.payments.declarations.publishing import WagesToPublish
from services.payments.declarations.report import Report
from services.payments.declarations.rules import DeclarationFiling
from services.payments.declarations.wages import WageLine
from services.payments.employers import actions as employers
from services.payments.payees import actions as payees
from shared.events.identity import CardsRefreshed
from shared.events.payments import in_version_1
from shared.funds.law import NothingInForce
from shared.funds.period import Period
from shared.jobs import queue
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import current_traceparent

CHECK = "declarations.check"
"""The kind of the job that checks a declaration, or withdraws one that nobody confirmed; its thing is its id."""

WorkerAndRegistered = tuple[WageLine, plausibility.Registered | None]


@dataclass(frozen=True, kw_only=True)
class Cards:
    """How far the refreshing of the workers' cards has come. `of` counts the workers whose right is open, and those of
    whose cards are not reported yet; it is `refreshed`, `already_good` and `unknown` (they hold no card) once all
    are."""

    refreshed: int
    unknown: int
    of: int
    already_good: int
    not_open: int
    is_complete: bool


@dataclass(frozen=True, kw_only=True)
class JudgedDeclaration:
    """What a check came to: the findings, and what is due where none stands against booking it."""

    examined: Examined
    assessment: Assessment | None


@dataclass(frozen=True, kw_only=True)
class Consulted:
    """A declaration with what has become of it since: cards, and what of the debt is paid."""

    declaration: Declaration
    cards: Cards | None = None
    obligation: Obligation | None = None

    @property
    def version(self) -> int:
        """Of the declaration, which its employer decides from."""
        return self.declaration.version


# --- Receiving --------------------------------------------------------------------------------------------------------


def receive(uow: UnitOfWork, filing: DeclarationFiling) -> Consulted:
    """The caller files for an employer. The same bytes for the same period are the same declaration, whoever sends
    them and how often; after a business refusal they are checked once more. Where the declaration was replaced
    meanwhile, sending its files again is no retry: they make a new one, which replaces what is in force."""
    uow.by.must_act_for_employer(filing.employer_id)
    known = store.same(uow, filing)
    if known is not None and known.status is Status.REPLACED:
        store.declarations.save(uow, rules.release_content(known))
        known = None
    if known is None:
        received = rules.receive(
            filing, fund=uow.fund, declaration_id=uow.new_id(), traceparent=current_traceparent(), at=uow.at
        )
        return Consulted(declaration=_to_check(uow, received))
    if rules.may_be_checked_again(known):
        again = rules.receive_again(known, filing, traceparent=current_traceparent(), at=uow.at)
        return Consulted(declaration=_to_check(uow, again))
    return _consulted(uow, known)


def _to_check(uow: UnitOfWork, received: Outcome[Declaration]) -> Declaration:
    declaration = store.declarations.save(uow, received)
    queue.schedule(uow, CHECK, declaration.declaration_id)
    return declaration


def schedule(uow: UnitOfWork, declaration_id: str) -> None:
    """Have a declaration checked, or withdrawn in time, that a release without the due queue left waiting."""
    declaration = store.declarations.load(uow, declaration_id)
    due_at = declaration.next_check_at
    scheduled = replace(declaration, next_check_at=None, confirm_by_at=declaration.confirm_until)
    store.declarations.save(uow, Outcome(scheduled))
    queue.schedule(uow, CHECK, declaration_id, due_at=due_at)


# --- Concluding a check -----------------------------------------------------------------------------------------------


def facts(uow: UnitOfWork, declaration: Declaration) -> DeclarationFacts:
    """What the files of a declaration are held against."""
    employer = employers.find(uow, declaration.employer_id)
    form = rules.form_of(uow.fund, declaration.form)
    standing = (
        EmployerStanding.UNKNOWN
        if employer is None
        else EmployerStanding.OPEN
        if employer.is_open
        else EmployerStanding.CLOSED
    )
    return DeclarationFacts(
        fund=uow.fund,
        employer_id=declaration.employer_id,
        standing=standing,
        period=Period.read(declaration.period),
        received_on=uow.fund.day_of(declaration.received_at),
        plausibility=form.plausibility or {},
        wage_kind=form.wage_kind,
        control_workers=declaration.control_workers,
        control_wages_minor=declaration.control_wages_minor,
    )


def hold(uow: UnitOfWork, *, declaration_id: str) -> None:
    """A check that keeps failing waits for an operator, and the declaration says so."""
    declaration = store.declarations.load(uow, declaration_id)
    if declaration.status is Status.RECEIVED:
        store.declarations.save(uow, rules.hold(declaration))


def resume(uow: UnitOfWork, *, declaration_id: str) -> Declaration:
    """An operator has the check retried."""
    declaration = store.declarations.load(uow, declaration_id)
    return store.declarations.save(uow, rules.resume(declaration)) if declaration.status is Status.HELD else declaration


def lapse(uow: UnitOfWork, *, declaration_id: str) -> datetime | None:
    """Withdraw what was not confirmed in time, and remind the employer shortly before; when to check again, where that
    time is not over."""
    declaration = store.declarations.load(uow, declaration_id)
    until = declaration.confirm_until
    if until is None:
        return None
    if until <= uow.at:
        store.declarations.save(uow, rules.lapse(declaration, at=uow.at))
        return None
    if declaration.remind_at is not None and declaration.remind_at <= uow.at:
        declaration = store.declarations.save(uow, rules.remind(declaration))
    return declaration.remind_at or until


def judge(uow: UnitOfWork, declaration: Declaration, examined: Examined) -> JudgedDeclaration:
    """Whether what was read may be booked, and what it makes due."""
    report = examined.report
    if report.is_accepted:
        report = rules.with_findings(report, rules.beyond_the_lines(report))
    if report.is_accepted:
        report = rules.with_findings(report, compared(uow, declaration, replace(examined, report=report)))
    assessed = _assess(uow, declaration, report) if report.is_accepted else None
    if isinstance(assessed, Finding):
        report, assessed = rules.with_findings(report, [assessed]), None
    return JudgedDeclaration(examined=replace(examined, report=report), assessment=assessed)


def compared(uow: UnitOfWork, declaration: Declaration, examined: Examined) -> list[Finding]:
    """The workers, held against the fund's register and against the declaration that this one would replace."""
    if examined.layout is None:
        return []
    table = rules.form_of(uow.fund, declaration.form).plausibility or {}
    kind = examined.layout.kinds[FileRole.DETAIL][0]
    found = [
        (worker.line, remark)
        for worker, registered in _registered(uow, examined.workers, table=table)
        for remark in plausibility.against_register(worker, registered, table=table)
    ]
    before = store.standing.find(uow, rules.slot(declaration, establishment=examined.report.establishment))
    if before is not None and "workers-fall-out" in table:
        replaced = store.declarations.load(uow, before.declaration_id)
        found += [
            (0, remark)
            for remark in plausibility.of_replacement(
                before={worker.insurance_number for worker in store.workers(uow, replaced) if worker.wages},
                now={worker.insurance_number for worker in examined.workers if worker.wages},
                table=table,
            )
        ]
    judged = ((line, plausibility.judged(remark, table=table)) for line, remark in found)
    return [rules.finding(remark, line=line, column=kind.column(remark.field)) for line, remark in judged if remark]


def _registered(
    uow: UnitOfWork, workers: Sequence[WageLine], *, table: plausibility.Table
) -> Iterator[WorkerAndRegistered]:
    """Each worker with what the register has of their number. If no register was ever published, nothing is
    compared."""
    if not any(code.startswith("register-") for code in table):
        return
    is_known = False
    for page in paged(workers, size=WAGES_A_PAGE):
        refs = {worker.insurance_number: uow.keys.person_ref(worker.insurance_number) for worker in page}
        known = payees.civil_of(uow, refs.values())
        is_known = is_known or bool(known) or payees.is_any_known(uow)
        if not is_known:
            return
        for worker in page:
            civil = known.get(refs[worker.insurance_number])
            yield (
                worker,
                None
                if civil is None
                else plausibility.Registered(
                    names=(civil.family_name, civil.first_name), birth_on=civil.birth_on, national_id=civil.national_id
                ),
            )


def conclude(uow: UnitOfWork, *, checked: Declaration, judged: JudgedDeclaration) -> Declaration:
    """Book what a check found, all of it in this unit of work. If another worker was first, its result stands.

    The workers themselves were kept before, page by page: they are long, and not visible before the declaration is
    accepted.
    """
    declaration = store.declarations.load(uow, checked.declaration_id)
    if declaration.status is not Status.RECEIVED or declaration.received_at != checked.received_at:
        return declaration
    findings = judged.examined.report.findings
    store.save_findings(uow, declaration.declaration_id, findings)
    pages = pages_of(len(findings), size=FINDINGS_A_PAGE)
    if judged.assessment is not None and rules.needs_confirmation(declaration, judged.examined.report):
        asked = rules.ask_to_confirm(declaration, judged.examined, findings_pages=pages, fund=uow.fund, at=uow.at)
        queue.schedule(
            uow, CHECK, declaration.declaration_id, due_at=asked.thing.remind_at or asked.thing.confirm_by_at
        )
        return store.declarations.save(uow, asked)
    if judged.assessment is not None:
        return _accept(uow, declaration, judged.examined, judged.assessment)
    return store.declarations.save(uow, rules.refuse(declaration, judged.examined, findings_pages=pages, at=uow.at))


def _assess(uow: UnitOfWork, declaration: Declaration, report: Report) -> Assessment | Finding:
    """What is due, or why that cannot be computed."""
    employer = employers.find(uow, declaration.employer_id)
    activity = employer.sector if employer else ""
    try:
        return contributions.assess(
            uow.fund,
            form=rules.form_of(uow.fund, declaration.form),
            period=Period.read(declaration.period),
            by_part=report.by_part,
            bounded=report.bounded,
            activity=activity,
        )
    except contributions.ActivityUnknown:
        return rules.without_rate(activity=activity, period=declaration.period)
    except NothingInForce:
        return rules.without_rate(activity=None, period=declaration.period)


def _accept(uow: UnitOfWork, declaration: Declaration, examined: Examined, assessment: Assessment) -> Declaration:
    before = store.standing.find(uow, rules.slot(declaration, establishment=examined.report.establishment))
    replaced = store.declarations.load(uow, before.declaration_id) if before else None
    people = publishing.to_publish(examined.workers, before=store.workers(uow, replaced) if replaced else ())
    outcome = rules.accept(
        declaration,
        examined,
        assessment=assessment,
        told_persons=len(people),
        before=before,
        findings_pages=pages_of(len(examined.report.findings), size=FINDINGS_A_PAGE),
        fund=uow.fund,
        at=uow.at,
        paid_minor=collections.paid_for(uow, declaration_id=replaced.declaration_id) if replaced else 0,
    )
    accepted = store.declarations.save(uow, outcome)
    _publish_wages(uow, accepted, people)
    store.standing.save(uow, rules.stand(accepted, before=before))
    if replaced is not None:
        store.declarations.save(uow, rules.give_way(replaced, to=accepted))
    campaigns.note_filing(uow, accepted, replaced=replaced)
    collections.open_obligation(
        uow,
        declaration_id=accepted.declaration_id,
        revision=accepted.revision,
        employer_id=accepted.employer_id,
        form=accepted.form,
        period=accepted.period,
        due_on=assessment.due_on,
        branches=rules.due_by_branch(assessment),
        replaces=accepted.replaces,
    )
    return accepted


def _publish_wages(uow: UnitOfWork, accepted: Declaration, people: list[WagesToPublish]) -> None:
    events = publishing.wage_events(
        accepted,
        people,
        form=rules.form_of(uow.fund, accepted.form),
        currency=uow.fund.currency.value,
        person_ref=uow.keys.person_ref,
    )
    for event in events:
        uow.publish(event, version=accepted.version)
        if (by_quarters := in_version_1(event)) is not None:
            uow.publish(by_quarters, version=accepted.version)


# --- Confirming -------------------------------------------------------------------------------------------------------


def confirm(uow: UnitOfWork, *, declaration_id: str) -> Consulted:
    """Only the employer may confirm the findings of a check."""
    return _decided(uow, _own(uow, declaration_id), rule=partial(rules.confirm, by=uow.by.subject, at=uow.at))


def withdraw(uow: UnitOfWork, *, declaration_id: str) -> Consulted:
    """The employer takes back what it was asked to confirm."""
    return _decided(uow, _own(uow, declaration_id), rule=partial(rules.withdraw, at=uow.at))


def _decided(
    uow: UnitOfWork, declaration: Declaration, *, rule: Callable[[Declaration], Outcome[Declaration]]
) -> Consulted:
    outcome = rule(declaration)
    if outcome.thing == declaration:
        return _consulted(uow, declaration)
    if outcome.thing.status is Status.RECEIVED:
        return Consulted(declaration=_to_check(uow, outcome))
    queue.cancel(uow, CHECK, declaration.declaration_id)
    return Consulted(declaration=store.declarations.save(uow, outcome))


# --- Afterwards -------------------------------------------------------------------------------------------------------


def count_cards(uow: UnitOfWork, page: CardsRefreshed) -> None:
    """Count the cards of a page of wages. Identity may publish a page again; it counts once."""
    declaration = store.declarations.load(uow, page.declaration_id)
    page_id = f"{declaration.declaration_id}/{page.page}"
    if store.card_pages.find(uow, page_id) is not None:
        return
    counted = CardPage(
        page_id=page_id,
        declaration_id=declaration.declaration_id,
        refreshed=len(page.cards) - page.withdrawn,
        unknown=page.unknown,
        already_good=page.already_good,
        not_open=page.not_open,
    )
    store.card_pages.save(uow, Outcome(counted))


# --- Consulting -------------------------------------------------------------------------------------------------------


def of_employer(
    uow: UnitOfWork, *, employer_id: str, period: str | None, wanted: PageRequest, purpose: Purpose
) -> Page[Declaration]:
    """An employer's declarations, newest first, for the employer and the fund's agents, whose look enters the access
    journal."""
    uow.by.must_act_for_employer(employer_id)
    journal.note_employer(uow, employer_id, looked_at=AccessedKind.DECLARATIONS, purpose=purpose)
    return store.of_employer(uow, employer_id, period=period, wanted=wanted)


def look_at(uow: UnitOfWork, *, declaration_id: str, purpose: Purpose) -> Consulted:
    """A declaration and what became of it, for the employer and the fund's agents, whose look enters the journal."""
    declaration = _own(uow, declaration_id)
    _note(uow, declaration, looked_at=AccessedKind.DECLARATION, purpose=purpose)
    return _consulted(uow, declaration)


def seen(uow: UnitOfWork, *, declaration_id: str) -> Declaration:
    """The declaration as it stands, to hold its version against the one that its employer saw."""
    return _own(uow, declaration_id)


def findings(
    uow: UnitOfWork, *, declaration_id: str, page: int, purpose: Purpose
) -> tuple[tuple[Finding, ...], int | None]:
    """A page of findings, from 1, and the number of the next one if there is one."""
    declaration = _own(uow, declaration_id)
    _note(uow, declaration, looked_at=AccessedKind.DECLARATION, purpose=purpose)
    if page == 1 and not declaration.findings_pages:
        return (), None
    _must_be_one_of(page, declaration.findings_pages)
    found = store.finding_pages.load(uow, f"{declaration_id}/{page}")
    return found.findings, page + 1 if page < declaration.findings_pages else None


def lines(
    uow: UnitOfWork, *, declaration_id: str, page: int, purpose: Purpose
) -> tuple[tuple[WageLine, ...], int | None]:
    """A page of the workers of a declaration that was accepted, from 1, and the number of the next one. An agent's look
    enters the journal of the employer and of every worker of the page."""
    declaration = _own(uow, declaration_id)
    _must_be_one_of(page, declaration.wage_pages)
    found = store.wage_pages.load(uow, f"{declaration_id}/{page}")
    _note(uow, declaration, looked_at=AccessedKind.WORKERS, purpose=purpose)
    refs = (uow.keys.person_ref(worker.insurance_number) for worker in found.lines)
    journal.note_persons(uow, refs, looked_at=AccessedKind.WORKERS, purpose=purpose, part_of=found.page_id)
    return found.lines, page + 1 if page < declaration.wage_pages else None


def _note(uow: UnitOfWork, declaration: Declaration, *, looked_at: AccessedKind, purpose: Purpose) -> None:
    journal.note_employer(
        uow, declaration.employer_id, looked_at=looked_at, reference=declaration.declaration_id, purpose=purpose
    )


def _own(uow: UnitOfWork, declaration_id: str) -> Declaration:
    declaration = store.declarations.load(uow, declaration_id)
    uow.by.must_act_for_employer(declaration.employer_id)
    return declaration


def _must_be_one_of(page: int, pages: int) -> None:
    if page > pages:
        raise rules.PageUnknown(pages=pages)


def _consulted(uow: UnitOfWork, declaration: Declaration) -> Consulted:
    if declaration.status not in BOOKED:
        return Consulted(declaration=declaration)
    cards = _cards(declaration, store.cards(uow, declaration.declaration_id))
    owed = collections.obligation(uow, declaration_id=declaration.declaration_id)
    return Consulted(declaration=declaration, cards=cards, obligation=owed)


def _cards(declaration: Declaration, pages: list[CardPage]) -> Cards:
    workers = declaration.booked.workers if declaration.booked else 0
    not_open = sum(page.not_open for page in pages)
    return Cards(
        refreshed=sum(page.refreshed for page in pages),
        unknown=sum(page.unknown for page in pages),
        of=workers - not_open,
        already_good=sum(page.already_good for page in pages),
        not_open=not_open,
        is_complete=len(pages) == declaration.told_pages,
    )
