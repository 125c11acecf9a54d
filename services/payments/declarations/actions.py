"""What payments does with declarations: receive, conclude what a check found, count cards, consult."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from services.payments.access_journal.accessed import AccessedKind
from services.payments.campaigns import actions as campaigns
from services.payments.collections import debt_changes, requesting
from services.payments.contributions import rules as contributions
from services.payments.contributions.contribution import Assessment
from services.payments.declarations import (
    complementing,
    correcting,
    names,
    plausibility,
    publishing,
    reconciling,
    rules,
    store,
)
from services.payments.declarations.complementing import PeriodSoFar
from services.payments.declarations.correcting import CorrectedFiles
from services.payments.declarations.declaration import (
    BOOKED,
    CardPage,
    Declaration,
    Intake,
    Status,
    StoredFile,
    is_one_establishment,
)
from services.payments.declarations.examination import Examined, Source, examine
from services.payments.declarations.facts import DeclarationFacts, EmployerStanding
from services.payments.declarations.findings import FileRole, Finding, FindingKind, Remark, kinds
from services.payments.declarations.layouts.registry import layouts_of
from services.payments.declarations.pages import FINDINGS_A_PAGE, WAGES_A_PAGE, paged, pages_of
from services.payments.declarations.progress import CheckProgress, CheckStep
from services.payments.declarations.publishing import WagesToPublish
from services.payments.declarations.reading import bytes_of, own
from services.payments.declarations.reconciling import PeriodSlips, Reconciliation, YearAndSlips
from services.payments.declarations.report import Report
from services.payments.declarations.rules import DeclarationFiling
from services.payments.declarations.starting import entry_layout, prefilled_of
from services.payments.declarations.typed_lines import TypedFiling, WrittenFile
from services.payments.declarations.wages import WageLine
from services.payments.employers import actions as employers
from services.payments.obligations import actions as obligations
from services.payments.obligations.obligation import Obligation
from services.payments.payees import actions as payees
from services.payments.provisional_assessments import actions as provisional_assessments
from shared.events.identity import CardsRefreshed
from shared.events.payments import in_version_1
from shared.funds.declarations import SlipReconciliation
from shared.funds.law import NothingInForce
from shared.funds.period import Period
from shared.jobs import queue
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage import blobs
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import current_traceparent

CHECK = "declarations.check"
"""The kind of the job that checks a declaration, or withdraws one that nobody confirmed; its thing is its id."""

SEARCHED_PAGES_MAX = 20
"""How many pages of workers one request looks through: ten thousand workers, a second."""
FOUND_MAX = 200
"""Once so many are found, a search goes no further than the page that it is at."""

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
    reconciliation: Reconciliation | None = None


@dataclass(frozen=True, kw_only=True)
class CheckedDeclaration:
    """What a declaration that is not sent yet would come to. `good_lines` are as they would be booked, none where
    there is an error; `replaces` is what it would take the place of."""

    report: Report
    assessment: Assessment | None
    good_lines: tuple[WageLine, ...]
    replaces: Declaration | None
    received_on: date

    @property
    def is_late(self) -> bool | None:
        """Whether it would be; None while nothing says by when it is due."""
        return None if self.assessment is None else self.received_on > self.assessment.due_on


@dataclass(frozen=True, kw_only=True)
class CorrectedDeclaration:
    """The files with what is certain mended, and what the check says of them then."""

    correction: CorrectedFiles
    report: Report


@dataclass(frozen=True, kw_only=True)
class Consulted:
    """A declaration with what has become of it since: cards, and what of the debt is paid."""

    declaration: Declaration
    cards: Cards | None = None
    progress: CheckProgress | None = None
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
    _must_declare(uow, filing)
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


def declare_nothing(uow: UnitOfWork, filing: DeclarationFiling) -> Consulted:
    """The caller says that an employer paid no wages in a period. Raises `DeclaredAlready` where wages are in force for
    it, unless they are named as what this takes the place of."""
    uow.by.must_act_for_employer(filing.employer_id)
    known = store.same(uow, filing)
    if known is None or known.status not in BOOKED - {Status.REPLACED}:
        current = store.in_force(uow, rules.slot_of(filing.employer_id, form=filing.form, period=filing.period))
        rules.may_declare_nothing(filing, current=current)
    return receive(uow, filing)


def receive_typed(uow: UnitOfWork, filing: TypedFiling, files: Iterable[WrittenFile]) -> Consulted:
    """The caller typed what would be in the files. They are kept as if they had been sent, and checked as they are."""
    uow.by.must_act_for_employer(filing.employer_id)
    stored = tuple(_stored(uow, file) for file in files)
    return receive(uow, replace(_typed(filing), files=stored))


def check_typed(uow: UnitOfWork, filing: TypedFiling, files: Sequence[WrittenFile]) -> CheckedDeclaration:
    """What the check of what was typed would come to now; nothing is kept of it, and nothing sent."""
    uow.by.must_act_for_employer(filing.employer_id)
    unsent = tuple(StoredFile(name=file.name, sha256="", size=len(file.content)) for file in files)
    declaration = rules.receive(
        replace(_typed(filing), files=unsent), fund=uow.fund, declaration_id="", traceparent="", at=uow.at
    ).thing
    sources = [Source(file.name, [file.content]) for file in files]
    layout = entry_layout(uow.fund, filing.form)
    examined = examine(sources, facts=facts(uow, declaration), layouts=[layout])
    judged = judge(uow, declaration, examined)
    return CheckedDeclaration(
        report=judged.examined.report,
        assessment=judged.assessment,
        good_lines=examined.workers,
        replaces=store.in_force(uow, rules.slot(declaration, establishment=filing.establishment)),
        received_on=uow.today,
    )


def _typed(filing: TypedFiling) -> DeclarationFiling:
    return DeclarationFiling(
        employer_id=filing.employer_id, form=filing.form, period=filing.period, intake=Intake.TYPED
    )


def _stored(uow: UnitOfWork, file: WrittenFile) -> StoredFile:
    blob = blobs.store_in(uow, file.content, data_class=DataClass.CIVIL)
    return StoredFile(name=file.name, sha256=blob.sha256, size=blob.size)


def correct(uow: UnitOfWork, *, declaration_id: str) -> CorrectedDeclaration:
    """The files of a declaration with every mend that is certain, and what the check would still find in them. Nothing
    is kept of it: the employer downloads the files, looks at them and sends them. Raises `NothingCertain`."""
    declaration = own(uow, declaration_id)
    rules.may_be_corrected(declaration)
    layouts = layouts_of(uow.fund, rules.form_of(uow.fund, declaration.form))
    files = [(file.name, bytes_of(uow, file)) for file in declaration.files]
    correction = correcting.correct(files, layouts=layouts)
    if correction is None or not correction.count:
        raise rules.NothingCertain
    sources = [Source(file.name, [file.content]) for file in correction.files]
    judged = judge(uow, declaration, examine(sources, facts=facts(uow, declaration), layouts=layouts))
    return CorrectedDeclaration(correction=correction, report=judged.examined.report)


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
        prefilled=prefilled_of(
            uow,
            employer_id=declaration.employer_id,
            form=declaration.form,
            period=Period.read(declaration.period),
        ),
    )


def note_progress(uow: UnitOfWork, *, declaration: Declaration, step: CheckStep, done: int, of: int) -> None:
    """How far the check has come, for whoever waits for it."""
    known = store.progress.find(uow, declaration.declaration_id)
    now = CheckProgress(
        declaration_id=declaration.declaration_id,
        received_at=declaration.received_at,
        step=step,
        done=done,
        of=of,
        at=uow.at,
        version=known.version if known else 0,
    )
    store.progress.save(uow, Outcome(now))


def save_workers(
    uow: UnitOfWork, *, declaration: Declaration, pages: Sequence[tuple[int, tuple[WageLine, ...]]], of: int
) -> None:
    """Keep some pages of the workers of what will be accepted, and say how many are kept. A single batch is not worth
    saying."""
    store.save_workers(uow, declaration=declaration, pages=pages)
    last, lines = pages[-1]
    done = (last - 1) * WAGES_A_PAGE + len(lines)
    if done < of or pages[0][0] > 1:
        note_progress(uow, declaration=declaration, step=CheckStep.SAVING, done=done, of=of)


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
    declaration = rules.as_filed(declaration, report)
    if report.is_accepted:
        so_far = _so_far(uow, declaration, establishment=report.establishment)
        report = rules.with_findings(report, compared(uow, declaration, replace(examined, report=report), so_far))
    if report.is_accepted and declaration.is_complement:
        report = complementing.with_shares_of_the_whole(
            report, examined.workers, so_far=so_far, fund=uow.fund, parts=_parts_of(uow, declaration)
        )
    assessed = _assess(uow, declaration, report) if report.is_accepted else None
    if isinstance(assessed, Finding):
        report, assessed = rules.with_findings(report, [assessed]), None
    reconciliation, form = None, rules.form_of(uow.fund, declaration.form)
    if assessed is not None and form.reconciles is not None:
        if not declaration.is_complement:
            both = _year_and_slips(uow, declaration, examined, expected=assessed, by=form.reconciles)
            reconciliation, found = reconciling.reconcile(both)
            report = rules.with_findings(report, _placed(uow, declaration, examined, found))
        # The slips of the year have called what is due on it.
        assessed = contributions.nothing_due(uow.fund, form=form, period=Period.read(declaration.period))
    report = rules.naming_files(report, examined.file_names)
    return JudgedDeclaration(
        examined=replace(examined, report=report), assessment=assessed, reconciliation=reconciliation
    )


def _year_and_slips(
    uow: UnitOfWork, declaration: Declaration, examined: Examined, *, expected: Assessment, by: SlipReconciliation
) -> YearAndSlips:
    """The declaration of a year and the slips of that year."""
    form, slip_form = rules.form_of(uow.fund, declaration.form), rules.form_of(uow.fund, by.form)
    year = Period.read(declaration.period)
    return YearAndSlips(
        annual=examined.workers,
        parts={part.number: part for part in form.parts(year)},
        slips=[
            _slips_of(uow, declaration, form=by.form, period=period, of=examined.report.establishment)
            for period in year.parts(slip_form.period)
        ],
        expected=expected,
        kind=reconciling.longer(form.wage_kind, slip_form.period),
        tolerance_minor=by.tolerance_minor,
        looked_at=form.plausibility or {},
    )


def _slips_of(uow: UnitOfWork, declaration: Declaration, *, form: str, period: Period, of: str) -> PeriodSlips:
    """The slips in force for a period, with what was added to them: of all establishments, or of the one declared."""
    declared = store.of_period(uow, declaration.employer_id, period=str(period))
    standing = [
        each
        for each in declared
        if each.form == form
        and each.status is Status.ACCEPTED
        and (not of or is_one_establishment(each.establishment, of))
    ]
    owed = obligations.of_declarations(uow, [each.declaration_id for each in standing])
    return PeriodSlips(
        period=period,
        is_declared=bool(standing),
        workers=tuple(worker for each in standing for worker in store.workers(uow, each)),
        called_minor=sum(each.due_minor for each in owed),
        paid_minor=sum(each.paid_minor for each in owed),
    )


def _placed(
    uow: UnitOfWork, declaration: Declaration, examined: Examined, remarks: Iterable[tuple[int, Remark]]
) -> list[Finding]:
    """The remarks as the fund's table judges them, each at its place in the files."""
    table = rules.form_of(uow.fund, declaration.form).plausibility or {}
    kind = examined.layout.kinds[FileRole.DETAIL][0] if examined.layout else None
    judged = ((line, plausibility.judged(remark, table=table)) for line, remark in remarks)
    return [
        rules.finding(remark, line=line, column=kind.column(remark.field) if kind else 0)
        for line, remark in judged
        if remark
    ]


