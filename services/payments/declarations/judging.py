"""What a check comes to: the files, held against what payments knows of the employer, its workers and the period, and
what is due where nothing stands against booking them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from services.payments.contributions import rules as contributions
from services.payments.contributions.contribution import Assessment
from services.payments.declarations import (
    added_findings,
    complementing,
    in_force,
    plausibility,
    reconciling,
    rules,
    store,
)
from services.payments.declarations.complementing import PeriodSoFar
from services.payments.declarations.declaration import Declaration, Intake, Status, is_one_establishment
from services.payments.declarations.examination import Examined
from services.payments.declarations.facts import DeclarationFacts, EmployerStanding
from services.payments.declarations.findings import FileRole, Finding, Remark
from services.payments.declarations.pages import WAGES_A_PAGE, paged
from services.payments.declarations.reconciling import PeriodSlips, Reconciliation, YearAndSlips
from services.payments.declarations.report import Report
from services.payments.declarations.starting import prefilled_of
from services.payments.declarations.wages import WageLine
from services.payments.employers import actions as employers
from services.payments.obligations import actions as obligations
from services.payments.payees import actions as payees
from shared.funds.declarations import SlipReconciliation
from shared.funds.law import NothingInForce
from shared.funds.period import Period
from shared.storage.unit_of_work import UnitOfWork

WorkerAndRegistered = tuple[WageLine, plausibility.Registered | None]


@dataclass(frozen=True, kw_only=True)
class JudgedDeclaration:
    """What a check came to: the findings, and what is due where none stands against booking it."""

    examined: Examined
    assessment: Assessment | None
    reconciliation: Reconciliation | None = None


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


def judge(uow: UnitOfWork, declaration: Declaration, examined: Examined) -> JudgedDeclaration:
    """Whether what was read may be booked, and what it makes due."""
    report = examined.report
    declaration = rules.as_filed(declaration, report)
    if report.is_accepted:
        so_far = so_far_of(uow, declaration, establishment=report.establishment)
        report = added_findings.with_findings(
            report, compared(uow, declaration, replace(examined, report=report), so_far)
        )
    if report.is_accepted and declaration.is_complement:
        report = complementing.with_shares_of_the_whole(
            report, examined.workers, so_far=so_far, fund=uow.fund, parts=_parts_of(uow, declaration)
        )
    assessed = _assess(uow, declaration, report) if report.is_accepted else None
    if isinstance(assessed, Finding):
        report, assessed = added_findings.with_findings(report, [assessed]), None
    reconciliation, form = None, rules.form_of(uow.fund, declaration.form)
    if assessed is not None and form.reconciles is not None:
        if not declaration.is_complement:
            both = _year_and_slips(uow, declaration, examined, expected=assessed, by=form.reconciles)
            reconciliation, found = reconciling.reconcile(both)
            report = added_findings.with_findings(report, _placed(uow, declaration, examined, found))
        # The slips of the year have called what is due on it.
        assessed = contributions.nothing_due(uow.fund, form=form, period=Period.read(declaration.period))
    report = added_findings.naming_files(report, examined.file_names)
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
    form = rules.form_of(uow.fund, declaration.form)
    kind = examined.layout.kinds[FileRole.DETAIL][0] if examined.layout else None
    judged = ((line, plausibility.judged(remark, table=form.plausibility or {})) for line, remark in remarks)
    return [
        added_findings.finding(remark, line=line, column=kind.column(remark.field) if kind else 0, parts=form.wage_kind)
        for line, remark in judged
        if remark
    ]


def _parts_of(uow: UnitOfWork, declaration: Declaration) -> tuple[Period, ...]:
    return rules.form_of(uow.fund, declaration.form).parts(Period.read(declaration.period))


def so_far_of(uow: UnitOfWork, declaration: Declaration, *, establishment: str) -> PeriodSoFar:
    """What is in force for the period beside this declaration, and is not replaced by it."""
    current = store.standing.find(uow, in_force.slot(declaration, establishment=establishment))
    if current is None:
        return PeriodSoFar(has_base=False, complements=(), wages={})
    replaced = in_force.replaced_by(declaration, before=current)
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
    current = store.standing.find(uow, in_force.slot(declaration, establishment=examined.report.establishment))
    replaced_id = in_force.replaced_by(declaration, before=current)
    replaced = store.declarations.load(uow, replaced_id) if replaced_id else None
    is_taken_back = declaration.intake is Intake.NOTHING and declaration.is_complement  # the employer asked for it
    if replaced is not None and not is_taken_back and "workers-fall-out" in table:
        found += [
            (0, remark)
            for remark in plausibility.of_replacement(
                before={reconciling.known_by(worker) for worker in store.workers(uow, replaced) if worker.wages},
                now={reconciling.known_by(worker) for worker in examined.workers if worker.wages},
                table=table,
            )
        ]
    return [
        *added_findings.declared_meanwhile(declaration, current=replaced),
        *added_findings.complements_stand(declaration, complements=len(so_far.complements)),
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
        return added_findings.without_rate(activity=activity, period=declaration.period)
    except NothingInForce:
        return added_findings.without_rate(activity=None, period=declaration.period)
