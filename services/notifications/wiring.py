"""What notifications is made of."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from flask import Blueprint

from services.notifications.channels import http_api
from services.notifications.channels.http_sms import HttpGateway
from services.notifications.channels.smpp import SmsCentre
from services.notifications.channels.smtp import MailServer, Security
from services.notifications.contacts.reactions import reactions as contact_reactions
from services.notifications.contacts.store import contacts
from services.notifications.delivery.jobs import backfills
from services.notifications.delivery.jobs import jobs as sending
from services.notifications.delivery.periodic_tasks import receiving
from services.notifications.delivery.providers import MailProvider, SmsProvider
from services.notifications.delivery.receipt_webhook import proof_for_app
from services.notifications.delivery.routes import routes as receipt_routes
from services.notifications.message_campaigns.actions import backfills as counting_campaigns
from services.notifications.message_campaigns.jobs import joining as joining_answers
from services.notifications.message_campaigns.jobs import sending as sending_campaigns
from services.notifications.message_campaigns.message_campaign import CampaignStatus
from services.notifications.message_campaigns.reactions import reactions as campaign_reactions
from services.notifications.message_campaigns.routes import routes as campaign_routes
from services.notifications.message_campaigns.store import campaigns
from services.notifications.message_campaigns.store import pages as audience_pages
from services.notifications.messages.reactions import reactions as message_reactions
from services.notifications.messages.routes import routes as message_routes
from services.notifications.messages.store import batches, delivered, messages, receipts
from services.notifications.preferences.routes import routes as preference_routes
from services.notifications.preferences.store import preferences
from services.notifications.settings import HTTP, Settings, read
from services.notifications.templates import catalogue
from services.notifications.templates.store import written_texts
from services.notifications.waves.routes import routes as wave_routes
from shared.funds.fund import Fund
from shared.funds.messages import Channel, MessagePurpose
from shared.jobs.job import JobKind
from shared.process.codes import CodeSets, code_routes
from shared.process.periodic_tasks import PeriodicTask
from shared.process.service import Service
from shared.storage.service_context import ServiceContext

TIMEOUT_S = 5.0
"""How long a provider may take for one answer: with it, a batch is settled long before its lease ends."""


@cache
def providers(settings: Settings) -> tuple[MailProvider, SmsProvider]:
    """Those of a process: who sends SMS and who keeps their receipts share one line."""
    mail = MailProvider(
        server=MailServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=Security(settings.smtp_security),
            timeout_s=TIMEOUT_S,
            user=settings.smtp_user or None,
            password=settings.smtp_password or None,
        ),
        sender=settings.mail_from,
        portals=settings.portals,
        connections_max=settings.smtp_connections,
        per_s_max=settings.smtp_per_s_max,
    )
    sms = _by_http(settings) if settings.sms_provider == HTTP else _by_smpp(settings)
    return mail, sms


def _by_smpp(settings: Settings) -> SmsProvider:
    centre = SmsCentre(
        host=settings.smpp_host,
        port=settings.smpp_port,
        system_id=settings.smpp_system_id,
        password=settings.smpp_password,
        sender=settings.sms_sender,
        window_max=settings.smpp_window,
        timeout_s=TIMEOUT_S,
        message_id_tag=settings.smpp_message_id_tag or None,
    )
    return SmsProvider(centre, per_s_max=settings.smpp_per_s_max)


def _by_http(settings: Settings) -> SmsProvider:
    gateway = HttpGateway(
        api=http_api.api(settings.sms_http_api),
        url=settings.sms_http_url,
        user=settings.sms_http_user,
        secret=settings.sms_http_secret,
        sender=settings.sms_sender,
        window_max=settings.sms_http_window,
        timeout_s=TIMEOUT_S,
        receipts_url=settings.sms_receipts_url,
    )
    return SmsProvider(gateway, per_s_max=settings.sms_http_per_s_max)


def jobs(settings: Settings) -> list[JobKind]:
    """Those of each channel, and those of campaigns. Mail connects when there is something to send."""
    return [
        *(kind for provider in providers(settings) for kind in sending(provider)),
        sending_campaigns(),
        joining_answers(),
    ]


def periodic_tasks(settings: Settings) -> list[PeriodicTask]:
    """One for receipts: the line to the SMS centre is kept from the start, since the centre may have some for what was
    sent before. Of an HTTP API none come over the line, and it takes up those that came too early."""
    _, sms = providers(settings)
    return [receiving(sms)]


def blueprints(settings: Settings, _: ServiceContext) -> Sequence[Blueprint]:
    """Receipts are proved and read as the API has it by which SMS leave; of SMPP none come by HTTP."""
    form = http_api.api(settings.sms_http_api).receipts if settings.sms_provider == HTTP else None
    return [proof_for_app(form, secrets=settings.sms_receipts_secrets)]


def faults(settings: Settings, funds: Mapping[str, Fund]) -> list[str]:
    return settings.faults(funds)


CODES: CodeSets = {
    "message-campaign-statuses": (CampaignStatus, "campaign.status.{}"),
    "message-purposes": (MessagePurpose, "message.purpose.{}"),
    "channels": (Channel, "channel.{}"),
}

service: Service[Settings] = Service(
    name="notifications",
    faults_of_fund=catalogue.missing_words,
    faults=faults,
    folder=Path(__file__).parent,
    settings=read,
    routes=[code_routes(CODES), message_routes, preference_routes, campaign_routes, wave_routes, receipt_routes],
    reactions=[contact_reactions, message_reactions, campaign_reactions],
    quotas={"preferences.unsubscribe": "60/minute", "sms_receipts.receive": "30000/minute"},
    repositories=[
        contacts,
        preferences,
        messages,
        batches,
        receipts,
        delivered,
        written_texts,
        campaigns,
        audience_pages,
    ],
    periodic_tasks=periodic_tasks,
    jobs=jobs,
    backfills=[backfills, counting_campaigns],
    blueprints=blueprints,
)