def _parts_of(uow: UnitOfWork, declaration: Declaration) -> tuple[Period, ...]:
    return rules.form_of(uow.fund, declaration.form).parts(Period.read(declaration.period))


def _so_far(uow: UnitOfWork, declaration: Declaration, *, establishment: str) -> PeriodSoFar:
    """What is in force for the period beside this declaration, and is not replaced by it."""
    current = store.standing.find(uow, rules.slot(declaration, establishment=establishment))
    if current is None:
        return PeriodSoFar(has_base=False, complements=(), wages={})
    replaced = rules.replaced_by(declaration, before=current)
    beside = [each for each in (current.declaration_id, *current.complements) if each != replaced]
    base = store.declarations.load(uow, current.declaration_id)
    return PeriodSoFar(
        has_base=base.intake is not Intake.NOTHING,
        complements=current.complements,
        wages=complementing.together(*(store.workers(uow, store.declarations.load(uow, each)) for each in beside)),
    )


def compared(uow: UnitOfWork, declaration: Declaration, examined: Examined, so_far: PeriodSoFar) -> list[Finding]:
    """The workers, held against the fund's register, against the declaration that this one would replace, and against
    what stays in force beside it."""
    table = rules.form_of(uow.fund, declaration.form).plausibility or {}
    found = [
        (worker.line, remark)
        for worker, registered in _registered(uow, examined.workers, table=table)
        for remark in plausibility.against_register(worker, registered, table=table)
    ]
    if declaration.is_complement:
        found += complementing.remarks(
            examined.workers, number=declaration.complement, so_far=so_far, parts=_parts_of(uow, declaration)
        )
    current = store.standing.find(uow, rules.slot(declaration, establishment=examined.report.establishment))
    replaced_id = rules.replaced_by(declaration, before=current)
    replaced = store.declarations.load(uow, replaced_id) if replaced_id else None
    if replaced is not None and "workers-fall-out" in table:
        found += [
            (0, remark)
            for remark in plausibility.of_replacement(
                before={reconciling.known_by(worker) for worker in store.workers(uow, replaced) if worker.wages},
                now={reconciling.known_by(worker) for worker in examined.workers if worker.wages},
                table=table,
            )
        ]
    return [
        *rules.declared_meanwhile(declaration, current=replaced),
        *rules.complements_stand(declaration, complements=len(so_far.complements)),
        *_placed(uow, declaration, examined, found),
    ]


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
        for worker in (each for each in page if each.insurance_number):
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
    declaration = rules.as_filed(declaration, judged.examined.report)
    declaration = rules.reconciled(declaration, judged.reconciliation)
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
    """What is due, or why that cannot be computed. Where nothing is declared nothing is due, whatever the rates."""
    if declaration.intake is Intake.NOTHING:
        return contributions.nothing_due(
            uow.fund, form=rules.form_of(uow.fund, declaration.form), period=Period.read(declaration.period)
        )
    employer = employers.find(uow, declaration.employer_id)
    activity = employer.sector if employer else ""
    try:
        return contributions.assess(
            uow.fund,
            form=rules.form_of(uow.fund, declaration.form),
            period=Period.read(declaration.period),
            by_part=report.by_part,
            bounded=report.bounded,
            capped=report.capped,
            activity=activity,
        )
    except contributions.ActivityUnknown:
        return rules.without_rate(activity=activity, period=declaration.period)
    except NothingInForce:
        return rules.without_rate(activity=None, period=declaration.period)


