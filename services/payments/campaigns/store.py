"""Where filings, and what they come to by day and office, are kept."""

from collections.abc import Collection

from services.payments.campaigns.campaign import Campaign, CampaignDay, Filing
from services.payments.campaigns.rules import NoCampaign
from shared.storage.repository import Index, Repository
from shared.storage.retention import for_days
from shared.storage.unit_of_work import UnitOfWork

DAYS_READ_MAX = 20_000
"""Days and offices of one campaign: a year of sixty offices."""

filings = Repository(
    "campaign_filings",
    Filing,
    key="declaration_id",
    missing=NoCampaign,
    retention=for_days(1_200, since="received_at", why="a campaign and the ones of the two years before it"),
    indexes=[Index(("is_counted", "received_at")), Index(("form", "period", "is_employers_first", "employer_id"))],
)
days = Repository(
    "campaign_days",
    CampaignDay,
    key="day_id",
    missing=NoCampaign,
    retention=for_days(1_200, since="changed_at", why="a campaign and the ones of the two years before it"),
    indexes=[Index(("form", "period", "day_id"))],
)


def uncounted(uow: UnitOfWork, *, limit: int) -> list[Filing]:
    """Filings that no day counts yet, the oldest first."""
    return filings.find_all(uow, limit=limit, sort=(("received_at", 1),), is_counted=False)


def employers_filed(uow: UnitOfWork, *, form: str, period: str, employer_ids: Collection[str]) -> set[str]:
    """Those of the employers from whom something came, and was counted."""
    wanted = sorted(set(employer_ids))
    found = filings.find_all(
        uow, limit=len(wanted), form=form, period=period, is_employers_first=True, employer_id={"$in": wanted}
    )
    return {each.employer_id for each in found}


def days_of(uow: UnitOfWork, of: Campaign) -> list[CampaignDay]:
    """What came for a campaign, by day and office."""
    return days.find_all(uow, limit=DAYS_READ_MAX, sort=(("day_id", 1),), form=of.form, period=of.period_text)
