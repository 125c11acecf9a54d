"""What identity does with accounts: take applications, send links, open accounts, let people in."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace

from services.identity.accounts import passwords, rules, second_factor, store
from services.identity.accounts.account import Account, Role, Status
from services.identity.accounts.application import Application, Facts
from services.identity.accounts.door import Door
from services.identity.register import store as register
from services.identity.register.rules import EmployerUnknown
from shared.funds.fund import IdentifierKind
from shared.kernel.actors import ActorKind
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass
from shared.storage.work import Work

TOKEN_BYTES = 32
DEVICE_BYTES = 16
LOGIN_LENGTH_MAX = 100


# --- applying and activating ------------------------------------------------------------------------------------------


def apply(work: Work, facts: Facts, *, password: str) -> None:
    """Take an application from anybody. Nothing is looked up here, so nothing can be learned from how it goes."""
    chosen = rules.read_password(password)
    context = [*rules.personal_words(facts), *rules.fund_words(work.fund)]
    rules.check_password(chosen, role=Role.PERSON, common=passwords.common(), context=context)
    application = Application(
        application_id=work.new_id(),
        facts=facts,
        password_hash=passwords.hashed(chosen, salt=work.chance(passwords.SALT_BYTES)),
        applied_at=work.at,
    )
    store.applications.keep(work, Outcome(application))


def consider(work: Work, *, application_id: str, portal_url: str) -> None:
    """Compare an application with the register, send the link where it is true, and forget it either way."""
    application = store.applications.find(work, application_id)
    if application is None:
        return
    store.forget(work, application)
    person = register.by_national_id(work, application.facts.national_id)
    if person is None or not rules.are_true(application.facts, person):
        return
    token = _text(work.chance(TOKEN_BYTES))
    link = f"{portal_url}/{work.fund.fund_id}/activation#token={token}"  # what follows # reaches no server's log
    outcome = rules.ask(
        store.known_by(work, person.person_ref),
        person=person,
        account_id=work.new_id(),
        password_hash=application.password_hash,
        token_hash=hash_of(token),
        link=work.keys.seal(link, as_=DataClass.CONTACT, whose=person.person_ref),
        at=work.at,
    )
    if outcome is not None:
        store.accounts.keep(work, outcome)


def activate(work: Work, *, token: str, password: str) -> Account:
    """Open the account that a link was sent for."""
    account = store.by_token(work, hash_of(token))
    if account is None:
        raise rules.ActivationUnknown
    is_password_right = passwords.is_right(account.password_hash, rules.read_password(password))
    return store.accounts.keep(work, rules.activate(account, is_password_right=is_password_right, at=work.at))


# --- users whom an operator adds --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Added:
    """A new user, and where they have one the secret of their one-time codes: said this once."""

    account: Account
    secret: str | None


def add_user(work: Work, *, login: str, password: str, role: Role, employer_ids: tuple[str, ...]) -> Added:
    """Open an account for an employer's user or for one of the fund's staff."""
    read, chosen = rules.read_login(login), rules.read_password(password)
    context = [*read.split("@"), *rules.fund_words(work.fund)]
    rules.check_password(chosen, role=role, common=passwords.common(), context=context)
    known_by = _index_of_login(work, read)
    account = rules.add_user(
        store.known_by(work, known_by),
        role=role,
        account_id=work.new_id(),
        known_by=known_by,
        password_hash=passwords.hashed(chosen, salt=work.chance(passwords.SALT_BYTES)),
        employer_ids=tuple(_open_employer(work, employer_id) for employer_id in employer_ids),
        second_factor=second_factor.new_secret(work.chance(second_factor.SECRET_BYTES)),
    )
    return Added(account=store.accounts.keep(work, Outcome(account)), secret=account.second_factor)


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
    door_id = work.keys.blind_index(f"{login}|{device_id}", of="door")
    door = store.doors.find(work, door_id) or Door(door_id=door_id)
    shut_until = rules.shut_until(door, at=work.at)
    if shut_until is not None:
        return Admission(shut_s=int((shut_until - work.at).total_seconds()) + 1)
    account = _proved(work, attempt, _found(work, login, attempt.actors))
    if account is None:
        failed = store.doors.keep(work, Outcome(rules.failed(door, at=work.at)))
        shut_until = rules.shut_until(failed, at=work.at)
        return Admission(shut_s=int((shut_until - work.at).total_seconds()) if shut_until else 0)
    if door.failures:
        store.doors.keep(work, Outcome(rules.passed(door)))
    device_id = device_id or _text(work.chance(DEVICE_BYTES))
    return Admission(account=account, device=f"{device_id}.{_device_mark(work, login, device_id)}")


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
    password = rules.read_password(attempt.password[: rules.PASSWORD_LENGTH_MAX])
    is_right = passwords.is_right(account.password_hash if account else passwords.NOBODYS, password)
    if account is None or not is_right:
        return None
    if account.second_factor is None:
        return account
    step = second_factor.accepted_step(
        account.second_factor, attempt.one_time_code, after_step=account.factor_step, at=work.at
    )
    return None if step is None else store.accounts.keep(work, Outcome(replace(account, factor_step=step)))


def _typed(work: Work, login: str) -> str:
    """The name as it is looked up: a national id without its blanks, or a login."""
    text = login.strip()[:LOGIN_LENGTH_MAX]
    return work.fund.read_identifier(IdentifierKind.NATIONAL_ID, text) or text.casefold()


def _device_id(work: Work, login: str, device: str) -> str:
    """The browser's id, where it truly signed in under this name before; else nothing."""
    device_id, _, mark = device.partition(".")
    is_known = hmac.compare_digest(mark.encode(), _device_mark(work, login, device_id).encode())
    return device_id if is_known else ""


def _device_mark(work: Work, login: str, device_id: str) -> str:
    return work.keys.blind_index(f"{login}|{device_id}", of="device")


def _index_of_login(work: Work, login: str) -> str:
    return work.keys.blind_index(login, of="login")


def hash_of(token: str) -> str:
    """How a random token of 256 bits is kept: too long to be guessed, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _text(chance: bytes) -> str:
    return base64.urlsafe_b64encode(chance).rstrip(b"=").decode()