def _accept(uow: UnitOfWork, declaration: Declaration, examined: Examined, assessment: Assessment) -> Declaration:
    declaration, establishment = rules.as_filed(declaration, examined.report), examined.report.establishment
    before = store.standing.find(uow, rules.slot(declaration, establishment=establishment))
    replaced_id = rules.replaced_by(declaration, before=before)
    replaced = store.declarations.load(uow, replaced_id) if replaced_id else None
    provisional = provisional_assessments.give_way(uow, replace(declaration, establishment=establishment))
    takes_over = replaced_id or (provisional.assessment_id if provisional else None)
    beside = _so_far(uow, declaration, establishment=establishment).wages
    now: Iterable[WageLine] = examined.workers
    earlier: Iterable[WageLine] = store.workers(uow, replaced) if replaced else ()
    if beside:
        now = complementing.together(beside.values(), now).values()
        earlier = complementing.together(beside.values(), earlier).values()
    # What the slips of a year published is not published a second time by the declaration of the year.
    is_published = rules.form_of(uow.fund, declaration.form).reconciles is None
    people = publishing.to_publish(now, before=earlier) if is_published else []
    outcome = rules.accept(
        declaration,
        examined,
        assessment=assessment,
        told_persons=len(people),
        before=before,
        findings_pages=pages_of(len(examined.report.findings), size=FINDINGS_A_PAGE),
        fund=uow.fund,
        at=uow.at,
        paid_minor=obligations.paid_for(uow, declaration_id=takes_over) if takes_over else 0,
        period_workers=sum(each.is_named for each in people) if beside else 0,
    )
    accepted = store.declarations.save(uow, outcome)
    _publish_wages(uow, accepted, people)
    store.standing.save(uow, rules.stand(accepted, before=before))
    if replaced is not None:
        store.declarations.save(uow, rules.give_way(replaced, to=accepted))
    campaigns.note_filing(uow, accepted, replaced=replaced)
    debt_changes.open_obligation(
        uow,
        declaration_id=accepted.declaration_id,
        revision=accepted.revision,
        employer_id=accepted.employer_id,
        form=accepted.form,
        period=accepted.period,
        due_on=assessment.due_on,
        declared_on=uow.fund.day_of(accepted.received_at),
        branches=assessment.due_by_branch,
        sides=assessment.due_by_side,
        replaces=takes_over,
    )
    if accepted.pay_by_debit:
        requesting.request_debit(uow, declaration_id=accepted.declaration_id)
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


