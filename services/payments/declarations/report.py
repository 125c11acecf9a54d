"""The result of checking a declaration's files: the findings, as many as are kept, and what the files add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.payments.declarations.findings import RANKS, Finding, Severity
from shared.funds.contributions import ContributionSide

FINDINGS_MAX = 1_000
"""More than anyone corrects by hand; the report has the number of those beyond it."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a check found. `wages_minor` and `by_part` are sums of the lines that could be read, the latter by
    the number of the period in its year that wages are told of; `bounded` are the sums of the shares that have a floor
    or a ceiling for each person, by that number."""

    findings: tuple[Finding, ...]
    errors: int
    warnings: int
    lines: int
    workers: int
    wages_minor: int
    by_part: Mapping[int, int]
    is_complement: bool
    confirms: int = 0
    """How many findings the employer has to confirm."""
    bounded: Mapping[int, Mapping[ContributionSide, int]] = field(default_factory=dict)
    capped: Mapping[int, int] = field(default_factory=dict)
    """The parts of the wages that branches with a ceiling are paid on, where the fund has any, by that number."""
    establishment: str = ""
    """The code of the place of work that every line names; empty where the layout has none."""

    @property
    def unreported(self) -> int:
        """How many findings are not listed."""
        return self.errors + self.confirms + self.warnings - len(self.findings)

    @property
    def is_accepted(self) -> bool:
        """Whether the files may be booked, once what is to be confirmed is."""
        return self.errors == 0


class Notes:
    """Gathers findings up to a limit and counts the rest. A graver one takes the place of a lighter when it is full."""

    def __init__(self, *, findings_max: int = FINDINGS_MAX) -> None:
        self._findings: list[Finding] = []
        self._findings_max = findings_max
        self._listed = dict.fromkeys(Severity, 0)
        self.counts = dict.fromkeys(Severity, 0)

    def add(self, finding: Finding) -> None:
        self.counts[finding.severity] += 1
        if len(self._findings) < self._findings_max:
            self._findings.append(finding)
            self._listed[finding.severity] += 1
            return
        lighter = [each for each in Severity if RANKS[each] > RANKS[finding.severity] and self._listed[each]]
        if lighter:
            out = max(lighter, key=RANKS.__getitem__)
            last = max(at for at, kept in enumerate(self._findings) if kept.severity is out)
            self._findings[last] = finding
            self._listed[out] -= 1
            self._listed[finding.severity] += 1

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._findings)
