"""Which campaign is on, what counts in it, and what it is held against."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.payments.campaigns import rules
from services.payments.campaigns.campaign import CampaignDay, Filing
from services.payments.declarations.rules import FormUnknown, PeriodOfOtherKind
from services.payments.employers.employer import Employer
from shared.funds.period import Period
from tests.kit.contexts import DZ, TN, funds

NOW = rules.campaign(funds()[DZ], form=None, period=None, today=date(2026, 1, 20))
BEFORE = rules.year_before(funds()[DZ], NOW)
RECEIVED = datetime(2026, 1, 20, 23, 30, tzinfo=UTC)


def filed(number: int, *, employer: str = "1600000001", **facts: Any) -> Filing:
    return Filing(
        **{
            "declaration_id": f"d{number}",
            "form": "das",
            "period": "2025",
            "employer_id": employer,
            "office": employer[:2],
            "received_at": RECEIVED,
            "on": date(2026, 1, 21),
            "hour": 0,
            "workers": 10,
            **facts,
        }
    )


def day(on: date, *, office: str = "16", workers: int = 10, hour: int = 9, period: str = "2025") -> CampaignDay:
    by_hour = tuple(int(each == hour) for each in range(24))
    return CampaignDay(
        day_id=f"das/{period}/{on}/{office}",
        form="das",
        period=period,
        on=on,
        office=office,
        changed_at=RECEIVED,
        employers=1,
        declarations=1,
        workers=workers,
        by_hour=by_hour,
    )


@pytest.mark.parametrize(
    ("fund", "today", "period", "begins_on", "due_on"),
    [
        (DZ, date(2026, 1, 1), "2025", date(2026, 1, 1), date(2026, 1, 31)),
        (DZ, date(2025, 12, 31), "2024", date(2025, 1, 1), date(2025, 1, 31)),
        (TN, date(2026, 4, 10), "2026-Q1", date(2026, 4, 1), date(2026, 4, 15)),
        (TN, date(2026, 1, 2), "2025-Q4", date(2026, 1, 1), date(2026, 1, 15)),
    ],
)
def test_the_campaign_is_that_of_the_period_that_ended_last(
    fund: str, today: date, period: str, begins_on: date, due_on: date
) -> None:
    found = rules.campaign(funds()[fund], form=None, period=None, today=today)
    assert (found.period_text, found.begins_on, found.due_on) == (period, begins_on, due_on)


def test_a_campaign_that_is_named_is_one_of_the_fund() -> None:
    assert rules.campaign(funds()[TN], form="quarterly-wages", period="2024-Q2", today=date(2026, 1, 2)).period == (
        Period.read("2024-Q2")
    )
    with pytest.raises(FormUnknown):
        rules.campaign(funds()[DZ], form="nothing", period=None, today=date(2026, 1, 2))
    with pytest.raises(PeriodOfOtherKind):
        rules.campaign(funds()[DZ], form="das", period="2025-Q1", today=date(2026, 1, 2))


def test_an_employer_is_counted_once_however_often_it_files() -> None:
    known = {("das", "2025", "1600000003")}
    counted = rules.count([filed(1), filed(2), filed(3, employer="1600000003"), filed(4, period="2024")], known=known)
    assert [each.is_employers_first for each in counted] == [True, False, False, True]
    assert all(each.is_counted for each in counted)


def test_a_filing_counts_in_its_day_and_hour() -> None:
    (counted,) = rules.count([filed(1, workers=-3)], known=())
    found = rules.added(rules.added(rules.day_of(counted, at=RECEIVED), counted, at=RECEIVED), filed(2), at=RECEIVED)
    assert (found.employers, found.declarations, found.workers) == (1, 2, 7)
    assert found.by_hour[0] == 2 and sum(found.by_hour) == 2


def board(*days: CampaignDay, before: tuple[CampaignDay, ...] = (), today: date = date(2026, 1, 20)) -> Any:
    return rules.board(NOW, BEFORE, days=days, days_before=before, employers_due=5, today=today)


def test_last_year_is_counted_up_to_the_same_day_of_its_campaign() -> None:
    found = board(
        day(date(2026, 1, 20), workers=40),
        before=(day(date(2025, 1, 20), workers=30), day(date(2025, 1, 21), workers=70)),
    )
    assert (found.workers, found.workers_before, found.workers_before_in_all) == (40, 30, 100)
    of_day = found.days[19]
    assert (of_day.on, of_day.workers, of_day.workers_before) == (date(2026, 1, 20), 40, 30)
    assert (len(found.days), found.days[-1].on, found.days[20].workers_before) == (31, NOW.due_on, 70)
    assert (found.employers, found.silent) == (1, 4)


def test_what_came_late_is_shown_for_a_quarter_and_counted_for_good() -> None:
    late = NOW.begins_on + timedelta(days=300)
    found = board(day(late, workers=7), today=late)
    assert len(found.days) == rules.DAYS_MAX
    assert found.workers == 7 and found.by_hour_today[9] == 1


def test_offices_are_those_of_either_year_the_largest_first() -> None:
    found = board(
        day(date(2026, 1, 2), office="16", workers=5),
        day(date(2026, 1, 3), office="31", workers=9),
        before=(day(date(2025, 1, 2), office="25", workers=7),),
    )
    assert [(each.office, each.workers, each.workers_before) for each in found.offices] == [
        ("31", 9, 0),
        ("25", 0, 7),
        ("16", 5, 0),
    ]


def test_silent_is_who_was_there_and_sent_nothing() -> None:
    def employer(number: int, affiliated_on: date) -> Employer:
        return Employer(
            employer_id=f"160000000{number}",
            name="=SARL",
            sector="retail",
            is_open=True,
            affiliated_on=affiliated_on,
            language="fr",
            registered_at=RECEIVED,
        )

    ends_on = NOW.period.last_on
    employers = [employer(1, ends_on), employer(2, ends_on + timedelta(days=1)), employer(3, date(2015, 1, 1))]
    found = rules.silent(employers, filed={"1600000003"}, of=NOW)
    assert [each.employer_id for each in found] == ["1600000001"]
    rows = ["employer_id,name,office,sector,affiliated_on", "1600000001,'=SARL,16,retail,2025-12-31"]
    assert rules.as_csv(found, fund=funds()[DZ], rows_max=1).decode("utf-8-sig").splitlines() == rows
    cut = rules.as_csv([*found, employers[2]], fund=funds()[DZ], rows_max=1)
    assert cut.decode("utf-8-sig").splitlines() == [*rows, "…,,,,"], "it says that there are more"