def _must_declare(uow: UnitOfWork, declared: DeclarationFiling | Declaration) -> None:
    """Whether the caller may declare that period for the employer, or decide what becomes of what was declared."""
    period = Period.read(declared.period)
    uow.by.must_act_for_period(declared.employer_id, begins_on=period.first_on, ends_on=period.last_on)


# --- Confirming -------------------------------------------------------------------------------------------------------


def confirm(uow: UnitOfWork, *, declaration_id: str) -> Consulted:
    """Only the employer may confirm the findings of a check."""
    return _decided(uow, own(uow, declaration_id), rule=partial(rules.confirm, by=uow.by.subject, at=uow.at))


def withdraw(uow: UnitOfWork, *, declaration_id: str) -> Consulted:
    """The employer takes back what it was asked to confirm."""
    return _decided(uow, own(uow, declaration_id), rule=partial(rules.withdraw, at=uow.at))


def _decided(
    uow: UnitOfWork, declaration: Declaration, *, rule: Callable[[Declaration], Outcome[Declaration]]
) -> Consulted:
    _must_declare(uow, declaration)
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
    declaration = own(uow, declaration_id)
    _note(uow, declaration, looked_at=AccessedKind.DECLARATION, purpose=purpose)
    return _consulted(uow, declaration)


def seen(uow: UnitOfWork, *, declaration_id: str) -> Declaration:
    """The declaration as it stands, to hold its version against the one that its employer saw."""
    return own(uow, declaration_id)


