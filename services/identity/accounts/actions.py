"""What identity does with accounts: take applications, send links, open accounts, let people in and back in."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace

from services.identity.accounts import doors, passwords, rules, second_factor, store
from services.identity.accounts.account import Account, Role, Status
from services.identity.accounts.application import Application, Facts, Wish
from services.identity.register import store as register
from services.identity.register.person import Person
from services.identity.register.rules import EmployerUnknown
from shared.funds.fund import IdentifierKind
from shared.jobs import queue
from shared.kernel import typed
from shared.kernel.actors import ActorKind
from shared.kernel.errors import Failure
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass, Sealed
from shared.storage.work import Work

CONSIDER = "applications.consider"
"""The kind of the job that considers an application; its thing is the application's id."""
TOKEN_BYTES = 32
DEVICE_BYTES = 16
LOGIN_LENGTH_MAX = 100
LOGIN_SENT_MAX = 1_000


# --- applying and activating ------------------------------------------------------------------------------------------


def apply(work: Work, facts: Facts, *, password: str) -> None:
    """Take an application from anybody. Nothing is looked up here, so nothing can be learned from how it goes."""
    context = [*rules.personal_words(facts), *rules.fund_words(work.fund)]
    rules.check_password(password, role=Role.PERSON, common=passwords.common(), context=context)
    application = Application(
        application_id=work.new_id(),
        facts=facts,
        password_hash=_hashed(work, password),
        applied_at=work.at,
        is_scheduled=True,
    )
    _wait(work, application)


def ask_recovery(work: Work, facts: Facts) -> None:
    """Take from anybody that they forgot a password. Nothing is looked up here either."""
    application = Application(
        application_id=work.new_id(),
        facts=facts,
        password_hash=None,
        applied_at=work.at,
        wish=Wish.RECOVERY,
        is_scheduled=True,
    )
    _wait(work, application)


def _wait(work: Work, application: Application) -> None:
    store.applications.keep(work, Outcome(application))
    queue.schedule(work, CONSIDER, application.application_id)


def schedule(work: Work, application_id: str) -> None:
    """Have an application considered that a release without the due queue left waiting."""
    application = store.applications.load(work, application_id)
    _wait(work, replace(application, is_scheduled=True))


def give_up(work: Work, *, application_id: str) -> None:
    """An application that could not be considered is forgotten: whoever made it may apply again."""
    application = store.applications.find(work, application_id)
    if application is not None:
        store.forget(work, application)


def consider(work: Work, *, application_id: str, portal_url: str) -> None:
    """Compare an application with the register, send the link where it is true, and forget it either way."""
    application = store.applications.find(work, application_id)
    if application is None:
        return
    store.forget(work, application)
    person = register.by_national_id(work, application.facts.national_id)
    if person is None or not rules.are_true(application.facts, person):
        return
    account = store.known_by(work, person.person_ref)
    if application.password_hash is None:
        outcome = _way_back(work, account, person=person, portal_url=portal_url)
    else:
        outcome = _way_in(work, account, person=person, password_hash=application.password_hash, portal_url=portal_url)
    if outcome is not None:
        store.accounts.keep(work, outcome)


def _way_in(
    work: Work, account: Account | None, *, person: Person, password_hash: str, portal_url: str
) -> Outcome[Account] | None:
    token = _text(work.chance(TOKEN_BYTES))
    return rules.ask(
        account,
        person=person,
        account_id=work.new_id(),
        password_hash=password_hash,
        token_hash=hash_of(token),
        link=_sealed_link(work, f"{portal_url}/{work.fund.fund_id}/activation#token={token}", person),
        at=work.at,
    )


def _way_back(work: Work, account: Account | None, *, person: Person, portal_url: str) -> Outcome[Account] | None:
    token = _text(work.chance(TOKEN_BYTES))
    link = _recovery_link(work, token, login=person.civil.national_id, portal_url=portal_url)
    return rules.ask_recovery(
        account, person=person, token_hash=hash_of(token), link=_sealed_link(work, link, person), at=work.at
    )


def _sealed_link(work: Work, link: str, person: Person) -> Sealed:
    return work.keys.seal(link, as_=DataClass.CONTACT, whose=person.person_ref)


