"""What identity does with accounts: take applications, send links, open accounts, let people in and back in."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.identity.accounts import password_rules, passwords, renewal, rules, second_factor, store, throttles, users
from services.identity.accounts.account import Account, Status, scopes_of
from services.identity.accounts.application import ApplicantFacts, Application, ApplicationKind
from services.identity.deaths.store import died_on
from services.identity.register import store as register
from services.identity.register.person import Person
from services.identity.register.rules import EmployerUnknown
from shared.funds.fund import IdentifierKind
from shared.jobs import queue
from shared.kernel import normalize
from shared.kernel.actors import ActorKind
from shared.kernel.errors import Failure
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.unit_of_work import UnitOfWork

CONSIDER = "applications.consider"
"""The kind of the job that considers an application; its thing is the application's id."""
TOKEN_BYTES = 32
DEVICE_BYTES = 16
LOGIN_LENGTH_MAX = 100
LOGIN_SENT_MAX = 1_000


# --- applying and activating ------------------------------------------------------------------------------------------


def apply(uow: UnitOfWork, facts: ApplicantFacts, *, password: str) -> None:
    """Take an application from anybody. Nothing is looked up here, so nothing can be learned from how it goes."""
    known_words = [*password_rules.personal_words(facts), *password_rules.fund_words(uow.fund)]
    password_rules.check_password(
        password,
        actor=ActorKind.PERSON,
        is_easily_guessed=passwords.is_easily_guessed(password),
        known_words=known_words,
    )
    application = Application(
        application_id=uow.new_id(),
        facts=facts,
        password_hash=_hashed(uow, password),
        applied_at=uow.at,
        is_scheduled=True,
    )
    _wait(uow, application)


def ask_recovery(uow: UnitOfWork, facts: ApplicantFacts) -> None:
    """Take from anybody that they forgot a password. Nothing is looked up here either."""
    application = Application(
        application_id=uow.new_id(),
        facts=facts,
        password_hash=None,
        applied_at=uow.at,
        wish=ApplicationKind.RECOVERY,
        is_scheduled=True,
    )
    _wait(uow, application)


def _wait(uow: UnitOfWork, application: Application) -> None:
    store.applications.save(uow, Outcome(application))
    queue.schedule(uow, CONSIDER, application.application_id)


def schedule(uow: UnitOfWork, application_id: str) -> None:
    """Have an application considered that a release without the due queue left waiting."""
    application = store.applications.load(uow, application_id)
    _wait(uow, replace(application, is_scheduled=True))


def give_up(uow: UnitOfWork, *, application_id: str) -> None:
    """An application that could not be considered is deleted: the applicant may apply again."""
    application = store.applications.find(uow, application_id)
    if application is not None:
        store.forget(uow, application)


def consider(uow: UnitOfWork, *, application_id: str, portal_url: str) -> None:
    """Compare an application with the register, send the link where it is true, and forget it either way."""
    application = store.applications.find(uow, application_id)
    if application is None:
        return
    store.forget(uow, application)
    person = register.by_national_id(uow, application.facts.national_id)
    if person is None or not rules.are_true(application.facts, person) or died_on(uow, person.person_ref) is not None:
        return
    account = store.known_by(uow, person.person_ref)
    if application.password_hash is None:
        outcome = _recovery_of(uow, account, person=person, portal_url=portal_url)
    else:
        outcome = _activation_of(
            uow, account, person=person, password_hash=application.password_hash, portal_url=portal_url
        )
    if outcome is not None:
        store.accounts.save(uow, outcome)


def _activation_of(
    uow: UnitOfWork, account: Account | None, *, person: Person, password_hash: str, portal_url: str
) -> Outcome[Account] | None:
    token = _text(uow.entropy(TOKEN_BYTES))
    return rules.ask(
        account,
        person=person,
        fund=uow.fund,
        account_id=uow.new_id(),
        password_hash=password_hash,
        token_hash=hash_of(token),
        link=_encrypted_link(uow, f"{portal_url}/{uow.fund.fund_id}/activation#token={token}", person),
        at=uow.at,
    )