def findings(
    uow: UnitOfWork, *, declaration_id: str, page: int, code: str, purpose: Purpose
) -> tuple[Sequence[Finding], int | None, list[FindingKind]]:
    """A page of findings, from 1, those of one kind where its `code` is given; the number of the next one if there is
    one; and the kinds that there are."""
    declaration = own(uow, declaration_id)
    _note(uow, declaration, looked_at=AccessedKind.DECLARATION, purpose=purpose)
    found = store.findings(uow, declaration)
    wanted = [each for each in found if code in ("", each.code)]
    pages = pages_of(len(wanted), size=FINDINGS_A_PAGE)
    if page > 1:
        _must_be_one_of(page, pages)
    shown = wanted[(page - 1) * FINDINGS_A_PAGE : page * FINDINGS_A_PAGE]
    return shown, page + 1 if page < pages else None, kinds(found)


def lines(
    uow: UnitOfWork, *, declaration_id: str, page: int, search: str, purpose: Purpose
) -> tuple[tuple[WageLine, ...], int | None]:
    """A page of the workers of a declaration that was accepted, from 1, and the number of the next one. With a `search`
    those whose name or number it names: they are looked for from that page on, through some thousands of workers, and
    the number is of the page from which to look on. An agent's look enters the journal of the employer and of every
    worker that is shown."""
    declaration = own(uow, declaration_id)
    _must_be_one_of(page, declaration.wage_pages)
    found: tuple[WageLine, ...] = ()
    last = min(page + (SEARCHED_PAGES_MAX - 1 if search else 0), declaration.wage_pages)
    upto = page
    for upto in range(page, last + 1):
        kept = store.wage_pages.load(uow, f"{declaration_id}/{upto}").lines
        found += names.of_search(kept, search) if search else kept
        if len(found) >= FOUND_MAX:
            break
    _note(uow, declaration, looked_at=AccessedKind.WORKERS, purpose=purpose)
    refs = (uow.keys.person_ref(worker.insurance_number) for worker in found)
    journal.note_persons(uow, refs, looked_at=AccessedKind.WORKERS, purpose=purpose, part_of=f"{declaration_id}/{page}")
    return found, upto + 1 if upto < declaration.wage_pages else None


