"""What may happen to a declaration. Pure: what the check found, what is due and the time are handed in."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.payments.contributions.contribution import Assessment
from services.payments.declarations import complementing, correcting, plausibility, records
from services.payments.declarations.declaration import (
    MOVES,
    Booked,
    BusinessReceipt,
    Confirmation,
    CurrentDeclaration,
    Declaration,
    Intake,
    Status,
    StoredFile,
    TechnicalReceipt,
    is_other,
)
from services.payments.declarations.examination import Examined
from services.payments.declarations.findings import RANKS, FileRole, Finding, Remark, Severity, value
from services.payments.declarations.pages import WAGES_A_PAGE, pages_of
from services.payments.declarations.publishing import accepted_event
from services.payments.declarations.reconciling import Reconciliation
from services.payments.declarations.report import FINDINGS_MAX, Report
from shared.events.payments import (
    DeclarationReceived,
    DeclarationRefused,
    DeclarationToConfirm,
    DeclarationWithdrawn,
)
from shared.funds.declarations import DeclarationForm
from shared.funds.fund import Fund
from shared.funds.period import Period
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome

BUSINESS_CODES = frozenset(
    {
        "wage-file.activity-without-rate",
        "wage-file.birth-date-after-period",
        "wage-file.control-wages-differ",
        "wage-file.control-workers-differ",
        "wage-file.declared-meanwhile",
        "wage-file.duration-too-long",
        "wage-file.employer-closed",
        "wage-file.employer-differs",
        "wage-file.employer-unknown",
        "wage-file.entry-after-period",
        "wage-file.exit-before-entry",
        "wage-file.line-total-differs",
        "wage-file.name-differs",
        "wage-file.period-differs",
        "wage-file.period-not-over",
        "wage-file.period-without-rate",
        "wage-file.person-twice",
        "wage-file.total-differs",
        "wage-file.two-employers",
        "wage-file.two-establishments",
        "wage-file.workers-differ",
    }
)
"""Errors of what readable files say. Any other error is technical: the files are not what they should be."""


class DeclarationUnknown(Missing):
    code = "declaration.unknown"


class PageUnknown(Missing):
    code = "declaration.page-unknown"


class FormUnknown(Invalid):
    code = "declaration.form-unknown"


class PeriodOfOtherKind(Invalid):
    """A year where the form wants a quarter, or the other way round."""

    code = "declaration.period-of-other-kind"


class NothingToConfirm(Conflict):
    """The declaration does not wait for its employer to confirm anything."""

    code = "declaration.nothing-to-confirm"


class TypingNotOffered(Conflict):
    """The fund takes declarations of this form as files only."""

    code = "declaration.typing-not-offered"


class NothingPrefilled(Conflict):
    """The fund does not say beforehand whom it expects in declarations of this form."""

    code = "declaration.nothing-prefilled"


class NothingToStartFrom(Conflict):
    """No earlier declaration of the employer can be written as a file for the period."""

    code = "declaration.nothing-to-start-from"


class NothingCertain(Conflict):
    """No corrected files can be made: they are accepted already, typed, too long, or nothing in them is certain."""

    code = "declaration.nothing-certain"


def may_be_corrected(declaration: Declaration) -> None:
    """Raises `NothingCertain` where a declaration has no files that stand to be mended."""
    sizes = sum(file.size for file in declaration.files)
    is_open = declaration.status in {Status.REFUSED, Status.TECHNICALLY_REFUSED, Status.TO_CONFIRM, Status.WITHDRAWN}
    if not is_open or declaration.intake is not Intake.FILES or sizes > correcting.BYTES_MAX:
        raise NothingCertain


class DeclaredAlready(Conflict):
    """Wages are declared for the period: who says that there is nothing to declare names what that takes the place
    of."""

    code = "declaration.declared-already"


@dataclass(frozen=True, kw_only=True)
class DeclarationFiling:
    """What an employer sends. `to_replace` is the declaration that one of nothing takes the place of. A complementary
    one is the next of its period, or takes the place of the one with `complement_number`."""

    employer_id: str
    form: str
    period: str
    files: tuple[StoredFile, ...] = ()
    control_workers: int | None = None
    control_wages_minor: int | None = None
    intake: Intake = Intake.FILES
    to_replace: str = ""
    pay_by_debit: bool = False
    is_complement: bool = False
    complement_number: int = 0

    @property
    def content(self) -> str:
        """The fingerprint of the files' bytes, in whatever order and under whatever names they come."""
        return hashlib.sha256("".join(sorted(file.sha256 for file in self.files)).encode()).hexdigest()