def _recovery_of(
    uow: UnitOfWork, account: Account | None, *, person: Person, portal_url: str
) -> Outcome[Account] | None:
    token = _text(uow.entropy(TOKEN_BYTES))
    link = _recovery_link(uow, token, login=person.civil.national_id, portal_url=portal_url)
    return renewal.ask_recovery(
        account,
        person=person,
        fund=uow.fund,
        token_hash=hash_of(token),
        link=_encrypted_link(uow, link, person),
        at=uow.at,
    )


def _encrypted_link(uow: UnitOfWork, link: str, person: Person) -> Encrypted:
    return uow.keys.encrypt(link, data_class=DataClass.CONTACT, associated_data=person.person_ref)


def _recovery_link(uow: UnitOfWork, token: str, *, login: str, portal_url: str) -> str:
    """Where a new password is chosen; what follows # reaches no server's log.

    `device` is the cookie of a browser that signed in before: it has a throttle of its own from then on, so that others
    who trigger the common one do not lock its owner out.
    """
    return f"{portal_url}/{uow.fund.fund_id}/recovery#token={token}&device={_new_device(uow, login)}"


def activate(uow: UnitOfWork, *, token: str, password: str) -> Account:
    """Open the account that a link was sent for."""
    account = store.by_token(uow, hash_of(token))
    if account is None:
        raise rules.ActivationUnknown
    is_password_right = passwords.is_right(account.password_hash, password_rules.read_password(password))
    person = register.persons.find(uow, account.person_ref) if account.person_ref else None
    is_personal = person is not None and password_rules.is_personal(
        password, known_words=password_rules.words_of(person)
    )
    activated = rules.activate(
        account, is_password_right=is_password_right, is_password_personal=is_personal, at=uow.at
    )
    return store.accounts.save(uow, activated)


def recover(uow: UnitOfWork, *, token: str, password: str, one_time_code: str) -> Account | Failure:
    """Let whoever follows a recovery link choose a new password, with their second factor where they have one.

    A wrong code is answered, not raised: it counts, so what counted has to be kept.
    """
    account = store.by_recovery(uow, hash_of(token))
    if account is None:
        raise renewal.RecoveryUnknown
    renewal.must_be_open(account.recovery, at=uow.at)
    password_hash = new_hash(uow, account, password=password)
    if account.second_factor is None:
        return store.accounts.save(uow, renewal.recover(account, password_hash=password_hash, at=uow.at))
    throttle = throttles.before(uow, f"recovery|{account.account_id}")
    if wait_s := throttles.locked_s(uow, throttle):
        raise throttles.locked(wait_s)
    proved = _with_code(account, one_time_code, uow)
    if proved is None:
        wait_s = throttles.failed(uow, throttle)
        return throttles.locked(wait_s) if wait_s else renewal.CodeWrong()
    throttles.passed(uow, throttle)
    return store.accounts.save(uow, renewal.recover(proved, password_hash=password_hash, at=uow.at))


def new_hash(uow: UnitOfWork, account: Account, *, password: str) -> str:
    """The hash of a password that the owner of an account may choose, or what is wrong with it."""
    person = register.persons.find(uow, account.person_ref) if account.person_ref else None
    known_words = [*(password_rules.words_of(person) if person else ()), *password_rules.fund_words(uow.fund)]
    password_rules.check_password(
        password, actor=account.kind, is_easily_guessed=passwords.is_easily_guessed(password), known_words=known_words
    )
    return _hashed(uow, password)


def _check(password: str, *, actor: ActorKind, known_words: Iterable[str]) -> None:
    is_easily_guessed = passwords.is_easily_guessed(password)
    password_rules.check_password(password, actor=actor, is_easily_guessed=is_easily_guessed, known_words=known_words)


def _hashed(uow: UnitOfWork, password: str) -> str:
    return passwords.hashed(password_rules.read_password(password), salt=uow.entropy(passwords.SALT_BYTES))


# --- a death ----------------------------------------------------------------------------------------------------------


def follow_death(uow: UnitOfWork, *, person_ref: str) -> Account | None:
    """The account of a person whose death was recorded or taken back, as it is by what the register knows now: closed
    or open again. None where they have none."""
    before = store.known_by(uow, person_ref)
    if before is None:
        return None
    after = rules.reopen(before) if died_on(uow, person_ref) is None else rules.close(before)
    return before if after == before else store.accounts.save(uow, Outcome(after))