def _recovery_link(work: Work, token: str, *, login: str, portal_url: str) -> str:
    """Where a new password is chosen; what follows # reaches no server's log.

    `device` is what a browser brings that signed in before: whoever holds the link has a door of their own from then
    on, so that strangers who hold the common one shut do not keep its owner out.
    """
    return f"{portal_url}/{work.fund.fund_id}/recovery#token={token}&device={_new_device(work, login)}"


def activate(work: Work, *, token: str, password: str) -> Account:
    """Open the account that a link was sent for."""
    account = store.by_token(work, hash_of(token))
    if account is None:
        raise rules.ActivationUnknown
    is_password_right = passwords.is_right(account.password_hash, rules.read_password(password))
    person = register.persons.find(work, account.person_ref) if account.person_ref else None
    is_personal = person is not None and rules.is_personal(password, context=rules.words_of(person))
    activated = rules.activate(
        account, is_password_right=is_password_right, is_password_personal=is_personal, at=work.at
    )
    return store.accounts.keep(work, activated)


def recover(work: Work, *, token: str, password: str, one_time_code: str) -> Account | Failure:
    """Let whoever follows a recovery link choose a new password, with their second factor where they have one.

    A wrong code is answered, not raised: it counts, so what counted has to be kept.
    """
    account = store.by_recovery(work, hash_of(token))
    if account is None:
        raise rules.RecoveryUnknown
    rules.must_be_open(account.recovery, at=work.at)
    password_hash = new_hash(work, account, password=password)
    if account.second_factor is None:
        return store.accounts.keep(work, rules.recover(account, password_hash=password_hash, at=work.at))
    door = doors.before(work, f"recovery|{account.account_id}")
    if wait_s := doors.shut_s(work, door):
        raise doors.shut(wait_s)
    proved = _with_code(account, one_time_code, work)
    if proved is None:
        wait_s = doors.failed(work, door)
        return doors.shut(wait_s) if wait_s else rules.CodeWrong()
    doors.passed(work, door)
    return store.accounts.keep(work, rules.recover(proved, password_hash=password_hash, at=work.at))


def new_hash(work: Work, account: Account, *, password: str) -> str:
    """The hash of a password that the owner of an account may choose, or what is wrong with it."""
    person = register.persons.find(work, account.person_ref) if account.person_ref else None
    context = [*(rules.words_of(person) if person else ()), *rules.fund_words(work.fund)]
    rules.check_password(password, role=account.role, common=passwords.common(), context=context)
    return _hashed(work, password)


def _hashed(work: Work, password: str) -> str:
    return passwords.hashed(rules.read_password(password), salt=work.chance(passwords.SALT_BYTES))


# --- users whom an operator adds --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Added:
    """A new user, and where they have one the secret of their one-time codes: said this once."""

    account: Account
    secret: str | None


def add_user(work: Work, *, login: str, password: str, role: Role, employer_ids: tuple[str, ...]) -> Added:
    """Open an account for an employer's user or for one of the fund's staff."""
    read = rules.read_login(login)
    context = [*read.split("@"), *rules.fund_words(work.fund)]
    rules.check_password(password, role=role, common=passwords.common(), context=context)
    known_by = _index_of_login(work, read)
    account = rules.add_user(
        store.known_by(work, known_by),
        role=role,
        account_id=work.new_id(),
        known_by=known_by,
        password_hash=_hashed(work, password),
        employer_ids=tuple(_open_employer(work, employer_id) for employer_id in employer_ids),
        second_factor=second_factor.new_secret(work.chance(second_factor.SECRET_BYTES)),
    )
    return Added(account=store.accounts.keep(work, Outcome(account)), secret=account.second_factor)


def reset_user(work: Work, *, login: str, portal_url: str) -> str:
    """A link by which a user or one of the staff chooses a new password: whoever starts it learns none."""
    read, token = rules.read_login(login), _text(work.chance(TOKEN_BYTES))
    account = rules.start_reset(
        store.known_by(work, _index_of_login(work, read)), token_hash=hash_of(token), at=work.at
    )
    store.accounts.keep(work, Outcome(account))
    return _recovery_link(work, token, login=read, portal_url=portal_url)


