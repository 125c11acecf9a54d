"""What identity does for an owner who sees to their account: what is known of them, another password, and sessions to
look at and end."""

from typing import Any

from services.identity.accounts import actions as accounts
from services.identity.accounts import password_rules, passwords, renewal, throttles
from services.identity.accounts import rules as account_rules
from services.identity.accounts import store as account_store
from services.identity.accounts.account import Account
from services.identity.register import store as register
from services.identity.register.employer import Employer
from services.identity.register.person import Person
from services.identity.signin import actions as signin
from services.identity.signin import rules, store
from services.identity.signin.session import Session, SessionEnd
from shared.kernel.actors import NotYours
from shared.kernel.errors import Failure
from shared.kernel.outcome import Outcome
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

FORGOTTEN_AT_ONCE_MAX = 200


def own_record(uow: UnitOfWork) -> Person:
    """The caller, as the register has them. Raises `NotYours` where the caller is no person, and `PersonUnknown`."""
    if uow.by.person_ref is None:
        raise NotYours
    return register.persons.load(uow, uow.by.person_ref)


def own_employers(uow: UnitOfWork) -> list[Employer]:
    """The employers that the caller acts for, by their numbers."""
    found = register.employers.find_many(uow, sorted(uow.by.employer_ids | uow.by.delegated.keys()))
    return [found[number] for number in sorted(found)]


def change_password(uow: UnitOfWork, *, current: str, chosen: str) -> Failure | None:
    """Give the caller's account another password; the session in which they do so goes on, all others are over.

    A wrong current password is answered, not raised: it counts, so what counted has to be kept.
    """
    session, account = _own(uow)
    password_hash = accounts.new_hash(uow, account, password=chosen)
    refused = _prove(uow, account, password=current)
    if refused is not None:
        return refused
    renewal.must_differ(chosen, current=current)
    changed = renewal.change_password(account, password_hash=password_hash, at=uow.at)
    store.sessions.save(uow, Outcome(rules.hold_on(session, account_store.accounts.save(uow, changed))))
    return None


def prove(uow: UnitOfWork, *, password: str) -> Failure | None:
    """Whether it is still the owner who sits there, before something that a thief would want: by the password again.

    What is wrong is answered, not raised: it counts, with wrong current passwords of a change of password, so what
    counted has to be kept. Raises `SessionOver` of who is not signed in to an account.
    """
    _, account = _own(uow)
    return _prove(uow, account, password=password)


def _prove(uow: UnitOfWork, account: Account, *, password: str) -> Failure | None:
    throttle = throttles.before(uow, f"change|{account.account_id}")
    if wait_s := throttles.locked_s(uow, throttle):
        raise throttles.locked(wait_s)
    if not passwords.is_right(account.password_hash, password_rules.read_password(password)):
        wait_s = throttles.failed(uow, throttle)
        return throttles.locked(wait_s) if wait_s else renewal.CurrentPasswordWrong()
    throttles.passed(uow, throttle)
    return None


def open_sessions(uow: UnitOfWork, *, wanted: PageRequest) -> Page[dict[str, Any]]:
    """A page of the caller's sessions that hold, newest first."""
    own, account = _own(uow)
    page = _begun_lately(uow, account, wanted)
    shown = [
        {
            "session_id": session.session_id,
            "client_id": session.client_id,
            "signed_in_at": session.signed_in_at,
            "used_at": session.used_at or session.signed_in_at,
            "browser": session.device.browser,
            "system": session.device.system,
            "ends_at": session.signed_in_at + rules.SESSION_LIFE,
            "methods": session.methods,
            "is_this": session.session_id == own.session_id,
        }
        for session in page
        if _holds(uow, session, account)
    ]
    return Page(shown, page.next)


def end_session(uow: UnitOfWork, *, session_id: str) -> None:
    """End one of the caller's sessions; one that is over stays as it is."""
    _, account = _own(uow)
    session = store.sessions.load(uow, session_id)
    if session.account_id != account.account_id:
        raise NotYours
    signin.end(uow, session, why=SessionEnd.CLOSED)


def end_others(uow: UnitOfWork) -> int:
    """End all of the caller's sessions but the one that asks; how many."""
    own, account = _own(uow)
    others = [session for session in _holding(uow, account) if session.session_id != own.session_id]
    for session in others:
        signin.end(uow, session, why=SessionEnd.CLOSED)
    return len(others)


def _own(uow: UnitOfWork) -> tuple[Session, Account]:
    """The caller's session and account. `SessionOver` where the session was ended while its token is good."""
    session = store.sessions.find(uow, uow.by.session_id or "")
    if session is not None and rules.is_open(session, at=uow.at):
        account = signin.account_of(uow, session)
        if account is not None:
            return session, account
    raise rules.SessionOver


def _holding(uow: UnitOfWork, account: Account) -> list[Session]:
    """All that hold: as many as somebody can begin in the life of one."""
    found: list[Session] = []
    wanted: PageRequest | None = PageRequest()
    while wanted is not None:
        page = _begun_lately(uow, account, wanted)
        found += [session for session in page if _holds(uow, session, account)]
        wanted = PageRequest(cursor=page.next) if page.next else None
    return found


def _begun_lately(uow: UnitOfWork, account: Account, wanted: PageRequest) -> Page[Session]:
    """A page of an account's sessions; behind one that is over by its age alone none comes that holds."""
    page = store.of_account(uow, account.account_id, wanted=wanted)
    is_last = not page.items or page.items[-1].signed_in_at + rules.SESSION_LIFE <= uow.at
    return Page(page.items, None if is_last else page.next)


def _holds(uow: UnitOfWork, session: Session, account: Account) -> bool:
    is_begun = session.code_used_at is not None
    return is_begun and rules.is_open(session, at=uow.at) and rules.is_of_todays_password(session, account)


# --- forgetting what has served ---------------------------------------------------------------------------------------


def forget_given_up(uow: UnitOfWork) -> int:
    """Remove accounts that were asked for and that nobody ever opened, those longest over first; how many."""
    pending = account_store.pending_since(uow, uow.at - account_rules.PENDING_KEPT, limit=FORGOTTEN_AT_ONCE_MAX)
    given_up = [account for account in pending if account_rules.is_given_up(account, at=uow.at)]
    for account in given_up:
        account_store.give_up(uow, account)
    return len(given_up)
