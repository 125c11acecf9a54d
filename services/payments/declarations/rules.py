"""What may happen to a declaration. Pure: what the check found, what is due and the time are handed in."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from services.payments.contributions.contribution import Assessment
from services.payments.declarations import complementing, correcting, in_force, plausibility, records
from services.payments.declarations.declaration import (
    MOVES,
    Booked,
    BusinessReceipt,
    CurrentDeclaration,
    Declaration,
    Intake,
    Status,
    StoredFile,
    TechnicalReceipt,
)
from services.payments.declarations.examination import Examined
from services.payments.declarations.findings import Severity
from services.payments.declarations.pages import WAGES_A_PAGE, pages_of
from services.payments.declarations.publishing import accepted_event
from services.payments.declarations.reconciling import Reconciliation
from services.payments.declarations.report import Report
from shared.events.payments.declarations import DeclarationReceived, DeclarationRefused
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


class NotToBeTakenBack(Conflict):
    """Only complementary declarations of wages are taken back after they were accepted, where the fund's form allows
    it."""

    code = "declaration.not-to-be-taken-back"


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
    establishment: str = ""
    """Of nothing in the place of a complementary one: whose it was. Files say it themselves."""

    @property
    def content(self) -> str:
        """The fingerprint of the files' bytes, in whatever order and under whatever names they come; of nothing in the
        place of a complementary declaration, of that one's id."""
        hashes = [file.sha256 for file in self.files] or ([self.to_replace] if self.is_complement else [])
        return hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest()


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
        establishment=filing.establishment,
    )
    return Outcome(received, (_received_event(received),))


def may_be_taken_back(declaration: Declaration, *, fund: Fund) -> bool:
    """Whether it is an accepted complementary declaration of wages, of a form that lets employers take them back."""
    is_added = declaration.is_complement and declaration.status is Status.ACCEPTED
    return (
        is_added and declaration.intake is not Intake.NOTHING and form_of(fund, declaration.form).withdraws_complements
    )


def take_back(added: Declaration, *, fund: Fund) -> DeclarationFiling:
    """What takes the place of an accepted complementary declaration that its employer takes back: nothing, under its
    number, so that what it made due and its wages end as those of any declaration that is replaced. Raises
    `NotToBeTakenBack`."""
    if not may_be_taken_back(added, fund=fund):
        raise NotToBeTakenBack
    return DeclarationFiling(
        employer_id=added.employer_id,
        form=added.form,
        period=added.period,
        intake=Intake.NOTHING,
        to_replace=added.declaration_id,
        is_complement=True,
        complement_number=added.complement,
        establishment=added.establishment,
    )


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


def reconciled(declaration: Declaration, reconciliation: Reconciliation | None) -> Declaration:
    """The declaration of a year with how it compares to the slips of the year."""
    return replace(declaration, reconciliation=reconciliation)


def refuse(declaration: Declaration, examined: Examined, *, findings_pages: int, at: datetime) -> Outcome[Declaration]:
    """Nothing of the files is booked; the findings give the reasons, line by line."""
    is_technical = any(
        finding.severity is Severity.ERROR and not _is_of_business(finding.code) for finding in examined.report.findings
    )
    to = Status.TECHNICALLY_REFUSED if is_technical else Status.REFUSED
    refused = replace(
        declaration,
        status=moved(MOVES, declaration.status, to=to),
        technical=technical_receipt(examined, is_passed=not is_technical, at=at),
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
        technical=technical_receipt(examined, is_passed=True, at=at),
        business=BusinessReceipt(at=at, booked=booked),
        findings_pages=findings_pages,
        wage_pages=pages_of(len(examined.workers), size=WAGES_A_PAGE),
        told_pages=pages_of(told_persons, size=WAGES_A_PAGE),
        told_persons=told_persons,
        establishment=examined.report.establishment,
        revision=before.revision + 1 if before else 1,
        complement=in_force.number_of(declaration, before=before),
        replaces=in_force.replaced_by(declaration, before=before),
    )
    return Outcome(accepted, (accepted_event(accepted, currency=fund.currency.value, paid_minor=paid_minor),))


def give_way(declaration: Declaration, *, to: Declaration) -> Outcome[Declaration]:
    """A newer declaration of the same establishment and period is in force; what it was stays readable."""
    status = moved(MOVES, declaration.status, to=Status.REPLACED)
    return Outcome(replace(declaration, status=status, replaced_by=to.declaration_id))


def technical_receipt(examined: Examined, *, is_passed: bool, at: datetime) -> TechnicalReceipt:
    """What the check of the files came to, as it is kept with the declaration."""
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
