"""When an employer has to confirm what a check found, and what becomes of the declaration with that. Pure."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from services.payments.declarations import rules
from services.payments.declarations.declaration import MOVES, Confirmation, Declaration, Status
from services.payments.declarations.examination import Examined
from services.payments.declarations.findings import Severity
from services.payments.declarations.report import Report
from shared.events.payments.declarations import DeclarationToConfirm, DeclarationWithdrawn
from shared.funds.fund import Fund
from shared.kernel.errors import Conflict
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome


class NothingToConfirm(Conflict):
    """The declaration does not wait for its employer to confirm anything."""

    code = "declaration.nothing-to-confirm"


def needs_confirmation(declaration: Declaration, report: Report) -> bool:
    """Whether the employer must be asked before the declaration is accepted."""
    if not report.confirms:
        return False
    return declaration.confirmation is None or declaration.confirmation.findings != _fingerprint(report)


def ask_to_confirm(
    declaration: Declaration, examined: Examined, *, findings_pages: int, fund: Fund, at: datetime
) -> Outcome[Declaration]:
    """The declaration could be accepted, but what it says touches somebody's rights and is seldom meant."""
    form = rules.form_of(fund, declaration.form)
    until = at + timedelta(days=form.confirm_within_days)
    is_reminded = 0 < form.confirm_reminder_days < form.confirm_within_days
    asked = replace(
        declaration,
        status=moved(MOVES, declaration.status, to=Status.TO_CONFIRM),
        technical=rules.technical_receipt(examined, is_passed=True, at=at),
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
