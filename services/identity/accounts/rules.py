"""Who may have an account, and for how long the link is good by which it is opened; what a death does to it. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.identity.accounts.account import Account, Link, Status
from services.identity.accounts.application import ApplicantFacts
from services.identity.register.person import Person
from shared.events.identity import AccountActivated, ActivationRequested
from shared.funds.fund import Fund, IdentifierKind
from shared.funds.messages import Channel
from shared.funds.roles import PERSON
from shared.kernel import normalize, partial_date
from shared.kernel.actors import ActorKind
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.outcome import Outcome
from shared.kernel.partial_date import PartialDate
from shared.kernel.personal import Encrypted

LINK_LIFE = timedelta(hours=24)
"""NIST SP 800-63A: a code sent by e-mail is good for 24 hours at most."""
LINKS_A_DAY_MAX = 5
"""To one mailbox, whatever they are for."""
APPLICATION_KEPT = timedelta(hours=24)
"""One that could not be considered until then never will be."""
PENDING_KEPT = timedelta(days=30)
"""How long after its last link an account is kept that nobody opened."""


class AccountUnknown(Missing):
    code = "account.unknown"


class StaffUnknown(Missing):
    """Nobody of the staff signs in with that, or they may not do what they are looked for."""

    code = "account.staff-unknown"


class ApplicationUnknown(Missing):
    code = "account.application-unknown"


class NationalIdMalformed(Invalid):
    code = "account.national-id-malformed"


class InsuranceNumberMalformed(Invalid):
    code = "account.insurance-number-malformed"


class ActivationUnknown(Missing):
    """There is no such link, or a newer one took its place."""

    code = "activation.unknown"


class ActivationUsed(Conflict):
    code = "activation.used"


class ActivationExpired(Conflict):
    code = "activation.expired"


class PasswordDiffers(Invalid):
    """Who follows the link does not know the password that was chosen with it: somebody else asked for the account."""

    code = "activation.password-differs"


def read_facts(
    *, national_id: str, insurance_number: str, birth_on: PartialDate, email: str | None, fund: Fund
) -> ApplicantFacts:
    """What somebody claims to be, in the form in which the fund keeps it."""
    read_id = fund.read_identifier(IdentifierKind.NATIONAL_ID, national_id)
    if read_id is None:
        raise NationalIdMalformed
    read_number = fund.read_identifier(IdentifierKind.INSURANCE_NUMBER, insurance_number)
    if read_number is None:
        raise InsuranceNumberMalformed
    return ApplicantFacts(national_id=read_id, insurance_number=read_number, birth_on=birth_on, email=email)


def are_true(facts: ApplicantFacts, person: Person | None) -> bool:
    """Whether the register knows this person by all three facts.

    The e-mail address is not among them: the link goes to the address or telephone in the register whatever was typed,
    so that typing one's own gives others no advantage. Of a birth that the register knows by its year alone the year is
    enough, whatever day a form made somebody choose; where it knows the day, nothing less will do.
    """
    return (
        person is not None
        and person.civil.national_id == facts.national_id
        and person.civil.insurance_number == facts.insurance_number
        and partial_date.proves(facts.birth_on, person.civil.birth_on)
    )


def ask(
    known: Account | None,
    *,
    person: Person,
    fund: Fund,
    account_id: str,
    password_hash: str,
    token_hash: str,
    link: Encrypted,
    at: datetime,
) -> Outcome[Account] | None:
    """An account that waits for its link to be followed; None where no link is to be sent.

    Asking again voids the older link, and replaces the password that came with it. An active account stays as it is,
    since its owner signs in, and so does a closed one. Nobody's mailbox is filled by others: five links a day, to an
    address or telephone that the fund knows.
    """
    recent = asked_lately(known, at=at)
    is_taken = known is not None and known.status is not Status.PENDING
    if is_taken or len(recent) >= LINKS_A_DAY_MAX or not may_be_reached(person, fund):
        return None
    expires_at = at + LINK_LIFE
    account = Account(
        account_id=known.account_id if known else account_id,
        known_by=person.person_ref,
        role=PERSON,
        actor=ActorKind.PERSON,
        status=Status.PENDING,
        password_hash=password_hash,
        person_ref=person.person_ref,
        activation=Link(token_hash=token_hash, expires_at=expires_at),
        asked_at=(*recent, at),
        version=known.version if known else 0,
    )
    published = ActivationRequested(
        account_id=account.account_id,
        person_ref=person.person_ref,
        link=link,
        expires_at=expires_at,
        language=person.language,
    )
    return Outcome(account, (published,))


class ActivationPasswordPersonal(Invalid):
    """The register knows more of its owner than they said when they chose the password: their names."""

    code = "activation.password-personal"


def activate(
    account: Account, *, is_password_right: bool, is_password_personal: bool, at: datetime
) -> Outcome[Account]:
    """The link was followed in time, by somebody who knows the password that was chosen with it.

    The password is asked for so that somebody who applied in the owner's name gains nothing when the owner, out of
    habit, follows a link that they never asked for.
    """
    if account.activation is None or account.person_ref is None:
        raise ActivationUnknown
    if account.activation.used_at is not None:
        raise ActivationUsed
    if account.status is Status.CLOSED:
        raise ActivationUnknown
    if account.activation.expires_at <= at:
        raise ActivationExpired
    if not is_password_right:
        raise PasswordDiffers
    if is_password_personal:
        raise ActivationPasswordPersonal
    active = replace(account, status=Status.ACTIVE, activation=replace(account.activation, used_at=at))
    published = AccountActivated(account_id=account.account_id, person_ref=account.person_ref, activated_at=at)
    return Outcome(active, (published,))


def may_be_reached(person: Person, fund: Fund) -> bool:
    """Whether a link may be sent, by mail or by SMS: an address of an older register may be none by today's rule."""
    contact = person.contact
    has_mail = Channel.EMAIL in fund.channels and bool(contact.email and normalize.email(contact.email))
    has_sms = Channel.SMS in fund.channels and bool(contact.mobile and fund.phone.e164(contact.mobile))
    return has_mail or has_sms


def asked_lately(known: Account | None, *, at: datetime) -> tuple[datetime, ...]:
    return tuple(asked_at for asked_at in (known.asked_at if known else ()) if asked_at > at - timedelta(days=1))


def is_given_up(account: Account, *, at: datetime) -> bool:
    """Whether nobody opened the account while they could, and a while longer."""
    link = account.activation
    return account.status is Status.PENDING and link is not None and link.expires_at + PENDING_KEPT <= at


def close(account: Account) -> Account:
    """Its owner died: it lets nobody in, and no link of it is good."""
    if account.status is Status.CLOSED:
        return account
    return replace(account, status=Status.CLOSED, closed_from=account.status, recovery=None)


def reopen(account: Account) -> Account:
    """The death was an error: the account is what it was, and its owner signs in anew."""
    if account.closed_from is None:
        return account
    return replace(account, status=account.closed_from, closed_from=None)
