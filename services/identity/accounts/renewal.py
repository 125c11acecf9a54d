"""Another password in the place of the one before: by a link, or by who knows the old one. Pure."""

from dataclasses import replace
from datetime import datetime

from services.identity.accounts.account import Account, Link, Status
from services.identity.accounts.password_rules import read_password
from services.identity.accounts.rules import LINK_LIFE, LINKS_A_DAY_MAX, AccountUnknown, asked_lately, may_be_reached
from services.identity.register.person import Person
from shared.events.identity import PasswordChanged, RecoveryRequested
from shared.funds.fund import Fund
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.outcome import Outcome
from shared.kernel.personal import Encrypted


class PasswordUnchanged(Invalid):
    """What was chosen is the password that the account has already."""

    code = "account.password-unchanged"


class RecoveryUnknown(Missing):
    """There is no such link, or something newer took its place: another link, or a new password."""

    code = "recovery.unknown"


class RecoveryUsed(Conflict):
    code = "recovery.used"


class RecoveryExpired(Conflict):
    code = "recovery.expired"


class CodeWrong(Invalid):
    """The account has a second factor, and this is no code of it, or one that was taken before."""

    code = "recovery.code-wrong"


class CurrentPasswordWrong(Invalid):
    """Who is signed in does not know the password: it may not be the owner who sits there."""

    code = "account.current-password-wrong"


def ask_recovery(
    known: Account | None, *, person: Person, fund: Fund, token_hash: str, link: Encrypted, at: datetime
) -> Outcome[Account] | None:
    """The account with a link by which its owner may choose a new password; None where no link is to be sent.

    The password stays in force until then: asking in somebody's name changes nothing for them.
    """
    recent = asked_lately(known, at=at)
    if known is None or known.status is not Status.ACTIVE:
        return None
    if len(recent) >= LINKS_A_DAY_MAX or not may_be_reached(person, fund):
        return None
    expires_at = at + LINK_LIFE
    waiting = Link(token_hash=token_hash, expires_at=expires_at)
    published = RecoveryRequested(
        account_id=known.account_id,
        person_ref=person.person_ref,
        link=link,
        expires_at=expires_at,
        language=person.language,
    )
    return Outcome(replace(known, recovery=waiting, asked_at=(*recent, at)), (published,))


def start_reset(known: Account | None, *, token_hash: str, at: datetime) -> Account:
    """The account of an employer's user or of staff, with a link that an operator hands to its owner."""
    if known is None or known.status is not Status.ACTIVE:
        raise AccountUnknown
    return replace(known, recovery=Link(token_hash=token_hash, expires_at=at + LINK_LIFE))


def must_be_open(recovery: Link | None, *, at: datetime) -> None:
    """Whether a link still opens."""
    if recovery is None:
        raise RecoveryUnknown
    if recovery.used_at is not None:
        raise RecoveryUsed
    if recovery.expires_at <= at:
        raise RecoveryExpired


def recover(account: Account, *, password_hash: str, at: datetime) -> Outcome[Account]:
    """The link was followed in time, and its owner has a new password."""
    must_be_open(account.recovery, at=at)
    changed = change_password(account, password_hash=password_hash, at=at)
    used = account.recovery and replace(account.recovery, used_at=at)
    return replace(changed, thing=replace(changed.thing, recovery=used))


def must_differ(chosen: str, *, current: str) -> None:
    """Another password is another one. Checked only after the current one was proven, since the refusal reveals it."""
    if read_password(chosen) == read_password(current):
        raise PasswordUnchanged


def change_password(account: Account, *, password_hash: str, at: datetime) -> Outcome[Account]:
    """Another password: no session of the old one holds any longer, and no link to a new one."""
    changed = replace(account, password_hash=password_hash, password_serial=account.password_serial + 1, recovery=None)
    published = PasswordChanged(
        account_id=account.account_id,
        person_ref=account.person_ref,
        employer_ids=account.employer_ids,
        changed_at=at,
    )
    return Outcome(changed, (published,))
