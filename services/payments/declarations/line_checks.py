"""The checks of one worker's line by itself. Those that look at other lines too are in `checks`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.payments.declarations.findings import Phrase, Remark, Severity, value
from services.payments.declarations.layouts.layout import Values
from services.payments.declarations.wages import MONTHS_PER_QUARTER, PeriodWage, Unit, WageLine
from shared.funds.fund import Fund
from shared.funds.law import NothingInForce, in_force
from shared.funds.period import Period
from shared.kernel.money import Money
from shared.kernel.partial_date import first_on, parts, whole

DURATION_MAX = {Unit.MONTH: MONTHS_PER_QUARTER, Unit.DAY: 92, Unit.HOUR: 999}
"""The longest work in a quarter. Hours are bounded by their three digits only: overtime counts."""


@dataclass(frozen=True)
class Floor:
    """The least lawful wage for a piece of work in one quarter, where the fund's definition knows one."""

    a_month: Money
    full_quarter: dict[Unit, int]

    def is_above(self, wage: PeriodWage) -> bool:
        """Whether the wage is below the minimum for its duration, compared without dividing."""
        least = self.a_month.amount_minor * MONTHS_PER_QUARTER * wage.duration
        return wage.wage_minor * self.full_quarter[wage.unit] < least


def floor(fund: Fund, *, on: date) -> Floor | None:
    """The floor that holds on a day; None where the fund's definition says nothing of that time."""
    try:
        minimum, full = in_force(fund.minimum_wages, on=on), in_force(fund.full_quarter, on=on)
    except NothingInForce:
        return None
    return Floor(minimum.a_month, {Unit.MONTH: MONTHS_PER_QUARTER, Unit.DAY: full.days, Unit.HOUR: full.hours})


def of_person(worker: WageLine, *, values: Values) -> Iterator[Remark]:
    """What is not known of the person. Others are known, and their wages are booked: nothing of it refuses a file."""
    if not worker.family_name and not worker.first_name:
        field = "family_name" if "family_name" in values else "full_name"
        yield Remark("wage-file.name-missing", field, Phrase("blank"), Phrase("letters"), Severity.WARNING)
    if "birth_on" in values:
        if worker.birth_on is None:
            yield Remark("wage-file.birth-date-missing", "birth_on", Phrase("blank"), Phrase("day"), Severity.WARNING)
        elif whole(worker.birth_on) is None:
            found = Phrase("month-and-year") if parts(worker.birth_on)[1] else Phrase("year-only")
            yield Remark("wage-file.birth-date-partial", "birth_on", found, Phrase("day"), Severity.WARNING)
    if "national_id" in values and worker.national_id is None:
        missing = "wage-file.national-id-missing"
        yield Remark(missing, "national_id", Phrase("blank"), severity=Severity.WARNING)


def of_employment(worker: WageLine, *, period: Period) -> Iterator[Remark]:
    """Birth, entry and exit, held against each other and against the period."""
    if worker.birth_on is not None and first_on(worker.birth_on) > period.last_on:
        yield Remark("wage-file.birth-date-after-period", "birth_on", Phrase("later-day"), Phrase("day"))
    if worker.entered_on is not None and worker.entered_on > period.last_on:
        yield Remark(
            "wage-file.entry-after-period", "entered_on", Phrase("later-day"), value(period.last_on.isoformat())
        )
    if worker.left_on is not None:
        if worker.entered_on is not None and worker.entered_on > worker.left_on:
            yield Remark("wage-file.exit-before-entry", "left_on", Phrase("earlier-day"), Phrase("day"))
        elif worker.left_on < period.first_on and worker.wages:
            expected = value(period.first_on.isoformat())
            yield Remark("wage-file.wage-after-exit", "left_on", Phrase("earlier-day"), expected, Severity.WARNING)


def of_wages(worker: WageLine, *, floors: dict[int, Floor | None]) -> Iterator[Remark]:
    """Each quarter's duration and wage, held against each other and against the legal minimum (a warning)."""
    if not worker.wages:
        yield Remark("wage-file.no-wages", "wage_1", Phrase("zeros"), Phrase("amount"), Severity.WARNING)
    for wage in worker.wages:
        least = floors[wage.quarter]
        if wage.duration > DURATION_MAX[wage.unit]:
            field, most = f"duration_{wage.quarter}", Phrase("at-most", {"count": DURATION_MAX[wage.unit]})
            yield Remark("wage-file.duration-too-long", field, value(wage.duration), most)
        elif not wage.duration:
            field = f"duration_{wage.quarter}"
            yield Remark("wage-file.wage-without-duration", field, Phrase("zeros"), severity=Severity.WARNING)
        elif not wage.wage_minor:
            field = f"wage_{wage.quarter}"
            yield Remark("wage-file.duration-without-wage", field, Phrase("zeros"), severity=Severity.WARNING)
        elif least is not None and least.is_above(wage):
            expected = Phrase("minimum-wage", {"amount": str(least.a_month)})
            field = f"wage_{wage.quarter}"
            yield Remark("wage-file.below-minimum", field, Phrase("below"), expected, Severity.WARNING)