# --- Receiving --------------------------------------------------------------------------------------------------------


def form_of(fund: Fund, form: str) -> DeclarationForm:
    """The fund's definition of a form."""
    found = fund.declarations.forms.get(form)
    if found is None:
        raise FormUnknown(form=form[:40])
    return found


def must_be_of_its_kind(form: DeclarationForm, *, period: str) -> Period:
    """The period that is written so. Raises `PeriodOfOtherKind` where the form is not filed for such periods."""
    read = Period.read(period)
    if form.period is not read.kind:
        raise PeriodOfOtherKind(period=period)
    return read


def receive(
    filing: DeclarationFiling, *, fund: Fund, declaration_id: str, traceparent: str, at: datetime
) -> Outcome[Declaration]:
    """An employer hands in its files for a period; whatever they hold, they are received and checked next."""
    must_be_of_its_kind(form_of(fund, filing.form), period=filing.period)
    received = Declaration(
        declaration_id=declaration_id,
        employer_id=filing.employer_id,
        form=filing.form,
        period=filing.period,
        content=filing.content,
        files=filing.files,
        control_workers=filing.control_workers,
        control_wages_minor=filing.control_wages_minor,
        status=Status.RECEIVED,
        received_at=at,
        traceparent=traceparent,
        intake=filing.intake,
        to_replace=filing.to_replace,
        pay_by_debit=filing.pay_by_debit,
        is_complement=filing.is_complement,
        complement=filing.complement_number,
    )
    return Outcome(received, (_received_event(received),))


def may_declare_nothing(filing: DeclarationFiling, *, current: Declaration | None) -> None:
    """Raises `DeclaredAlready` where wages are in force for the period and the employer does not say that they are to
    be taken back."""
    if current is not None and current.intake is not Intake.NOTHING and current.declaration_id != filing.to_replace:
        raise DeclaredAlready


def release_content(replaced: Declaration) -> Outcome[Declaration]:
    """The files of a declaration that was replaced are free to be declared again, as a new one: from now on their
    fingerprint finds this one no more."""
    if replaced.status is not Status.REPLACED:
        raise ValueError("what may still come into force, or is, keeps its fingerprint: a retry must find it")
    return Outcome(replace(replaced, content=f"{replaced.content}/{replaced.declaration_id}"))


def may_be_checked_again(declaration: Declaration) -> bool:
    """Whether the same files could have another outcome now: the register, the calendar or we may have changed."""
    return declaration.status in {Status.REFUSED, Status.HELD, Status.WITHDRAWN}


def receive_again(
    declaration: Declaration, filing: DeclarationFiling, *, traceparent: str, at: datetime
) -> Outcome[Declaration]:
    """The same bytes come again after a refusal that was not of their making, perhaps with other totals or names."""
    received = replace(
        declaration,
        status=moved(MOVES, declaration.status, to=Status.RECEIVED),
        files=filing.files,
        control_workers=filing.control_workers,
        control_wages_minor=filing.control_wages_minor,
        received_at=at,
        traceparent=traceparent,
        intake=filing.intake,
        to_replace=filing.to_replace,
        pay_by_debit=filing.pay_by_debit,
        is_complement=filing.is_complement,
        complement=filing.complement_number,
        technical=None,
        business=None,
        to_confirm="",
        confirmation=None,
    )
    return Outcome(received, (_received_event(received),))


def _received_event(declaration: Declaration) -> DeclarationReceived:
    return DeclarationReceived(
        declaration_id=declaration.declaration_id,
        employer_id=declaration.employer_id,
        form=declaration.form,
        period=declaration.period,
        received_at=declaration.received_at,
    )


def hold(declaration: Declaration) -> Outcome[Declaration]:
    """Its check failed so often that an operator has to look at it."""
    return Outcome(replace(declaration, status=moved(MOVES, declaration.status, to=Status.HELD)))


def resume(declaration: Declaration) -> Outcome[Declaration]:
    """What stood in the way of its check is gone."""
    return Outcome(replace(declaration, status=moved(MOVES, declaration.status, to=Status.RECEIVED)))


# --- Concluding a check -----------------------------------------------------------------------------------------------


