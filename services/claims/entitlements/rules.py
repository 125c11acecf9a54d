"""When work opens the right to care: any one of the fund's thresholds is enough (`shared/funds/definitions`)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction

from services.claims.entitlements.entitlement import (
    QUARTERS_KEPT_MAX,
    Entitlement,
    Reason,
    Right,
    RightStatus,
    Worked,
)
from shared.events.payments import DeclaredWage
from shared.funds.fund import FullQuarter, Fund, Threshold
from shared.funds.law import in_force
from shared.funds.period import later
from shared.kernel.errors import Missing

MONTHS_A_QUARTER = 3


class EntitlementUnknown(Missing):
    code = "right.unknown"


def declared(
    entitlement: Entitlement, wage: DeclaredWage, *, employer_id: str, establishment: str | None = None
) -> Entitlement:
    """The record with what an employer declared; a newer declaration of a quarter replaces the older one of the same
    establishment."""
    place = establishment or ""
    new = {
        (employer_id, place, period.year, period.quarter): Worked(
            employer_id=employer_id,
            year=period.year,
            quarter=period.quarter,
            duration=period.duration,
            unit=period.unit,
            establishment=place,
        )
        for period in wage.periods
    }
    kept = [each for each in entitlement.worked if _declared_by(each) not in new]
    worked = sorted([*kept, *new.values()], key=lambda each: (each.year, each.quarter, *_declared_by(each)))
    days = [first_day(each) for each in worked if each.duration > 0]
    starts = [day for day in (entitlement.insured_since_on, wage.entered_on, *days) if day is not None]
    return replace(
        entitlement, worked=tuple(worked[-QUARTERS_KEPT_MAX:]), insured_since_on=min(starts) if starts else None
    )


def decide(entitlement: Entitlement, *, fund: Fund, on: date) -> Right:
    """The right on a day. A quarter that has begun counts as far as it was declared."""
    rule = in_force(fund.entitlement, on=on)
    full = in_force(fund.full_quarter, on=on)
    since_on = entitlement.insured_since_on
    is_newcomer = since_on is not None and on < later(since_on, months=rule.newcomer_months)
    thresholds = rule.newcomers if is_newcomer and rule.newcomers else rule.thresholds
    if not any(_is_reached(threshold, entitlement.worked, full=full, on=on) for threshold in thresholds):
        return Right(status=RightStatus.CLOSED, reason=Reason.NOT_ENOUGH_WORK, decided_on=on)
    months = in_force(fund.entitlement_lifetime, on=on).months
    return Right(
        status=RightStatus.OPEN,
        reason=Reason.ENOUGH_WORK_AS_NEWCOMER if is_newcomer else Reason.ENOUGH_WORK,
        decided_on=on,
        valid_until=later(on, months=months),
    )


def is_open(entitlement: Entitlement, *, fund: Fund, on: date) -> bool:
    """Whether care on a day is covered: by the right as it was decided, or by the work done before that day."""
    if entitlement.right is not None and entitlement.right.covers(on):
        return True
    return decide(entitlement, fund=fund, on=on).status is RightStatus.OPEN


def first_day(worked: Worked) -> date:
    return date(worked.year, MONTHS_A_QUARTER * worked.quarter - 2, 1)


def _declared_by(worked: Worked) -> tuple[str, str, int, int]:
    return worked.employer_id, worked.establishment, worked.year, worked.quarter


def _is_reached(threshold: Threshold, worked: Iterable[Worked], *, full: FullQuarter, on: date) -> bool:
    this = _number(on.year, (on.month - 1) // MONTHS_A_QUARTER + 1)
    looked_at = [each for each in worked if this - threshold.quarters <= _number(each.year, each.quarter) <= this]
    days = sum((_full_quarters(each, full) * full.days for each in looked_at), Fraction(0))
    hours = sum((_full_quarters(each, full) * full.hours for each in looked_at), Fraction(0))
    return days >= threshold.days or (threshold.hours is not None and hours >= threshold.hours)


def _number(year: int, quarter: int) -> int:
    return year * 4 + quarter


def _full_quarters(worked: Worked, full: FullQuarter) -> Fraction:
    """How much of a full quarter was worked."""
    units = {"H": full.hours, "D": full.days, "M": MONTHS_A_QUARTER}[worked.unit]
    return Fraction(worked.duration, units)
