"""On which days a fund works, and how its delays are counted: the one place that knows weekends and holidays. Pure.

Public holidays are those that the `holidays` package lists for the fund's country; the fund's definition adds days,
takes some away and moves others. Days of the lunar calendar are estimates until the fund confirms them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, cached_property
from typing import Protocol

import holidays as published
from holidays.utils import list_supported_countries

from shared.funds.faults import refuse
from shared.funds.law import Law
from shared.funds.texts import Texts

CLOSED_DAYS_MAX = 60
"""How many days in a row a fund may be closed: a calendar that closes longer is a mistake in its definition."""
WORKING_DAYS_MAX = 1000
"""The longest delay that is counted in working days."""
CALENDAR_DAYS_MAX = 36_600
"""The longest of all: a century."""
HOLIDAYS_MAX = 400
"""Overrides in each list of a fund."""
_LEAP_YEAR = 2000
_EVERY = re.compile("[0-9]{2}-[0-9]{2}", re.ASCII)


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class DayCount(StrEnum):
    """Which days a delay counts."""

    CALENDAR_DAYS = "calendar-days"
    WORKING_DAYS = "working-days"


class WhenClosed(StrEnum):
    """What happens to a last day on which the fund does not work."""

    STAYS = "stays"
    NEXT_WORKING_DAY = "next-working-day"
    PREVIOUS_WORKING_DAY = "previous-working-day"


class Delay(Protocol):
    """Any delay of a fund's definition, by how it is counted."""

    @property
    def counted_in(self) -> DayCount: ...

    @property
    def when_closed(self) -> WhenClosed: ...


def check_delay(by: Delay, *days: int) -> None:
    """ValueError where a delay cannot be counted."""
    if min(days) < 0:
        raise ValueError("a delay is not negative")
    if by.counted_in is DayCount.WORKING_DAYS and max(days) > WORKING_DAYS_MAX:
        raise ValueError(f"at most {WORKING_DAYS_MAX} working days are counted")
    if max(days) > CALENDAR_DAYS_MAX:
        raise ValueError(f"a delay is at most {CALENDAR_DAYS_MAX} days")


# --- What a fund says -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AddedHoliday:
    """A day on which the fund does not work: one day (`day`), or the same day of each year (`every`, such as 05-01) for
    as long as the law holds."""

    names: Texts
    law: Law
    day: date | None = None
    every: str | None = None
    is_estimated: bool = False
    """Whether the day is an estimate, as days of the lunar calendar are until they are announced."""

    def __post_init__(self) -> None:
        refuse(_day_faults(self.day, self.every, self.law))


@dataclass(frozen=True, kw_only=True)
class RemovedHoliday:
    """A public holiday of the country on which the fund works: one day, or the same day of each year."""

    law: Law
    day: date | None = None
    every: str | None = None

    def __post_init__(self) -> None:
        refuse(_day_faults(self.day, self.every, self.law))


@dataclass(frozen=True, kw_only=True)
class MovedHoliday:
    """An estimated holiday that was announced for another day. What else is celebrated on `day` stays where it is.
    `to` may be the same day: it is then certain."""

    day: date
    to: date
    law: Law


@dataclass(frozen=True, kw_only=True)
class Holidays:
    """The holidays of a fund: those of its country, as it changes them."""

    is_national: bool = True
    """Whether the public holidays of the country count. Of a country that the `holidays` package does not know there
    are none: the fund writes its holidays out under `added`."""
    added: tuple[AddedHoliday, ...] = ()
    removed: tuple[RemovedHoliday, ...] = ()
    moved: tuple[MovedHoliday, ...] = ()
    named: Mapping[str, Texts] | None = None
    """What the fund calls holidays of its country, by their English name in the package, which does not speak every
    language of every country."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if max(len(self.added), len(self.removed), len(self.moved)) > HOLIDAYS_MAX:
            yield f"more than {HOLIDAYS_MAX} days in one list"
        days = [each.day for each in self.moved]
        if len(set(days)) < len(days):
            yield "moved says the same day twice"


USUAL_HOLIDAYS = Holidays()
"""Where the fund's definition says nothing: those of its country."""


def _day_faults(day: date | None, every: str | None, law: Law) -> Iterator[str]:
    if (day is None) == (every is None):
        yield "say either day (one day) or every (the same day of each year)"
    if every is not None and _in_year(every, _LEAP_YEAR) is None:
        yield "every is a month and a day, such as 05-01"
    if day is not None and not law.holds_on(day):
        yield "the law does not hold on that day"


def _in_year(every: str, year: int) -> date | None:
    """The day of a year, or None where there is none: a 29 February, or what is no day at all."""
    try:
        return date.fromisoformat(f"{year:04d}-{every}") if _EVERY.fullmatch(every) else None
    except ValueError:
        return None