def _note(uow: UnitOfWork, declaration: Declaration, *, looked_at: AccessedKind, purpose: Purpose) -> None:
    journal.note_employer(
        uow, declaration.employer_id, looked_at=looked_at, reference=declaration.declaration_id, purpose=purpose
    )


def _must_be_one_of(page: int, pages: int) -> None:
    if page > pages:
        raise rules.PageUnknown(pages=pages)


def _consulted(uow: UnitOfWork, declaration: Declaration) -> Consulted:
    if declaration.status not in BOOKED:
        return Consulted(declaration=declaration, progress=_progress(uow, declaration))
    is_published = rules.form_of(uow.fund, declaration.form).reconciles is None
    cards = _cards(declaration, store.cards(uow, declaration.declaration_id)) if is_published else None
    owed = obligations.read(uow, declaration_id=declaration.declaration_id)
    return Consulted(declaration=declaration, cards=cards, obligation=owed)


def _progress(uow: UnitOfWork, declaration: Declaration) -> CheckProgress | None:
    """How far its check has come; None where none goes on, or nothing is known of it yet."""
    if declaration.status is not Status.RECEIVED:
        return None
    found = store.progress.find(uow, declaration.declaration_id)
    return found if found is not None and found.received_at == declaration.received_at else None


def _cards(declaration: Declaration, pages: list[CardPage]) -> Cards:
    booked = declaration.booked
    unregistered = booked.unregistered if booked else 0
    workers = (booked.period_workers + unregistered if booked.period_workers else booked.workers) if booked else 0
    not_open = sum(page.not_open for page in pages)
    return Cards(
        refreshed=sum(page.refreshed for page in pages),
        unknown=unregistered + sum(page.unknown for page in pages),
        of=workers - not_open,
        already_good=sum(page.already_good for page in pages),
        not_open=not_open,
        is_complete=len(pages) == declaration.told_pages,
    )
