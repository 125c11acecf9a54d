"""Where contacts are kept, one a person or employer."""

from services.notifications.contacts.contact import Contact
from services.notifications.contacts.rules import ContactUnknown
from shared.kernel.personal import DataClass
from shared.storage.repository import Repository
from shared.storage.retention import kept

contacts = Repository(
    "contacts",
    Contact,
    key="owner_id",
    missing=ContactUnknown,
    retention=kept("as long as the register has its owner"),
    received_encrypted={"sealed": DataClass.CONTACT},
    associated_data="owner_id",
)
