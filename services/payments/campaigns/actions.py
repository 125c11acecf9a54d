"""What payments does with campaigns: note each filing, count them, and say how a campaign stands."""

from collections import defaultdict

from services.payments.campaigns import rules, store
from services.payments.campaigns.campaign import Board, Campaign, Filing
from services.payments.declarations.declaration import Declaration
from services.payments.employers import store as employers
from services.payments.employers.employer import Employer
from shared.kernel.outcome import Outcome
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

COUNTED_AT_ONCE_MAX = 200
PAGES_LOOKED_AT_MAX = 20
"""Of open employers, for one page of those from whom nothing came; the next page goes on where this one ended."""
LISTED_MAX = 20_000
"""Employers in one file."""


def note_filing(uow: UnitOfWork, accepted: Declaration, *, replaced: Declaration | None) -> None:
    """A declaration was accepted: an insertion of its own, so that no two acceptances wait for each other."""
    store.filings.save(uow, Outcome(rules.filing(accepted, replaced=replaced, fund=uow.fund)))


def is_any_waiting(uow: UnitOfWork) -> bool:
    """Whether a filing is not counted yet."""
    return bool(store.uncounted(uow, limit=1))


def count(uow: UnitOfWork) -> int:
    """Count filings that are not counted yet; how many."""
    waiting = store.uncounted(uow, limit=COUNTED_AT_ONCE_MAX)
    counted = rules.count(waiting, known=_known(uow, waiting))
    empty = {day.day_id: day for day in (rules.day_of(each, at=uow.at) for each in counted)}
    days = {**empty, **store.days.find_many(uow, empty)}
    for each in counted:
        day_id = rules.day_of(each, at=uow.at).day_id
        days[day_id] = rules.added(days[day_id], each, at=uow.at)
    if counted:
        store.days.save_many(uow, days.values(), part_of=counted[0].declaration_id)
        store.filings.save_many(uow, counted, part_of=counted[0].declaration_id)
    return len(counted)


def _known(uow: UnitOfWork, filings: list[Filing]) -> set[tuple[str, str, str]]:
    by_campaign: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in filings:
        by_campaign[each.form, each.period].add(each.employer_id)
    return {
        (form, period, employer_id)
        for (form, period), employer_ids in by_campaign.items()
        for employer_id in store.employers_filed(uow, form=form, period=period, employer_ids=employer_ids)
    }


def board(uow: UnitOfWork, *, form: str | None, period: str | None) -> Board:
    """How a campaign stands beside the one of the year before. `NoCampaign`, `FormUnknown`, `PeriodOfOtherKind`."""
    now = rules.campaign(uow.fund, form=form, period=period, today=uow.today)
    before = rules.year_before(uow.fund, now)
    return rules.board(
        now,
        before,
        days=store.days_of(uow, now),
        days_before=store.days_of(uow, before),
        employers_due=employers.open_count(uow, affiliated_until=now.period.last_on),
        today=uow.today,
    )


def silent(uow: UnitOfWork, *, form: str | None, period: str | None, wanted: PageRequest) -> Page[Employer]:
    """Open employers from whom nothing came, by their numbers. A page may have fewer than were asked for, and still
    another behind it."""
    of = rules.campaign(uow.fund, form=form, period=period, today=uow.today)
    found: list[Employer] = []
    cursor = wanted.cursor
    for _ in range(PAGES_LOOKED_AT_MAX):
        page = employers.open_ones(uow, wanted=PageRequest(limit=wanted.limit - len(found), cursor=cursor))
        found += _silent_of(uow, of, page)
        cursor = page.next
        if cursor is None or len(found) >= wanted.limit:
            break
    return Page(found, next=cursor)


def silent_file(uow: UnitOfWork, *, form: str | None, period: str | None) -> bytes:
    """All of them as CSV, up to a limit, which the file then says."""
    of = rules.campaign(uow.fund, form=form, period=period, today=uow.today)
    found: list[Employer] = []
    cursor: str | None = None
    while len(found) <= LISTED_MAX:
        page = employers.open_ones(uow, wanted=PageRequest(cursor=cursor))
        found += _silent_of(uow, of, page)
        if (cursor := page.next) is None:
            break
    return rules.as_csv(found, fund=uow.fund, rows_max=LISTED_MAX)


def _silent_of(uow: UnitOfWork, of: Campaign, page: Page[Employer]) -> list[Employer]:
    employer_ids = [each.employer_id for each in page]
    filed = (
        store.employers_filed(uow, form=of.form, period=of.period_text, employer_ids=employer_ids)
        if employer_ids
        else set()
    )
    return rules.silent(page, filed=filed, of=of)