# --- users whom an operator adds --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Added:
    """A new user, and where they have one the secret of their one-time codes: said this once."""

    account: Account
    secret: str | None


@dataclass(frozen=True, kw_only=True)
class StaffName:
    """How one of the fund's staff is called."""

    account_id: str
    name: str


def add_user(
    uow: UnitOfWork,
    *,
    actor: ActorKind,
    role: str | None,
    login: str,
    password: str,
    employer_ids: tuple[str, ...],
    display_name: str | None = None,
) -> Added:
    """Open an account for an employer's user or for one of the fund's staff; `display_name` is how colleagues call
    them."""
    role = users.role_of(uow.fund, actor=actor, named=role)
    read = users.read_new_login(login, fund=uow.fund)
    known_words = [*read.split("@"), *password_rules.fund_words(uow.fund)]
    password_rules.check_password(
        password, actor=actor, is_easily_guessed=passwords.is_easily_guessed(password), known_words=known_words
    )
    known_by = _index_of_login(uow, read)
    account = users.add_user(
        store.known_by(uow, known_by),
        role=role,
        actor=actor,
        account_id=uow.new_id(),
        known_by=known_by,
        password_hash=_hashed(uow, password),
        employer_ids=tuple(_open_employer(uow, employer_id) for employer_id in employer_ids),
        second_factor=second_factor.new_secret(uow.entropy(second_factor.SECRET_BYTES)),
        display_name=display_name,
    )
    return Added(account=store.accounts.save(uow, Outcome(account)), secret=account.second_factor)


def name_user(uow: UnitOfWork, *, login: str, display_name: str) -> None:
    """From now on colleagues see one of the staff under that name."""
    known = store.known_by(uow, _index_of_login(uow, users.read_login(login)))
    named = users.name_staff(known, display_name=display_name)
    if named != known:
        store.accounts.save(uow, Outcome(named))


def names_of(uow: UnitOfWork, account_ids: Sequence[str]) -> list[StaffName]:
    """How those of some accounts are called that are of staff and have a name, in the order asked for."""
    users.may_see_names(uow.by)
    found = store.accounts.find_many(uow, account_ids)
    asked = [found[account_id] for account_id in dict.fromkeys(account_ids) if account_id in found]
    return [
        StaffName(account_id=account.account_id, name=account.display_name)
        for account in asked
        if account.kind is ActorKind.STAFF and account.display_name
    ]


def find_staff(uow: UnitOfWork, *, login: str, scope: str) -> StaffName:
    """Who of the fund's staff signs in with a login and may do what a scope says today: whom work is given to. Raises
    `StaffUnknown` and `LoginMalformed`."""
    users.may_see_names(uow.by)
    read = users.read_login(login)
    found = store.known_by(uow, _index_of_login(uow, read))
    if found is None or found.kind is not ActorKind.STAFF or found.status is not Status.ACTIVE:
        raise rules.StaffUnknown
    if scope not in scopes_of(found, uow.fund):
        raise rules.StaffUnknown
    return StaffName(account_id=found.account_id, name=found.display_name or read)


def reset_user(uow: UnitOfWork, *, login: str, portal_url: str) -> str:
    """A link by which a user or one of the staff chooses a new password: whoever starts it learns none."""
    read, token = users.read_login(login), _text(uow.entropy(TOKEN_BYTES))
    account = renewal.start_reset(store.known_by(uow, _index_of_login(uow, read)), token_hash=hash_of(token), at=uow.at)
    store.accounts.save(uow, Outcome(account))
    return _recovery_link(uow, token, login=read, portal_url=portal_url)


def _open_employer(uow: UnitOfWork, employer_number: str) -> str:
    employer_id = uow.fund.read_identifier(IdentifierKind.EMPLOYER_NUMBER, employer_number)
    if employer_id is None:
        raise EmployerUnknown
    if not register.employers.load(uow, employer_id).is_open:
        raise users.EmployerNotOpen
    return employer_id


