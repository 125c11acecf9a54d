"""Who may have an account, what a password must be, when a link is still valid, how long sign-in is throttled."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from services.identity.accounts.account import Account, Link, Status
from services.identity.accounts.application import ApplicantFacts
from services.identity.accounts.login_throttle import LoginThrottle
from services.identity.register.person import Person
from shared.events.identity import AccountActivated, ActivationRequested, PasswordChanged, RecoveryRequested
from shared.funds.fund import Fund, IdentifierKind
from shared.funds.messages import Channel
from shared.funds.roles import PERSON
from shared.kernel import normalize, partial_date
from shared.kernel.actors import Actor, ActorKind, NotYours
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.outcome import Outcome
from shared.kernel.partial_date import PartialDate
from shared.kernel.personal import Encrypted

PASSWORD_LENGTH_MIN = {ActorKind.PERSON: 8, ActorKind.EMPLOYER: 12, ActorKind.STAFF: 12}
"""NIST SP 800-63B-4 asks for 15 where a password stands alone. A person's 8 (ASVS 5.0, 6.2.1) go with a link sent
and with throttled sign-in; staff have a second factor. Decided so, and written down in the README."""
PASSWORD_LENGTH_MAX = 256
CONTEXT_LENGTH_MIN = 4

LINK_LIFE = timedelta(hours=24)
"""NIST SP 800-63A: a code sent by e-mail is good for 24 hours at most."""
LINKS_A_DAY_MAX = 5
"""To one mailbox, whatever they are for."""
APPLICATION_KEPT = timedelta(hours=24)
"""One that could not be considered until then never will be."""
PENDING_KEPT = timedelta(days=30)
"""How long after its last link an account is kept that nobody opened."""

FREE_FAILURES = 5
LOCKED_FIRST = timedelta(minutes=1)
LOCKED_MAX = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)

DISPLAY_NAME_MAX = 100
LOGIN = re.compile(r"[a-z][a-z0-9._@-]{2,63}")
LOOKALIKES = str.maketrans("013457@$!", "oieastasi")


class AccountUnknown(Missing):
    code = "account.unknown"


class ApplicationUnknown(Missing):
    code = "account.application-unknown"


class ThrottleUnknown(Missing):
    code = "account.door-unknown"


class NationalIdMalformed(Invalid):
    code = "account.national-id-malformed"


class InsuranceNumberMalformed(Invalid):
    code = "account.insurance-number-malformed"


class NameMalformed(Invalid):
    """What was given is no name, or too long."""

    code = "account.name-malformed"


class PasswordTooShort(Invalid):
    code = "account.password-too-short"


class PasswordTooLong(Invalid):
    code = "account.password-too-long"


class PasswordCommon(Invalid):
    """It is easily guessed: `passwords.is_easily_guessed`."""

    code = "account.password-common"


class PasswordPersonal(Invalid):
    code = "account.password-personal"


class PasswordUnchanged(Invalid):
    """What was chosen is the password that the account has already."""

    code = "account.password-unchanged"


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


class LoginThrottled(Conflict):
    """Too many failures: a while has to pass."""

    code = "account.door-shut"


class LoginMalformed(Invalid):
    code = "account.login-malformed"


class LoginIsNationalId(Invalid):
    """A person of the fund could have it as a national id, and sign in by that."""

    code = "account.login-is-national-id"


class LoginTaken(Conflict):
    code = "account.login-taken"


class EmployerLacking(Invalid):
    code = "account.employer-lacking"


class EmployerNotOpen(Conflict):
    code = "account.employer-not-open"


# --- passwords --------------------------------------------------------------------------------------------------------


def read_password(text: str) -> str:
    """The password as it is hashed: the same signs however a keyboard composed them (NFKC, as NIST advises).

    What it must be is checked before, on what was typed: NFKC makes eighteen letters of one (ﷺ).
    """
    return unicodedata.normalize("NFKC", text)


def check_password(password: str, *, actor: ActorKind, is_easily_guessed: bool, known_words: Iterable[str]) -> None:
    """Long enough as it was typed, not made of what is known of its owner, not easily guessed. Nothing else."""
    length_min = PASSWORD_LENGTH_MIN[actor]
    if normalize.length(password) < length_min:
        raise PasswordTooShort(length_min=length_min)
    if len(password) > PASSWORD_LENGTH_MAX:
        raise PasswordTooLong(length_max=PASSWORD_LENGTH_MAX)
    if is_personal(password, known_words=known_words):
        raise PasswordPersonal
    if is_easily_guessed:
        raise PasswordCommon


def is_personal(password: str, *, known_words: Iterable[str]) -> bool:
    """Whether something that is known of its owner stands in a password, however it is spelled."""
    folded = normalize.folded(password)
    spelled = (folded, folded.translate(LOOKALIKES))
    return any(word in spelling for word in _compared(known_words) for spelling in spelled)


def _compared(known_words: Iterable[str]) -> set[str]:
    """Each word of what is known, and all of it run together, where it is long enough to say anything."""
    words = {normalize.folded(each) for known in known_words for each in (known, *re.split(r"[\s'’\-]+", known))}
    return {word for word in words if len(word) >= CONTEXT_LENGTH_MIN}


def personal_words(facts: ApplicantFacts) -> list[str]:
    """What a password may not contain of the facts that its owner just gave."""
    return [facts.national_id, facts.insurance_number, _mailbox(facts.email), *_dates(facts.birth_on)]


def words_of(person: Person) -> list[str]:
    """What a password may not contain of what the register knows of its owner."""
    civil = person.civil
    names = [civil.family_name, civil.first_name, civil.family_name_ar or "", civil.first_name_ar or ""]
    return [civil.national_id, civil.insurance_number, _mailbox(person.contact.email), *names, *_dates(civil.birth_on)]


def _mailbox(email: str | None) -> str:
    return (email or "").partition("@")[0]


_DATE_FORMS = ("%d%m%Y", "%Y%m%d", "%m%d%Y", "%d%m%y", "%y%m%d")


def _dates(birth: PartialDate) -> list[str]:
    day = partial_date.whole(birth)
    return [] if day is None else [day.strftime(form) for form in _DATE_FORMS]


def fund_words(fund: Fund) -> list[str]:
    """What everybody thinks of first at this fund."""
    return ["himaya", fund.fund_id, *fund.branding.short_names.values()]


# --- accounts of insured persons --------------------------------------------------------------------------------------


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
    recent = _asked_lately(known, at=at)
    is_taken = known is not None and known.status is not Status.PENDING
    if is_taken or len(recent) >= LINKS_A_DAY_MAX or not _may_be_reached(person, fund):
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


def _may_be_reached(person: Person, fund: Fund) -> bool:
    """Whether a link may be sent, by mail or by SMS: an address of an older register may be none by today's rule."""
    contact = person.contact
    has_mail = Channel.EMAIL in fund.channels and bool(contact.email and normalize.email(contact.email))
    has_sms = Channel.SMS in fund.channels and bool(contact.mobile and fund.phone.e164(contact.mobile))
    return has_mail or has_sms


