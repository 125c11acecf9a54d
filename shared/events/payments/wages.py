"""The wages of an accepted declaration, page by page, in both versions that are published."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.events.declaring import event

QUARTER = "quarter"


@dataclass(frozen=True, kw_only=True)
class WagePeriod:
    """What was earned in one quarter; `duration` counts units: H hours, D days, M months."""

    year: int
    quarter: int
    duration: int
    unit: str
    wage_minor: int


@dataclass(frozen=True, kw_only=True)
class DeclaredWage:
    """One worker's line of a declaration. `is_withdrawn`: the declaration no longer names the person, whom the one
    before named."""

    person_ref: str
    periods: tuple[WagePeriod, ...]
    entered_on: date | None = None
    left_on: date | None = None
    is_withdrawn: bool = False


@event(case="declaration_id")
class WagesDeclared:
    """A page of an accepted declaration, by quarters; claims opens rights from it, documents writes careers.

    Pages count from 1 to `pages`. What an employer declares for one `establishment` says nothing of its others. It is
    published beside version 2 until its last reaction has moved, of declarations that give wages by quarters only;
    `has_version_2` informs consumers of both that the same page comes as version 2 too.
    """

    declaration_id: str
    employer_id: str
    form: str
    period: str
    revision: int
    page: int
    pages: int
    currency: str
    wages: tuple[DeclaredWage, ...]
    accepted_at: datetime
    establishment: str | None = None
    has_version_2: bool = False


@dataclass(frozen=True, kw_only=True)
class WagePeriodV2:
    """What was earned in one period: the year, the half-year, quarter or month (`kind`) of a `number` from 1;
    `duration` counts units: H hours, D days, M months."""

    year: int
    kind: str
    number: int
    duration: int
    unit: str
    wage_minor: int


@dataclass(frozen=True, kw_only=True)
class DeclaredWageV2:
    """One worker's line of a declaration. `is_withdrawn`: the declaration no longer names the person, whom the one
    before named."""

    person_ref: str
    periods: tuple[WagePeriodV2, ...]
    entered_on: date | None = None
    left_on: date | None = None
    is_withdrawn: bool = False


@event(case="declaration_id", version=2)
class WagesDeclaredV2:
    """A page of an accepted declaration, by periods of any kind; claims opens rights from it, documents writes careers.

    Pages count from 1 to `pages`. What an employer declares for one `establishment` says nothing of its others.
    """

    declaration_id: str
    employer_id: str
    form: str
    period: str
    revision: int
    page: int
    pages: int
    currency: str
    wages: tuple[DeclaredWageV2, ...]
    accepted_at: datetime
    establishment: str | None = None


def in_version_2(page: WagesDeclared) -> WagesDeclaredV2:
    """The same page as version 2 says it."""
    return WagesDeclaredV2(
        declaration_id=page.declaration_id,
        employer_id=page.employer_id,
        form=page.form,
        period=page.period,
        revision=page.revision,
        page=page.page,
        pages=page.pages,
        currency=page.currency,
        wages=tuple(
            DeclaredWageV2(
                person_ref=wage.person_ref,
                periods=tuple(
                    WagePeriodV2(
                        year=each.year,
                        kind=QUARTER,
                        number=each.quarter,
                        duration=each.duration,
                        unit=each.unit,
                        wage_minor=each.wage_minor,
                    )
                    for each in wage.periods
                ),
                entered_on=wage.entered_on,
                left_on=wage.left_on,
                is_withdrawn=wage.is_withdrawn,
            )
            for wage in page.wages
        ),
        accepted_at=page.accepted_at,
        establishment=page.establishment,
    )


def in_version_1(page: WagesDeclaredV2) -> WagesDeclared | None:
    """The same page for those who read version 1; None where a wage is of another period than a quarter."""
    if any(each.kind != QUARTER for wage in page.wages for each in wage.periods):
        return None
    return WagesDeclared(
        declaration_id=page.declaration_id,
        employer_id=page.employer_id,
        form=page.form,
        period=page.period,
        revision=page.revision,
        page=page.page,
        pages=page.pages,
        currency=page.currency,
        wages=tuple(
            DeclaredWage(
                person_ref=wage.person_ref,
                periods=tuple(
                    WagePeriod(
                        year=each.year,
                        quarter=each.number,
                        duration=each.duration,
                        unit=each.unit,
                        wage_minor=each.wage_minor,
                    )
                    for each in wage.periods
                ),
                entered_on=wage.entered_on,
                left_on=wage.left_on,
                is_withdrawn=wage.is_withdrawn,
            )
            for wage in page.wages
        ),
        accepted_at=page.accepted_at,
        establishment=page.establishment,
        has_version_2=True,
    )
