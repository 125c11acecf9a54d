"""What notifications is made of."""

from pathlib import Path

from services.notifications.channels.smpp import SmsCentre
from services.notifications.channels.smtp import MailServer, Security
from services.notifications.contacts.reactions import reactions as contact_reactions
from services.notifications.contacts.store import contacts
from services.notifications.delivery.chores import sending
from services.notifications.delivery.providers import MailProvider, SmsProvider
from services.notifications.messages.reactions import reactions as message_reactions
from services.notifications.messages.routes import routes as message_routes
from services.notifications.messages.store import batches, messages
from services.notifications.settings import Settings, read
from shared.process.chores import Chore
from shared.process.service import Service

TIMEOUT_S = 5.0
"""How long a provider may take for one answer: with it, a batch is settled long before its lease ends."""


def chores(settings: Settings) -> list[Chore]:
    """One chore a channel; nothing connects before there is something to send."""
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
        )
    )
    return [sending(mail), sending(sms)]


service: Service[Settings] = Service(
    name="notifications",
    folder=Path(__file__).parent,
    settings=read,
    routes=[message_routes],
    reactions=[contact_reactions, message_reactions],
    shelves=[contacts, messages, batches],
    chores=chores,
)