def _open_employer(work: Work, employer_number: str) -> str:
    employer_id = work.fund.read_identifier(IdentifierKind.EMPLOYER_NUMBER, employer_number)
    if employer_id is None:
        raise EmployerUnknown
    if not register.employers.load(work, employer_id).is_open:
        raise rules.EmployerNotOpen
    return employer_id


# --- letting people in ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What somebody typed at the door, and what their browser brought. `actors` are the kinds whom this door serves."""

    login: str
    password: str
    one_time_code: str
    device: str
    actors: frozenset[ActorKind]


@dataclass(frozen=True, kw_only=True)
class Admission:
    """How it went: the account where they are in, else how long the door stays shut (0: they may try again).

    `device` is what their browser should bring next time.
    """

    account: Account | None = None
    device: str = ""
    shut_s: int = 0


def admit(work: Work, attempt: Attempt) -> Admission:
    """Let somebody in by what they typed. The answer is the same, and takes as long, for a name that nobody has."""
    login = _typed(work, attempt.login)
    device_id = _device_id(work, login, attempt.device)
    door = doors.before(work, f"{login}|{device_id}")
    if wait_s := doors.shut_s(work, door):
        return Admission(shut_s=wait_s)
    account = _proved(work, attempt, _found(work, login, attempt.actors))
    if account is None:
        return Admission(shut_s=doors.failed(work, door))
    doors.passed(work, door)
    return Admission(account=account, device=attempt.device if device_id else _new_device(work, login))


def _found(work: Work, login: str, actors: frozenset[ActorKind]) -> Account | None:
    """The account under that name, if it is one that may come in here: a person's by national id, others' by login."""
    if login[:1].isdigit():
        person = register.by_national_id(work, login)
        account = store.known_by(work, person.person_ref if person else "")
    else:
        account = store.known_by(work, _index_of_login(work, login))
    may_enter = account is not None and account.status is Status.ACTIVE and account.role.actor in actors
    return account if may_enter else None


def _proved(work: Work, attempt: Attempt, account: Account | None) -> Account | None:
    """The account, if the password is right and, where it has one, the second factor too."""
    password = rules.read_password(attempt.password)  # whole: cut off, the rest of it could be anything
    is_right = passwords.is_right(account.password_hash if account else passwords.NOBODYS, password)
    if account is None or not is_right:
        return None
    if account.second_factor is None:
        return account
    proved = _with_code(account, attempt.one_time_code, work)
    return None if proved is None else store.accounts.keep(work, Outcome(proved))


def _with_code(account: Account, code: str, work: Work) -> Account | None:
    """The account with this code taken, if it is one; a code is taken once."""
    step = second_factor.accepted_step(account.second_factor or "", code, after_step=account.factor_step, at=work.at)
    return None if step is None else replace(account, factor_step=step)


def _typed(work: Work, login: str) -> str:
    """The name as it is looked up: a national id in the fund's form, or a login."""
    text = typed.plain(login[:LOGIN_SENT_MAX])[:LOGIN_LENGTH_MAX]
    return work.fund.read_identifier(IdentifierKind.NATIONAL_ID, text) or text.casefold()


def _device_id(work: Work, login: str, device: str) -> str:
    """The browser's id, where it truly signed in under this name before; else nothing."""
    device_id, _, mark = device.partition(".")
    is_known = hmac.compare_digest(mark.encode(), _device_mark(work, login, device_id).encode())
    return device_id if is_known else ""


def _new_device(work: Work, login: str) -> str:
    device_id = _text(work.chance(DEVICE_BYTES))
    return f"{device_id}.{_device_mark(work, login, device_id)}"


def _device_mark(work: Work, login: str, device_id: str) -> str:
    return work.keys.blind_index(f"{login}|{device_id}", of="device")


def _index_of_login(work: Work, login: str) -> str:
    return work.keys.blind_index(login, of="login")


def hash_of(token: str) -> str:
    """How a random token of 256 bits is kept: too long to be guessed, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _text(chance: bytes) -> str:
    return base64.urlsafe_b64encode(chance).rstrip(b"=").decode()
