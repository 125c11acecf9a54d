"""What notifications does with contacts: a page of the register at a time."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from services.notifications.contacts import rules
from services.notifications.contacts.contact import Addresses, Contact
from services.notifications.contacts.rules import ContactUnknown
from services.notifications.contacts.store import contacts
from shared.funds.messages import Channel
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.unit_of_work import UnitOfWork


def register(uow: UnitOfWork, published: Sequence[Contact], *, part_of: str) -> None:
    """Keep those contacts of a page that are news."""
    known = contacts.find_many(uow, [contact.owner_id for contact in published])
    contacts.save_many(uow, rules.newer(published, known=known), part_of=part_of)


def follow_death(uow: UnitOfWork, *, person_ref: str, is_dead: bool, revision: int) -> None:
    """Somebody died, or lives after all: from now on nobody writes to them, or they are written to again."""
    contact = rules.with_death(
        contacts.find(uow, person_ref), owner_id=person_ref, is_dead=is_dead, revision=revision, fund=uow.fund
    )
    if contact is not None:
        contacts.save(uow, Outcome(contact))


def addresses(uow: UnitOfWork, owner_ids: Collection[str], *, channels: Collection[Channel]) -> dict[str, Addresses]:
    """Where each of them can be reached by one of the channels, opened, but for those who died; `ContactUnknown`
    where the register has not published one of them."""
    known = contacts.find_many(uow, owner_ids)
    if len(known) < len(set(owner_ids)):
        raise ContactUnknown
    return of_contacts(uow, known, channels=channels)


def of_contacts(
    uow: UnitOfWork, known: Mapping[str, Contact], *, channels: Collection[Channel]
) -> dict[str, Addresses]:
    """The same of contacts that were read already."""
    return {owner_id: _opened(uow, contact, channels) for owner_id, contact in known.items() if not contact.is_dead}


def opened(uow: UnitOfWork, sealed: Encrypted, *, owner_id: str, like: Addresses) -> Addresses:
    """Other addresses of somebody than the register's, read as these are, in the language of `like`."""
    return _opened(
        uow,
        Contact(owner_id=owner_id, sealed=sealed, language=like.language, registered_at=uow.at),
        (Channel.EMAIL, Channel.SMS),
    )


def _opened(uow: UnitOfWork, contact: Contact, channels: Collection[Channel]) -> Addresses:
    opened: dict[str, str | None] = {}
    if contact.sealed is not None:
        clear = uow.keys.decrypt_bytes(contact.sealed, data_class=DataClass.CONTACT, associated_data=contact.owner_id)
        opened = msgspec.json.decode(clear, type=dict[str, str | None])
    return rules.addresses(opened, language=contact.language, fund=uow.fund, channels=channels)
