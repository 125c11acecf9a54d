"""Where message campaigns and the pages of their audiences are kept."""

from collections.abc import Iterable, Iterator

from services.notifications.message_campaigns.message_campaign import AudiencePage, MessageCampaign
from services.notifications.message_campaigns.rules import CampaignUnknown
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import for_days
from shared.storage.unit_of_work import UnitOfWork

WHY = "what the fund wrote to whom, for as long as its messages are kept"

SEND = "message-campaigns.send"
"""The kind of the job that writes a campaign's messages; its thing is the campaign's id."""

JOIN = "message-campaigns.join"
"""The kind of the job that joins the answers of several services for an audience; its thing is the campaign's id."""

campaigns = Repository(
    "message_campaigns",
    MessageCampaign,
    key="campaign_id",
    missing=CampaignUnknown,
    retention=for_days(800, since="written_at", why=WHY),
    indexes=[Index(("campaign_id",)), Index(("is_counted", "campaign_id"))],
)

pages = Repository(
    "audience_pages",
    AudiencePage,
    key="page_id",
    missing=CampaignUnknown,
    retention=for_days(800, since="selected_at", why=WHY),
    indexes=[Index(("selection_id", "number", "page_id"))],
)

NEWEST_FIRST = Order("campaign_id", "campaign_id", is_newest_first=True)
"""Ids of ours begin with the time at which they were made."""
IN_ORDER = Order("number", "page_id")


def page(uow: UnitOfWork, *, wanted: PageRequest) -> Page[MessageCampaign]:
    """A page of campaigns, newest first."""
    return campaigns.page(uow, order=NEWEST_FIRST, wanted=wanted)


def uncounted(uow: UnitOfWork) -> list[str]:
    """The oldest campaign that an earlier release began, and whose batches count nothing; one at a time, since all of
    its messages are read for that."""
    return [each.campaign_id for each in campaigns.find_all(uow, limit=1, sort=(("campaign_id", 1),), is_counted=None)]


def pages_between(uow: UnitOfWork, selection_id: str, *, first: int, last: int) -> Iterator[AudiencePage]:
    """The pages of a selection from one to another, in their order."""
    return pages.each(uow, order=IN_ORDER, selection_id=selection_id, number={"$gte": first, "$lte": last})


def remove_pages(uow: UnitOfWork, page_ids: Iterable[str]) -> None:
    """Pages of answers that were joined: whom they name and no campaign is for is nothing that notifications keeps."""
    for each in page_ids:
        uow.collection(pages.name).remove(each)
        uow.note("forgot", pages.name, each)