def _asked_lately(known: Account | None, *, at: datetime) -> tuple[datetime, ...]:
    return tuple(asked_at for asked_at in (known.asked_at if known else ()) if asked_at > at - timedelta(days=1))


def is_given_up(account: Account, *, at: datetime) -> bool:
    """Whether nobody opened the account while they could, and a while longer."""
    link = account.activation
    return account.status is Status.PENDING and link is not None and link.expires_at + PENDING_KEPT <= at


# --- a death ----------------------------------------------------------------------------------------------------------


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


# --- another password -------------------------------------------------------------------------------------------------


def ask_recovery(
    known: Account | None, *, person: Person, fund: Fund, token_hash: str, link: Encrypted, at: datetime
) -> Outcome[Account] | None:
    """The account with a link by which its owner may choose a new password; None where no link is to be sent.

    The password stays in force until then: asking in somebody's name changes nothing for them.
    """
    recent = _asked_lately(known, at=at)
    if known is None or known.status is not Status.ACTIVE:
        return None
    if len(recent) >= LINKS_A_DAY_MAX or not _may_be_reached(person, fund):
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


# --- accounts of employers' users and of staff ------------------------------------------------------------------------


def read_login(text: str) -> str:
    """A login as it is looked up."""
    login = normalize.plain(text).casefold()
    if not LOGIN.fullmatch(login):
        raise LoginMalformed
    return login