def as_filed(declaration: Declaration, report: Report) -> Declaration:
    """The declaration with what its files say of it: some say by themselves that they are added to another."""
    return replace(declaration, is_complement=declaration.is_complement or report.is_complement)


def complements_stand(declaration: Declaration, *, complements: int) -> Iterator[Finding]:
    """What an employer has to know who replaces a declaration that others were added to: those stay in force."""
    if complements and not declaration.is_complement:
        yield Finding(
            severity=Severity.CONFIRM,
            code="wage-file.complements-stand",
            file=FileRole.DETAIL,
            found=value(complements),
        )


def declared_meanwhile(declaration: Declaration, *, current: Declaration | None) -> Iterator[Finding]:
    """What stands against declaring nothing: wages that came into force since, which nobody said are to be taken
    back."""
    if declaration.intake is not Intake.NOTHING or current is None or current.intake is Intake.NOTHING:
        return
    if current.declaration_id != declaration.to_replace:
        yield Finding(
            severity=Severity.ERROR,
            code="wage-file.declared-meanwhile",
            file=FileRole.DETAIL,
            found=value(declaration.period),
        )


def finding(remark: Remark, *, line: int, column: int) -> Finding:
    """A remark on the workers, at its place in the detail file."""
    return Finding(
        severity=remark.severity,
        code=remark.code,
        file=FileRole.DETAIL,
        line=line,
        column=column,
        field=remark.field if column else "",
        found=remark.found,
        expected=remark.expected,
    )


def without_rate(*, activity: str | None, period: str) -> Finding:
    """The fund's definition has no rate for the employer's activity, or (`activity` None) none for that time."""
    return Finding(
        severity=Severity.ERROR,
        code="wage-file.period-without-rate" if activity is None else "wage-file.activity-without-rate",
        file=FileRole.DETAIL,
        found=value(period if activity is None else activity),
    )


def with_findings(report: Report, more: Iterable[Finding]) -> Report:
    """The report with findings that the check of the lines could not know. Where there are too many, the gravest are
    listed, in the order of the lines."""
    added = tuple(more)
    if not added:
        return report
    counts = Counter(finding.severity for finding in added)
    gravest = sorted((*added, *report.findings), key=lambda finding: RANKS[finding.severity])[:FINDINGS_MAX]
    return replace(
        report,
        findings=tuple(sorted(gravest, key=lambda finding: (finding.file is FileRole.DETAIL, finding.line))),
        errors=report.errors + counts[Severity.ERROR],
        confirms=report.confirms + counts[Severity.CONFIRM],
        warnings=report.warnings + counts[Severity.WARNING],
    )


def reconciled(declaration: Declaration, reconciliation: Reconciliation | None) -> Declaration:
    """The declaration of a year with how it compares to the slips of the year."""
    return replace(declaration, reconciliation=reconciliation)


def naming_files(report: Report, names: Mapping[FileRole, str]) -> Report:
    """The report with the name that the sender gave to the file of each finding."""
    findings = tuple(replace(each, file_name=names.get(each.file, each.file_name)) for each in report.findings)
    return replace(report, findings=findings)


def needs_confirmation(declaration: Declaration, report: Report) -> bool:
    """Whether the employer must be asked before the declaration is accepted."""
    if not report.confirms:
        return False
    return declaration.confirmation is None or declaration.confirmation.findings != _fingerprint(report)


def ask_to_confirm(
    declaration: Declaration, examined: Examined, *, findings_pages: int, fund: Fund, at: datetime
) -> Outcome[Declaration]:
    """The declaration could be accepted, but what it says touches somebody's rights and is seldom meant."""
    form = form_of(fund, declaration.form)
    until = at + timedelta(days=form.confirm_within_days)
    is_reminded = 0 < form.confirm_reminder_days < form.confirm_within_days
    asked = replace(
        declaration,
        status=moved(MOVES, declaration.status, to=Status.TO_CONFIRM),
        technical=_technical(examined, is_passed=True, at=at),
        business=None,
        findings_pages=findings_pages,
        establishment=examined.report.establishment,
        to_confirm=_fingerprint(examined.report),
        confirm_by_at=until,
        remind_at=until - timedelta(days=form.confirm_reminder_days) if is_reminded else None,
    )
    return Outcome(asked, (_asking(asked, until=until, asked_at=at),))


