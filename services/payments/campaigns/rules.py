"""Which campaign is on, what a filing adds to it, and how it stands. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain

from services.payments.campaigns.campaign import (
    HOURS_A_DAY,
    Board,
    BoardDay,
    BoardOffice,
    Campaign,
    CampaignDay,
    Filing,
)
from services.payments.declarations import rules as declarations
from services.payments.declarations.declaration import Declaration
from services.payments.employers.employer import Employer
from shared.funds.fund import Fund
from shared.funds.period import Period
from shared.kernel.csv_tables import csv_table
from shared.kernel.errors import Missing

CUT_OFF = ("…", "", "", "", "")
DAYS_MAX = 92
"""Shown of a campaign: a quarter, whatever comes later counts in the sums alone."""


class NoCampaign(Missing):
    """The fund has no form of declaration, or none of whose periods is over."""

    code = "campaign.none"


def campaign(fund: Fund, *, form: str | None, period: str | None, today: date) -> Campaign:
    """The campaign of a form and period; of the fund's first form and of the period that ended last, where none is
    named. `NoCampaign`, `FormUnknown`, `PeriodOfOtherKind`."""
    names = list(fund.declarations.forms)
    if not names:
        raise NoCampaign
    definition = declarations.form_of(fund, form or names[0])
    if period is not None:
        wanted = Period.read(period)
        if wanted.kind is not definition.period:
            raise declarations.PeriodOfOtherKind(period=period)
    else:
        running = Period.containing(today, kind=definition.period)
        wanted = Period.containing(running.first_on - timedelta(days=1), kind=definition.period)
    return Campaign(
        form=form or names[0],
        period=wanted,
        begins_on=wanted.last_on + timedelta(days=1),
        due_on=definition.due_on(wanted, calendar=fund.calendar),
    )


def year_before(fund: Fund, of: Campaign) -> Campaign:
    """The campaign of the same form a year earlier."""
    earlier = Period(of.period.year - 1, kind=of.period.kind, number=of.period.number)
    return campaign(fund, form=of.form, period=str(earlier), today=of.begins_on)


def filing(accepted: Declaration, *, replaced: Declaration | None, fund: Fund) -> Filing:
    """What an accepted declaration adds to its campaign."""
    local = accepted.received_at.astimezone(fund.zone)
    return Filing(
        declaration_id=accepted.declaration_id,
        form=accepted.form,
        period=accepted.period,
        employer_id=accepted.employer_id,
        office=fund.declarations.office_of(accepted.employer_id),
        received_at=accepted.received_at,
        on=local.date(),
        hour=local.hour,
        workers=_workers(accepted) - _workers(replaced),
    )


def _workers(declaration: Declaration | None) -> int:
    return declaration.booked.workers if declaration is not None and declaration.booked is not None else 0


def count(filings: Iterable[Filing], *, known: Collection[tuple[str, str, str]]) -> list[Filing]:
    """The filings as counted: the first of an employer is the one that no other was counted before. `known` are the
    employers of which one was, by form, period and employer."""
    seen = set(known)
    counted = []
    for each in filings:
        employer = (each.form, each.period, each.employer_id)
        counted.append(replace(each, is_counted=True, is_employers_first=employer not in seen))
        seen.add(employer)
    return counted


def day_of(filing: Filing, *, at: datetime) -> CampaignDay:
    """The day that a filing counts in, before anything was counted."""
    return CampaignDay(
        day_id=f"{filing.form}/{filing.period}/{filing.on.isoformat()}/{filing.office}",
        form=filing.form,
        period=filing.period,
        on=filing.on,
        office=filing.office,
        changed_at=at,
    )


def added(day: CampaignDay, filing: Filing, *, at: datetime) -> CampaignDay:
    """A day with one filing more."""
    by_hour = tuple(count + (hour == filing.hour) for hour, count in enumerate(day.by_hour))
    return replace(
        day,
        changed_at=at,
        employers=day.employers + filing.is_employers_first,
        declarations=day.declarations + 1,
        workers=day.workers + filing.workers,
        by_hour=by_hour,
    )


def board(
    now: Campaign,
    before: Campaign,
    *,
    days: Sequence[CampaignDay],
    days_before: Sequence[CampaignDay],
    employers_due: int,
    today: date,
) -> Board:
    """How a campaign stands on a day. Last year's is held against it by how many days had passed since its beginning,
    so that a campaign that is not over is not compared with a whole one."""
    passed = (today - now.begins_on).days
    until_before = [day for day in days_before if (day.on - before.begins_on).days <= passed]
    return Board(
        campaign=now,
        before=before,
        as_of=today,
        employers_due=employers_due,
        employers=sum(day.employers for day in days),
        declarations=sum(day.declarations for day in days),
        workers=sum(day.workers for day in days),
        workers_before=sum(day.workers for day in until_before),
        workers_before_in_all=sum(day.workers for day in days_before),
        days=_days(now, before, days, days_before, today=today),
        offices=_offices(days, until_before),
        by_hour=_by_hour(days),
        by_hour_today=_by_hour([day for day in days if day.on == today]),
    )


def _days(
    now: Campaign,
    before: Campaign,
    days: Sequence[CampaignDay],
    days_before: Sequence[CampaignDay],
    *,
    today: date,
) -> list[BoardDay]:
    last = min(DAYS_MAX - 1, max((now.due_on - now.begins_on).days, (today - now.begins_on).days))
    declarations, workers, workers_before = Counter[date](), Counter[date](), Counter[date]()
    for day in days:
        declarations[day.on] += day.declarations
        workers[day.on] += day.workers
    for day in days_before:
        workers_before[day.on] += day.workers
    passed = [timedelta(days=each) for each in range(last + 1)]
    return [
        BoardDay(
            on=now.begins_on + each,
            declarations=declarations[now.begins_on + each],
            workers=workers[now.begins_on + each],
            workers_before=workers_before[before.begins_on + each],
        )
        for each in passed
    ]


def _offices(days: Sequence[CampaignDay], days_before: Sequence[CampaignDay]) -> list[BoardOffice]:
    employers, workers, workers_before = Counter[str](), Counter[str](), Counter[str]()
    for day in days:
        employers[day.office] += day.employers
        workers[day.office] += day.workers
    for day in days_before:
        workers_before[day.office] += day.workers
    found = [
        BoardOffice(office=name, employers=employers[name], workers=workers[name], workers_before=workers_before[name])
        for name in {*workers, *workers_before}
        if name
    ]
    return sorted(found, key=lambda each: (-max(each.workers, each.workers_before), each.office))


def _by_hour(days: Iterable[CampaignDay]) -> list[int]:
    by_hour = [0] * HOURS_A_DAY
    for day in days:
        by_hour = [count + more for count, more in zip(by_hour, day.by_hour, strict=True)]
    return by_hour


def silent(employers: Iterable[Employer], *, filed: Collection[str], of: Campaign) -> list[Employer]:
    """Those from whom a declaration is due and nothing came: affiliated when the period ended."""
    return [each for each in employers if each.affiliated_on <= of.period.last_on and each.employer_id not in filed]


def as_csv(employers: Sequence[Employer], *, fund: Fund, rows_max: int) -> bytes:
    """Employers as a table; where there are more than its rows, a last one of three dots says so."""
    office_of = fund.declarations.office_of
    rows = (
        (each.employer_id, each.name, office_of(each.employer_id), each.sector, each.affiliated_on)
        for each in employers[:rows_max]
    )
    more = [CUT_OFF] if len(employers) > rows_max else []
    return csv_table(("employer_id", "name", "office", "sector", "affiliated_on"), chain(rows, more))
