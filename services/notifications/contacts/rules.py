"""What becomes of contacts: the newest data of the register count. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from services.notifications.contacts.contact import Addresses, Contact
from shared.funds.fund import Channel, Fund
from shared.kernel import normalize
from shared.kernel.errors import Missing


class ContactUnknown(Missing):
    """The register has not published this person or employer yet: the event arrived too early."""

    code = "contact.unknown"


def newer(published: Iterable[Contact], *, known: Mapping[str, Contact]) -> list[Contact]:
    """Those contacts that replace what is known: pages of two imports may come in any order."""
    replacing = []
    for contact in published:
        before = known.get(contact.owner_id)
        if before is None or contact.registered_at > before.registered_at:
            replacing.append(replace(contact, version=before.version if before else 0))
    return replacing


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