class RoleUnknown(Invalid):
    """The fund has no such role for users of that kind, or it has several and none was named."""

    code = "account.role-unknown"


def role_of(fund: Fund, *, actor: ActorKind, named: str | None) -> str:
    """The role of a new user, by the code that was named. Of employers' users it may be left out where the fund has one
    role alone; of staff never."""
    codes = list(fund.roles.employers if actor is ActorKind.EMPLOYER else fund.roles.staff)
    if named is None and actor is ActorKind.EMPLOYER and len(codes) == 1:
        return codes[0]
    if named not in codes:
        raise RoleUnknown(roles=", ".join(codes))
    return named


def read_new_login(text: str, *, fund: Fund) -> str:
    """A login that is to be given to somebody: none that is also written as a national id of the fund."""
    login = read_login(text)
    if fund.read_identifier(IdentifierKind.NATIONAL_ID, login) is not None:
        raise LoginIsNationalId
    return login


def add_user(
    known: Account | None,
    *,
    role: str,
    actor: ActorKind,
    account_id: str,
    known_by: str,
    password_hash: str,
    employer_ids: tuple[str, ...],
    second_factor: str | None,
    display_name: str | None = None,
) -> Account:
    """An account that an operator opens, active at once. Of staff alone a name is kept."""
    if known is not None:
        raise LoginTaken
    if actor is ActorKind.EMPLOYER and not employer_ids:
        raise EmployerLacking
    return Account(
        account_id=account_id,
        known_by=known_by,
        role=role,
        actor=actor,
        status=Status.ACTIVE,
        password_hash=password_hash,
        employer_ids=employer_ids if actor is ActorKind.EMPLOYER else (),
        second_factor=second_factor if actor is ActorKind.STAFF else None,
        display_name=read_display_name(display_name) if display_name and actor is ActorKind.STAFF else None,
    )


def name_staff(known: Account | None, *, display_name: str) -> Account:
    """The account of one of the staff, under another name; `AccountUnknown` where it is nobody's of theirs."""
    if known is None or known.kind is not ActorKind.STAFF:
        raise AccountUnknown
    return replace(known, display_name=read_display_name(display_name))


def read_display_name(typed: str) -> str:
    """How colleagues call somebody, without what cannot be seen; `NameMalformed` where that is no name."""
    name = normalize.name(typed)
    if not name or len(name) > DISPLAY_NAME_MAX or not name.isprintable():
        raise NameMalformed
    return name


def may_see_names(actor: Actor) -> None:
    """Who of the fund is called how is for the fund's staff."""
    if actor.kind is not ActorKind.STAFF:
        raise NotYours


# --- throttles --------------------------------------------------------------------------------------------------------


def locked_until(throttle: LoginThrottle, *, at: datetime) -> datetime | None:
    """Until when nobody may retry, or None where one may: five tries, then 1, 2, 4, 8 and always 15 minutes.

    An attempt while throttled does not count, so that repeated attempts do not prolong it.
    """
    if throttle.failed_at is None or throttle.failures < FREE_FAILURES:
        return None
    until = throttle.failed_at + min(LOCKED_MAX, LOCKED_FIRST * 2 ** min(throttle.failures - FREE_FAILURES, 8))
    return until if at < until else None


def failed(throttle: LoginThrottle, *, at: datetime) -> LoginThrottle:
    """One failure more; those of yesterday are forgotten."""
    is_old = throttle.failed_at is not None and throttle.failed_at < at - FORGOTTEN_AFTER
    return replace(throttle, failures=1 if is_old else throttle.failures + 1, failed_at=at)
