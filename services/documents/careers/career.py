"""A career: what employers declared that a person earned, period by period. Wages are personal and is stored
encrypted."""

from dataclasses import dataclass
from datetime import date

from shared.funds.period import Period, PeriodKind

UNITS = frozenset("HDM")


@dataclass(frozen=True, kw_only=True)
class CareerEntry:
    """One period in one establishment of an employer: the `number`th of its `kind` in the year, which ends in
    `quarter`; what releases before periods of other kinds kept has no number and is of the quarter. `duration` counts
    units: H hours, D days, M months.

    `declared_period` is that of the declaration (a year, a half-year, a quarter or a month), `revision` its number
    among those of the period.
    """

    employer_id: str
    year: int
    quarter: int
    duration: int
    unit: str
    wage_minor: int
    form: str
    declared_period: str
    declaration_id: str
    revision: int
    entered_on: date | None = None
    left_on: date | None = None
    establishment: str | None = None
    kind: PeriodKind = PeriodKind.QUARTER
    number: int | None = None

    def __post_init__(self) -> None:
        self.period  # noqa: B018 refuses a period that no year has
        if self.unit not in UNITS or self.duration < 0 or self.wage_minor < 0:
            raise ValueError("an entry counts hours, days or months, and neither time nor pay below nothing")

    @property
    def period(self) -> Period:
        return Period(self.year, kind=self.kind, number=self.number or self.quarter)


@dataclass(frozen=True, kw_only=True)
class Career:
    """All that was declared for a person, oldest quarter first.

    `leaning` are the numbers of papers that depend on it and become invalid when it changes.
    """

    person_ref: str
    entries: tuple[CareerEntry, ...] = ()
    leaning: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class DeclaredPage:
    """Whom a page of declared wages spoke of, so that a corrected declaration finds those that it leaves out.

    `scope` is what a later revision replaces: employer, establishment, form and period. `withdrawn_refs` are the
    persons of earlier revisions whom this page, the last of its revision to arrive (`is_last`), took out: whatever came
    before that revision is settled since. `leaning` are the papers that were made from the careers which it changed.
    """

    page_id: str
    scope: str
    revision: int
    person_refs: tuple[str, ...]
    withdrawn_refs: tuple[str, ...] = ()
    leaning: tuple[str, ...] = ()
    is_last: bool = False
    version: int = 0

    @property
    def touched_refs(self) -> tuple[str, ...]:
        """Everybody whose career this page changed."""
        return self.person_refs + self.withdrawn_refs


@dataclass(frozen=True, kw_only=True)
class CareerLine:
    """An entry as it is read, with the employer's name if the register has published it."""

    entry: CareerEntry
    employer_name: str | None


@dataclass(frozen=True, kw_only=True)
class CareerStatement:
    """A career as it is read: newest quarter first."""

    person_ref: str
    lines: tuple[CareerLine, ...]
    version: int
