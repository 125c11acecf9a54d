"""What becomes of contacts: the newest data of the register count. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from services.notifications.contacts.contact import Addresses, Contact
from shared.funds.fund import Fund
from shared.funds.messages import Channel
from shared.kernel import normalize
from shared.kernel.errors import Missing

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""Before anything that a register publishes."""


class ContactUnknown(Missing):
    """The register has not published this person or employer yet: the event arrived too early."""

    code = "contact.unknown"


def newer(published: Iterable[Contact], *, known: Mapping[str, Contact]) -> list[Contact]:
    """Those contacts that replace what is known: pages of two imports may come in any order."""
    replacing = []
    for contact in published:
        before = known.get(contact.owner_id)
        if before is None or contact.registered_at > before.registered_at:
            replacing.append(contact if before is None else _in_place_of(contact, before))
    return replacing


def _in_place_of(contact: Contact, before: Contact) -> Contact:
    # What is known of a death comes with other events, and stays.
    return replace(contact, is_dead=before.is_dead, death_revision=before.death_revision, version=before.version)


def with_death(before: Contact | None, *, owner_id: str, is_dead: bool, revision: int, fund: Fund) -> Contact | None:
    """The contact of who died, or lives after all; None where something newer is known. Of somebody whom the register
    has not published yet it is a contact without any address."""
    known = before or Contact(owner_id=owner_id, sealed=None, language=fund.language, registered_at=LONG_AGO)
    if known.death_revision >= revision:
        return None
    return replace(known, is_dead=is_dead, death_revision=revision)


def addresses(
    opened: Mapping[str, str | None], *, language: str, fund: Fund, channels: Collection[Channel]
) -> Addresses:
    """Where the owner can be reached by one of the channels. What is no address of the country is as good as none.

    `opened` is the JSON of the register; the number becomes `+213550123456` however it was written there, and an e-mail
    address is read by the rule of all of them: what that takes is spent only where somebody is to write there.
    """
    mobile, email = opened.get("mobile"), opened.get("email")
    return Addresses(
        language=language if language in fund.languages else fund.language,
        email=normalize.email(email) if email and Channel.EMAIL in channels else None,
        mobile=fund.phone.e164(mobile) if mobile and Channel.SMS in channels else None,
    )