def remind(declaration: Declaration) -> Outcome[Declaration]:
    """The employer is asked once more, before the time to confirm is over. Raises `NothingToConfirm`."""
    until, technical = declaration.confirm_until, declaration.technical
    if until is None or technical is None:
        raise NothingToConfirm
    published = _asking(declaration, until=until, asked_at=technical.at)
    return Outcome(replace(declaration, remind_at=None), (replace(published, is_reminder=True),))


def _asking(asked: Declaration, *, until: datetime, asked_at: datetime) -> DeclarationToConfirm:
    return DeclarationToConfirm(
        declaration_id=asked.declaration_id,
        employer_id=asked.employer_id,
        form=asked.form,
        period=asked.period,
        findings=asked.technical.confirms if asked.technical else 0,
        confirm_until=until,
        asked_at=asked_at,
        establishment=asked.other_establishment,
    )


def confirm(declaration: Declaration, *, by: str, at: datetime) -> Outcome[Declaration]:
    """The employer stands by what was found. It is checked once more, and accepted where nothing else is found. Done
    again, nothing changes."""
    if declaration.confirmation is not None and declaration.status in {Status.RECEIVED, Status.ACCEPTED}:
        return Outcome(declaration)
    if declaration.status is not Status.TO_CONFIRM:
        raise NothingToConfirm
    confirmed = replace(
        declaration,
        status=moved(MOVES, declaration.status, to=Status.RECEIVED),
        confirmation=Confirmation(at=at, by=by, findings=declaration.to_confirm),
        next_check_at=None,
        confirm_by_at=None,
    )
    return Outcome(confirmed)


def withdraw(declaration: Declaration, *, at: datetime) -> Outcome[Declaration]:
    """The employer takes back what it was asked to confirm. Done again, nothing changes."""
    if declaration.status is Status.WITHDRAWN:
        return Outcome(declaration)
    if declaration.status is not Status.TO_CONFIRM:
        raise NothingToConfirm
    return _withdrawn(declaration, is_lapsed=False, at=at)


def lapse(declaration: Declaration, *, at: datetime) -> Outcome[Declaration]:
    """The findings were not confirmed in time: the declaration is not booked."""
    return _withdrawn(declaration, is_lapsed=True, at=at)


def _withdrawn(declaration: Declaration, *, is_lapsed: bool, at: datetime) -> Outcome[Declaration]:
    status = moved(MOVES, declaration.status, to=Status.WITHDRAWN)
    published = DeclarationWithdrawn(
        declaration_id=declaration.declaration_id,
        employer_id=declaration.employer_id,
        form=declaration.form,
        period=declaration.period,
        is_lapsed=is_lapsed,
        withdrawn_at=at,
        establishment=declaration.other_establishment,
    )
    return Outcome(replace(declaration, status=status, next_check_at=None, confirm_by_at=None), (published,))


def _fingerprint(report: Report) -> str:
    """What the employer is asked to confirm, as one value: another finding, or another number of them, is another."""
    findings = [
        (each.code, each.line, each.column, dict(each.found.parameters))
        for each in report.findings
        if each.severity is Severity.CONFIRM
    ]
    return hashlib.sha256(repr((report.confirms, findings)).encode()).hexdigest()


def refuse(declaration: Declaration, examined: Examined, *, findings_pages: int, at: datetime) -> Outcome[Declaration]:
    """Nothing of the files is booked; the findings give the reasons, line by line."""
    is_technical = any(
        finding.severity is Severity.ERROR and not _is_of_business(finding.code) for finding in examined.report.findings
    )
    to = Status.TECHNICALLY_REFUSED if is_technical else Status.REFUSED
    refused = replace(
        declaration,
        status=moved(MOVES, declaration.status, to=to),
        technical=_technical(examined, is_passed=not is_technical, at=at),
        business=None if is_technical else BusinessReceipt(at=at),
        findings_pages=findings_pages,
        establishment=examined.report.establishment,
    )
    refusal = DeclarationRefused(
        declaration_id=refused.declaration_id,
        employer_id=refused.employer_id,
        form=refused.form,
        period=refused.period,
        errors=examined.report.errors,
        refused_at=at,
        establishment=refused.other_establishment,
    )
    return Outcome(refused, (refusal,))


def _is_of_business(code: str) -> bool:
    return (
        code in BUSINESS_CODES
        or code in records.CODES
        or code in complementing.CODES
        or code.removeprefix(plausibility.PREFIX) in plausibility.CODES
    )


