"""What notifications is made of."""

from functools import cache
from pathlib import Path

from services.notifications.channels.smpp import SmsCentre
from services.notifications.channels.smtp import MailServer, Security
from services.notifications.contacts.reactions import reactions as contact_reactions
from services.notifications.contacts.store import contacts
from services.notifications.delivery.jobs import backfills
from services.notifications.delivery.jobs import jobs as sending
from services.notifications.delivery.periodic_tasks import receiving
from services.notifications.delivery.providers import MailProvider, SmsProvider
from services.notifications.messages.reactions import reactions as message_reactions
from services.notifications.messages.routes import routes as message_routes
from services.notifications.messages.store import batches, delivered, messages, receipts
from services.notifications.settings import Settings, read
from services.notifications.templates import catalogue
from services.notifications.waves.routes import routes as wave_routes
from shared.jobs.job import JobKind
from shared.process.periodic_tasks import PeriodicTask
from shared.process.service import Service

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
        connections_max=settings.smtp_connections,
        per_s_max=settings.smtp_per_s_max,
    )
    sms = SmsProvider(
        centre=SmsCentre(
            host=settings.smpp_host,
            port=settings.smpp_port,
            system_id=settings.smpp_system_id,
            password=settings.smpp_password,
            sender=settings.sms_sender,
            window_max=settings.smpp_window,
            timeout_s=TIMEOUT_S,
            message_id_tag=settings.smpp_message_id_tag or None,
        ),
        per_s_max=settings.smpp_per_s_max,
    )
    return mail, sms


def jobs(settings: Settings) -> list[JobKind]:
    """Those of each channel. Mail connects when there is something to send."""
    return [kind for provider in providers(settings) for kind in sending(provider)]


def periodic_tasks(settings: Settings) -> list[PeriodicTask]:
    """One for receipts: the line to the SMS centre is kept from the start, since the centre may have some for what was
    sent before."""
    _, sms = providers(settings)
    return [receiving(sms)]


service: Service[Settings] = Service(
    name="notifications",
    faults=lambda settings, funds: catalogue.missing_words(funds),
    folder=Path(__file__).parent,
    settings=read,
    routes=[message_routes, wave_routes],
    reactions=[contact_reactions, message_reactions],
    repositories=[contacts, messages, batches, receipts, delivered],
    periodic_tasks=periodic_tasks,
    jobs=jobs,
    backfills=[backfills],
)
