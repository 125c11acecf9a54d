"""Findings that the check of the lines cannot make: from the register, the rates, the other declarations of the period.
Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from services.payments.declarations.declaration import Declaration, Intake
from services.payments.declarations.findings import RANKS, FileRole, Finding, Remark, Severity, value
from services.payments.declarations.report import FINDINGS_MAX, Report
from shared.funds.period import PeriodKind


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


def finding(remark: Remark, *, line: int, column: int, parts: PeriodKind) -> Finding:
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
        parts=parts,
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


def naming_files(report: Report, names: Mapping[FileRole, str]) -> Report:
    """The report with the name that the sender gave to the file of each finding."""
    findings = tuple(replace(each, file_name=names.get(each.file, each.file_name)) for each in report.findings)
    return replace(report, findings=findings)
