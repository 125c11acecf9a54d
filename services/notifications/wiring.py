"""What notifications is made of."""

from pathlib import Path

from services.notifications.contacts.reactions import reactions as contact_reactions
from services.notifications.contacts.store import contacts
from services.notifications.messages.reactions import reactions as message_reactions
from services.notifications.messages.routes import routes as message_routes
from services.notifications.messages.store import batches, messages
from services.notifications.settings import Settings, read
from shared.process.service import Service

service: Service[Settings] = Service(
    name="notifications",
    folder=Path(__file__).parent,
    settings=read,
    routes=[message_routes],
    reactions=[contact_reactions, message_reactions],
    shelves=[contacts, messages, batches],
)
