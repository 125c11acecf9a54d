"""The checks of one worker's line by itself. Those that look at other lines too are in `checks`."""

from collections.abc import Iterator, Mapping

from services.payments.declarations.findings import Phrase, Remark, Severity, day, value
from services.payments.declarations.layouts.layout import Values
from services.payments.declarations.wages import Unit, WageLine
from shared.funds.period import Period, PeriodKind
from shared.kernel.partial_date import first_on, parts, whole

DAYS_MAX = {PeriodKind.MONTH: 31, PeriodKind.QUARTER: 92, PeriodKind.HALF_YEAR: 184, PeriodKind.YEAR: 366}
HOURS_A_MONTH_MAX = 333
"""Bounded by the three digits of a quarter's hours only: overtime counts."""


def duration_max(kind: PeriodKind) -> dict[Unit, int]:
    """The longest work in a period of a kind."""
    return {Unit.MONTH: kind.months, Unit.DAY: DAYS_MAX[kind], Unit.HOUR: HOURS_A_MONTH_MAX * kind.months}


def of_person(worker: WageLine, *, values: Values) -> Iterator[Remark]:
    """What is not known of the person. Others are known, and their wages are booked: nothing of it refuses a file."""
    if not worker.family_name and not worker.first_name:
        field = "family_name" if "family_name" in values else "full_name"
        yield Remark("wage-file.name-missing", field, Phrase("blank"), Phrase("letters"), Severity.WARNING)
    if "birth_on" in values:
        if worker.birth_on is None:
            yield Remark(
                "wage-file.birth-date-missing", "birth_on", Phrase("blank"), Phrase("valid-day"), Severity.WARNING
            )
        elif whole(worker.birth_on) is None:
            found = Phrase("month-and-year") if parts(worker.birth_on)[1] else Phrase("year-only")
            yield Remark("wage-file.birth-date-partial", "birth_on", found, Phrase("valid-day"), Severity.WARNING)
    if "national_id" in values and worker.national_id is None:
        missing = "wage-file.national-id-missing"
        yield Remark(missing, "national_id", Phrase("blank"), severity=Severity.WARNING)


def of_employment(worker: WageLine, *, period: Period) -> Iterator[Remark]:
    """Birth, entry and exit, held against each other and against the period."""
    if worker.birth_on is not None and first_on(worker.birth_on) > period.last_on:
        yield Remark("wage-file.birth-date-after-period", "birth_on", Phrase("later-day"), Phrase("valid-day"))
    if worker.entered_on is not None and worker.entered_on > period.last_on:
        yield Remark("wage-file.entry-after-period", "entered_on", Phrase("later-day"), day(period.last_on))
    if worker.left_on is not None and worker.entered_on is not None and worker.entered_on > worker.left_on:
        yield Remark("wage-file.exit-before-entry", "left_on", Phrase("earlier-day"), Phrase("valid-day"))


def of_durations(worker: WageLine, *, most: Mapping[Unit, int]) -> Iterator[Remark]:
    """Durations that no such period can hold (`duration_max`)."""
    for wage in worker.wages:
        if wage.duration > most[wage.unit]:
            field, expected = f"duration_{wage.quarter}", Phrase("at-most", {"count": most[wage.unit]})
            yield Remark("wage-file.duration-too-long", field, value(wage.duration), expected)