# --- letting people in ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What somebody typed to sign in, and their browser's cookie. `actors` are the kinds that may sign in here."""

    login: str
    password: str
    one_time_code: str
    device: str
    actors: frozenset[ActorKind]


@dataclass(frozen=True, kw_only=True)
class Authentication:
    """The outcome: the account if they are authenticated, else how long they are throttled (0: they may retry).

    `device` is the cookie for their browser.
    """

    account: Account | None = None
    device: str = ""
    locked_s: int = 0


def authenticate(uow: UnitOfWork, attempt: Attempt) -> Authentication:
    """Let somebody in by what they typed. The answer is the same, and takes as long, for a name that nobody has."""
    login = _typed(uow, attempt.login)
    device_id = _device_id(uow, login, attempt.device)
    throttle = throttles.before(uow, f"{login}|{device_id}")
    if wait_s := throttles.locked_s(uow, throttle):
        return Authentication(locked_s=wait_s)
    account = _proved(uow, attempt, _found(uow, login, attempt.actors))
    if account is None:
        return Authentication(locked_s=throttles.failed(uow, throttle))
    throttles.passed(uow, throttle)
    return Authentication(account=account, device=attempt.device if device_id else _new_device(uow, login))


def _found(uow: UnitOfWork, login: str, actors: frozenset[ActorKind]) -> Account | None:
    """The account under that name, if it is of a kind that may sign in here: a person's by national id, which may begin
    with a letter, others' by login."""
    is_national_id = uow.fund.read_identifier(IdentifierKind.NATIONAL_ID, login) is not None
    person = register.by_national_id(uow, login) if is_national_id else None
    known_by = person.person_ref if person else _index_of_login(uow, login.casefold())
    account = store.known_by(uow, known_by)
    may_enter = account is not None and account.status is Status.ACTIVE and account.kind in actors
    return account if may_enter else None


def _proved(uow: UnitOfWork, attempt: Attempt, account: Account | None) -> Account | None:
    """The account, if the password is right and, where it has one, the second factor too."""
    password = password_rules.read_password(attempt.password)  # whole: cut off, the rest of it could be anything
    is_right = passwords.is_right(account.password_hash if account else passwords.NOBODYS, password)
    if account is None or not is_right:
        return None
    if account.second_factor is None:
        return account
    proved = _with_code(account, attempt.one_time_code, uow)
    return None if proved is None else store.accounts.save(uow, Outcome(proved))


def _with_code(account: Account, code: str, uow: UnitOfWork) -> Account | None:
    """The account with this code taken, if it is one; a code is taken once."""
    step = second_factor.accepted_step(account.second_factor or "", code, after_step=account.factor_step, at=uow.at)
    return None if step is None else replace(account, factor_step=step)


def _typed(uow: UnitOfWork, login: str) -> str:
    """The name as it is looked up: a national id in the fund's form, or a login."""
    text = normalize.plain(login[:LOGIN_SENT_MAX])[:LOGIN_LENGTH_MAX]
    return uow.fund.read_identifier(IdentifierKind.NATIONAL_ID, text) or text.casefold()


def _device_id(uow: UnitOfWork, login: str, device: str) -> str:
    """The browser's id, where it truly signed in under this name before; else nothing."""
    device_id, _, mark = device.partition(".")
    is_known = hmac.compare_digest(mark.encode(), _device_mark(uow, login, device_id).encode())
    return device_id if is_known else ""


def _new_device(uow: UnitOfWork, login: str) -> str:
    device_id = _text(uow.entropy(DEVICE_BYTES))
    return f"{device_id}.{_device_mark(uow, login, device_id)}"


def _device_mark(uow: UnitOfWork, login: str, device_id: str) -> str:
    return uow.keys.blind_index(f"{login}|{device_id}", of="device")


def _index_of_login(uow: UnitOfWork, login: str) -> str:
    return uow.keys.blind_index(login, of="login")


def hash_of(token: str) -> str:
    """How a random token of 256 bits is kept: too long to be guessed, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _text(entropy: bytes) -> str:
    return base64.urlsafe_b64encode(entropy).rstrip(b"=").decode()