# --- The calendar -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """A holiday as the fund has it. An estimated one may still move by a day or two."""

    on: date
    names: Texts
    is_estimated: bool = False

    @property
    def key(self) -> str:
        """Its place in a list of holidays."""
        return f"{self.on.isoformat()} {'estimated' if self.is_estimated else 'certain'}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Calendar:
    """On which days a fund works."""

    country: str
    languages: tuple[str, ...]
    weekend: tuple[Weekday, ...]
    holidays: Holidays = USUAL_HOLIDAYS
    _years: dict[int, tuple[Holiday, ...]] = field(default_factory=dict, init=False, repr=False)

    def holidays_in(self, year: int) -> tuple[Holiday, ...]:
        """The holidays of a year, in order; a day may have two."""
        if year not in self._years:
            self._years[year] = tuple(sorted(self._of_year(year), key=lambda each: each.key))
        return self._years[year]

    def faults(self) -> Iterator[str]:
        """What the fund moves although nothing can move from there: no holiday of its country is an estimate on that
        day, and none is known on the other, as where the package has learnt of the announcement meanwhile."""
        for each in self.holidays.moved:
            national = tuple(self._national(each.day.year)) if self.holidays.is_national else ()
            estimated = sorted({one.on for one in national if one.is_estimated})
            is_known = any(one.on == each.to and not one.is_estimated for one in national)
            if each.day not in estimated and not is_known:
                there_are = ", ".join(day.isoformat() for day in estimated) or "none"
                yield (
                    f"holidays.moved: no holiday is estimated on {each.day.isoformat()}; "
                    f"estimated in {each.day.year} are: {there_are}"
                )

    def works_on(self, day: date) -> bool:
        """Whether the fund works on a day."""
        return day.weekday() not in self._days_off and all(each.on != day for each in self.holidays_in(day.year))

    def working_day(self, day: date, *, when_closed: WhenClosed) -> date:
        """A day, or the nearest working day after or before it where the fund does not work then."""
        if when_closed is WhenClosed.STAYS:
            return day
        step = timedelta(days=1 if when_closed is WhenClosed.NEXT_WORKING_DAY else -1)
        for _ in range(CLOSED_DAYS_MAX):
            if self.works_on(day):
                return day
            day += step
        raise ValueError(f"the fund is closed for {CLOSED_DAYS_MAX} days in a row")

    def after(self, day: date, *, days: int, by: Delay) -> date:
        """The last day of a delay of so many days. The day that it is counted from is not counted."""
        if by.counted_in is DayCount.CALENDAR_DAYS:
            return self.working_day(day + timedelta(days=days), when_closed=by.when_closed)
        return self.working_day(self.working_days_from(day, days=days), when_closed=by.when_closed)

    def working_days_from(self, day: date, *, days: int) -> date:
        """The working day so many working days after a day; before it where `days` is below zero."""
        when_closed = WhenClosed.NEXT_WORKING_DAY if days >= 0 else WhenClosed.PREVIOUS_WORKING_DAY
        step = timedelta(days=1 if days >= 0 else -1)
        for _ in range(abs(days)):
            day = self.working_day(day + step, when_closed=when_closed)
        return day

    @cached_property
    def _days_off(self) -> frozenset[int]:
        return frozenset(list(Weekday).index(each) for each in self.weekend)

    def _of_year(self, year: int) -> Iterator[Holiday]:
        """Moved first, then taken away, then added: what the fund adds is never taken away again."""
        own = self.holidays
        moves = {each.day: each.to for each in own.moved}
        taken = {_day_of(each, year) for each in own.removed} - {None}
        from_years = (
            sorted({year, *(on.year for on, to in moves.items() if to.year == year)}) if own.is_national else []
        )
        for each in (found for one in from_years for found in self._national(one)):
            moved = each
            if each.is_estimated and each.on in moves:
                moved = replace(each, on=moves[each.on], is_estimated=False)
            if moved.on.year == year and moved.on not in taken:
                yield moved
        for added in own.added:
            on = _day_of(added, year)
            if on is not None:
                yield Holiday(on=on, names=added.names, is_estimated=added.is_estimated)

    def _national(self, year: int) -> Iterator[Holiday]:
        """The country's own. Names are put together by day and by whether they are estimates: the package orders those
        of one day differently in each language."""
        named = self.holidays.named or {}
        by_language = {language: _published(self.country, language, year) for language in self.languages}
        for (on, is_estimated), english in _published(self.country, "en", year).items():
            yield Holiday(
                on=on,
                names={
                    language: ", ".join(named[each][language] for each in english)
                    if all(each in named for each in english)
                    else ", ".join(found[on, is_estimated])
                    for language, found in by_language.items()
                },
                is_estimated=is_estimated,
            )


def _day_of(each: AddedHoliday | RemovedHoliday, year: int) -> date | None:
    """The day that an override means in a year, where it means one and its law holds then."""
    day = each.day if each.day is not None else _in_year(each.every or "", year)
    return day if day is not None and day.year == year and each.law.holds_on(day) else None


@cache
def _published(country: str, language: str, year: int) -> Mapping[tuple[date, bool], tuple[str, ...]]:
    """The names of the public holidays of a country that is known, by day and whether they are estimates, in a
    language, or in English or the country's own where the package does not speak it."""
    if country not in _countries():
        return {}
    spoken = published.country_holidays(country, expand=False).supported_languages
    of_language = (next((each for each in spoken if each.split("_")[0] == one), None) for one in (language, "en"))
    listed = published.country_holidays(
        country, years=year, expand=False, language=next((each for each in of_language if each), None)
    )
    label = listed.tr(getattr(listed, "estimated_label", None) or "%s").replace("%s", "").strip()
    found: dict[tuple[date, bool], tuple[str, ...]] = {}
    for on in sorted(each for each in listed if each.year == year):
        for name in listed.get_list(on):
            is_estimated = bool(label) and label in name
            bare = name.replace(label, "").strip() if is_estimated else name
            found[on, is_estimated] = (*found.get((on, is_estimated), ()), bare)
    return found


@cache
def _countries() -> frozenset[str]:
    return frozenset(list_supported_countries(include_aliases=False))