def accept(
    declaration: Declaration,
    examined: Examined,
    *,
    assessment: Assessment,
    told_persons: int,
    before: CurrentDeclaration | None,
    findings_pages: int,
    fund: Fund,
    at: datetime,
    paid_minor: int = 0,
    period_workers: int = 0,
) -> Outcome[Declaration]:
    """The declaration is a fact and stands for its period, in the place of the one `before`, if any.

    `told_persons` counts those whose wages are published next, see `publishing.to_publish`; `paid_minor` is what came
    for the one before.
    """
    booked = Booked(
        workers=examined.report.workers,
        wages_minor=examined.report.wages_minor,
        assessment=assessment,
        is_late=fund.day_of(declaration.received_at) > assessment.due_on,
        unregistered=sum(not worker.insurance_number for worker in examined.workers),
        period_workers=period_workers,
    )
    accepted = replace(
        declaration,
        status=moved(MOVES, declaration.status, to=Status.ACCEPTED),
        to_confirm="",
        technical=_technical(examined, is_passed=True, at=at),
        business=BusinessReceipt(at=at, booked=booked),
        findings_pages=findings_pages,
        wage_pages=pages_of(len(examined.workers), size=WAGES_A_PAGE),
        told_pages=pages_of(told_persons, size=WAGES_A_PAGE),
        told_persons=told_persons,
        establishment=examined.report.establishment,
        revision=before.revision + 1 if before else 1,
        complement=number_of(declaration, before=before),
        replaces=replaced_by(declaration, before=before),
    )
    return Outcome(accepted, (accepted_event(accepted, currency=fund.currency.value, paid_minor=paid_minor),))


def stand(accepted: Declaration, *, before: CurrentDeclaration | None) -> Outcome[CurrentDeclaration]:
    """The accepted declaration is the one in force for its establishment and period, or is added to it."""
    current = CurrentDeclaration(
        slot=slot(accepted, establishment=accepted.establishment),
        declaration_id=accepted.declaration_id,
        revision=accepted.revision,
        complements=before.complements if before else (),
        version=before.version if before else 0,
    )
    if accepted.is_complement and before is not None:
        numbered = dict(enumerate(before.complements, start=1))
        numbered[accepted.complement] = accepted.declaration_id
        added = tuple(numbered[number] for number in sorted(numbered))
        current = replace(current, declaration_id=before.declaration_id, complements=added)
    return Outcome(current)


def number_of(declaration: Declaration, *, before: CurrentDeclaration | None) -> int:
    """Which of its period's complementary declarations it is, from 1; 0 of any other."""
    if not declaration.is_complement:
        return 0
    return declaration.complement or (len(before.complements) if before else 0) + 1


def replaced_by(declaration: Declaration, *, before: CurrentDeclaration | None) -> str | None:
    """What it takes the place of: the declaration in force, or the complementary one of its number."""
    if before is None:
        return None
    if not declaration.is_complement:
        return before.declaration_id
    number = number_of(declaration, before=before)
    return before.complements[number - 1] if number <= len(before.complements) else None


def give_way(declaration: Declaration, *, to: Declaration) -> Outcome[Declaration]:
    """A newer declaration of the same establishment and period is in force; what it was stays readable."""
    status = moved(MOVES, declaration.status, to=Status.REPLACED)
    return Outcome(replace(declaration, status=status, replaced_by=to.declaration_id))


def slot(declaration: Declaration, *, establishment: str) -> str:
    """What one declaration at a time is in force for. The main establishment, all zeros, is the employer itself."""
    return slot_of(
        declaration.employer_id, form=declaration.form, period=declaration.period, establishment=establishment
    )


def slot_of(employer_id: str, *, form: str, period: str, establishment: str = "") -> str:
    """The same before there is a declaration."""
    owner = f"{employer_id}/{form}/{period}"
    return f"{owner}/{establishment}" if is_other(establishment) else owner


def _technical(examined: Examined, *, is_passed: bool, at: datetime) -> TechnicalReceipt:
    report, layout = examined.report, examined.layout
    return TechnicalReceipt(
        at=at,
        is_passed=is_passed,
        layout=layout.layout_id if layout else None,
        encoding=layout.encoding if layout else None,
        lines=report.lines,
        errors=report.errors,
        confirms=report.confirms,
        warnings=report.warnings,
        unlisted=report.unreported,
    )
