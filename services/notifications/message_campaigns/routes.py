"""HTTP routes of message campaigns, for the fund's staff."""

from collections.abc import Mapping
from typing import Any

from services.notifications.message_campaigns import actions, reporting
from services.notifications.message_campaigns.message_campaign import MessageCampaign
from services.notifications.message_campaigns.reporting import CampaignReport
from services.notifications.message_campaigns.schemas import (
    AudienceViews,
    CampaignBody,
    CampaignPartQuery,
    CampaignReasonBody,
    CampaignReportView,
    CampaignsQuery,
    MessageCampaignPage,
    MessageCampaignView,
    shown_audiences,
)
from shared.http.routes import Download, Downloads, Routes
from shared.kernel.csv_tables import CSV
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

MANAGE = "campaigns:manage"

routes = Routes("message_campaigns", about="One text of the fund's own for many persons or employers.")

Body = Mapping[str, Any]


@routes.get("/message-audiences", scope=MANAGE, response=AudienceViews)
def list_audiences(uow: UnitOfWork) -> object:
    """Whom a campaign of this fund may be for, and what each audience is asked with."""
    return {"items": shown_audiences()}


@routes.get("/message-campaigns", scope=MANAGE, query=CampaignsQuery, response=MessageCampaignPage)
def list_campaigns(uow: UnitOfWork, query: Body) -> Page[MessageCampaign]:
    """The campaigns, newest first."""
    return actions.page(uow, wanted=query["page"])


@routes.post(
    "/message-campaigns", scope=MANAGE, request=CampaignBody, response=MessageCampaignView, status=201, is_keyed=True
)
def write(uow: UnitOfWork, body: Body) -> MessageCampaign:
    """Write a campaign: a draft that nobody receives yet."""
    return actions.write(uow, body["draft"])


@routes.get("/message-campaigns/<campaign_id>", scope=MANAGE, response=MessageCampaignView)
def read(uow: UnitOfWork, campaign_id: str) -> MessageCampaign:
    """A campaign: how it reads by each channel in each language, whom it reaches, and how far it is."""
    return actions.read(uow, campaign_id=campaign_id)


@routes.put(
    "/message-campaigns/<campaign_id>",
    scope=MANAGE,
    request=CampaignBody,
    response=MessageCampaignView,
    edits=actions.read,
)
def rewrite(uow: UnitOfWork, body: Body, campaign_id: str) -> MessageCampaign:
    """Change one that was not started; its audience is then selected anew."""
    return actions.rewrite(uow, body["draft"], campaign_id=campaign_id)


@routes.post(
    "/message-campaigns/<campaign_id>/selection",
    scope=MANAGE,
    response=MessageCampaignView,
    is_keyed=True,
    edits=actions.read,
)
def select(uow: UnitOfWork, campaign_id: str) -> MessageCampaign:
    """Select its audience as it is now: the service that knows it answers page by page, and `reach` counts along."""
    return actions.select(uow, campaign_id=campaign_id)


@routes.post(
    "/message-campaigns/<campaign_id>/start",
    scope=MANAGE,
    response=MessageCampaignView,
    is_keyed=True,
    edits=actions.read,
)
def start(uow: UnitOfWork, campaign_id: str) -> MessageCampaign:
    """Begin to write to everybody who was selected. Of one to many, or of a legal one, another than who wrote it."""
    return actions.start(uow, campaign_id=campaign_id)


@routes.post(
    "/message-campaigns/<campaign_id>/stop",
    scope=MANAGE,
    request=CampaignReasonBody,
    response=MessageCampaignView,
    is_keyed=True,
    edits=actions.read,
)
def stop(uow: UnitOfWork, body: Body, campaign_id: str) -> MessageCampaign:
    """Write to nobody more for now. What was written already, some seconds' worth, still leaves."""
    return actions.stop(uow, campaign_id=campaign_id, reason=body["reason"])


@routes.post(
    "/message-campaigns/<campaign_id>/resume",
    scope=MANAGE,
    response=MessageCampaignView,
    is_keyed=True,
    edits=actions.read,
)
def resume(uow: UnitOfWork, campaign_id: str) -> MessageCampaign:
    """Go on with those who were not written to yet."""
    return actions.resume(uow, campaign_id=campaign_id)


@routes.post(
    "/message-campaigns/<campaign_id>/cancel",
    scope=MANAGE,
    request=CampaignReasonBody,
    response=MessageCampaignView,
    is_keyed=True,
    edits=actions.read,
)
def cancel(uow: UnitOfWork, body: Body, campaign_id: str) -> MessageCampaign:
    """Do not send it, or not to the rest."""
    return actions.cancel(uow, campaign_id=campaign_id, reason=body["reason"])


@routes.get("/message-campaigns/<campaign_id>/report", scope=MANAGE, response=CampaignReportView)
def report(uow: UnitOfWork, campaign_id: str) -> CampaignReport:
    """What became of it so far: by channel, why messages did not arrive, and when the last is written at this pace."""
    return reporting.report(uow, campaign_id=campaign_id)


@routes.get(
    "/message-campaigns/<campaign_id>/recipients", scope=MANAGE, query=CampaignPartQuery, response=Downloads(CSV)
)
def download(uow: UnitOfWork, query: Body, campaign_id: str) -> Download:
    """The same by recipient, as CSV: what became of each message and why. Addresses are masked. The report of a large
    campaign comes in `parts`, of about twenty thousand recipients each."""
    part = query["part"]
    content = reporting.by_recipient(uow, campaign_id=campaign_id, part=part)
    return Download(content, CSV, f"campaign-{part}.csv")
