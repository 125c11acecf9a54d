"""What notifications does with preferences: show them, change them, and say what somebody does not want."""

from collections.abc import Collection, Mapping

from services.notifications.preferences import rules, store
from services.notifications.preferences.preferences import Preferences
from services.notifications.preferences.rules import Choice
from shared.encryption.keys import DecryptionFailed, KeyMissing
from shared.funds.messages import Channel, MessagePurpose
from shared.kernel.actors import ActorKind
from shared.kernel.errors import Missing
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.unit_of_work import UnitOfWork

UNSUBSCRIBE = "unsubscribe"
BY_LINK = "unsubscribe-link"


class UnsubscribeLinkUnknown(Missing):
    """It is no link of a mail of this fund."""

    code = "preferences.link-unknown"


class OwnerUnknown(Missing):
    """The caller is neither a person nor acts for this employer."""

    code = "preferences.of-nobody"


def read(uow: UnitOfWork, *, employer_id: str | None = None) -> Preferences:
    """The caller's own preferences: a person's, or those of a firm that the user acts for. Who never chose has some
    without anything unwanted. `OwnerUnknown`."""
    return _of(uow, _owner(uow, employer_id))


def choose(uow: UnitOfWork, *, employer_id: str | None = None, chosen: Mapping[Choice, bool]) -> Preferences:
    """Change the caller's own preferences. `OwnerUnknown`, `ChoiceNotOffered`."""
    before = _of(uow, _owner(uow, employer_id))
    changed = rules.choose(before, chosen, fund=uow.fund, by=uow.by.subject, at=uow.at)
    return store.preferences.save(uow, Outcome(changed))


def unsubscribe_token(uow: UnitOfWork, *, owner_id: str) -> str:
    """What a mail of a campaign carries, so that who holds the mail can say that its recipient wants no more."""
    return uow.keys.encrypt(owner_id, data_class=DataClass.CONTACT, associated_data=UNSUBSCRIBE)


def unsubscribe(uow: UnitOfWork, *, token: str) -> None:
    """Whom the mail with this token went to wants no more campaigns by mail. `UnsubscribeLinkUnknown`."""
    try:
        owner_id = uow.keys.decrypt(Encrypted(token), data_class=DataClass.CONTACT, associated_data=UNSUBSCRIBE)
    except (DecryptionFailed, KeyMissing, ValueError) as wrong:
        raise UnsubscribeLinkUnknown from wrong
    before = _of(uow, owner_id)
    choice = (MessagePurpose.CAMPAIGN, Channel.EMAIL)
    if before.wants(*choice):
        changed = rules.choose(before, {choice: False}, fund=uow.fund, by=BY_LINK, at=uow.at)
        store.preferences.save(uow, Outcome(changed))


def of_owners(uow: UnitOfWork, owner_ids: Collection[str]) -> Mapping[str, Preferences]:
    """The preferences of those who chose."""
    return store.preferences.find_many(uow, owner_ids)


def _of(uow: UnitOfWork, owner_id: str) -> Preferences:
    return store.preferences.find(uow, owner_id) or Preferences(owner_id=owner_id, changed_at=uow.at)


def _owner(uow: UnitOfWork, employer_id: str | None) -> str:
    """Whose preferences a caller means. A user of one firm need not name it."""
    if uow.by.kind is not ActorKind.EMPLOYER:
        if uow.by.person_ref is None or employer_id is not None:
            raise OwnerUnknown
        return uow.by.person_ref
    firms = sorted(uow.by.employer_ids)
    owner_id = firms[0] if employer_id is None and len(firms) == 1 else employer_id
    if owner_id not in firms:
        raise OwnerUnknown
    return owner_id
