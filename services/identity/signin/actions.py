"""What identity does with sessions: begin, exchange the code, refresh, end."""

import base64
import hmac
from typing import Any

from services.identity.accounts import actions as accounts
from services.identity.accounts import store as account_store
from services.identity.accounts.account import Account, Status
from services.identity.accounts.actions import hash_of
from services.identity.counter.visit import Visit
from services.identity.register.store import persons as register
from services.identity.signin import rules
from services.identity.signin.session import Session, SessionEnd
from services.identity.signin.store import of_account, sessions
from shared.kernel.outcome import Outcome
from shared.storage.paging import PageRequest
from shared.storage.unit_of_work import UnitOfWork

SECRET_BYTES = 32
FORM_LIFE_S = 1_800
SESSION_PAGES_MAX = 20


def new_token(uow: UnitOfWork, *, session_id: str) -> str:
    """A code or refresh token: the id of its session, and 256 random bits."""
    secret = base64.urlsafe_b64encode(uow.entropy(SECRET_BYTES)).rstrip(b"=").decode()
    return f"{session_id}.{secret}"


def begin(uow: UnitOfWork, session: Session) -> Session:
    return sessions.save(uow, Outcome(session))


def redeem(uow: UnitOfWork, code: str, *, client_id: str) -> Session | None:
    """The session that a code begins, once; None for any other code. A code that comes again ends its session."""
    session = _of_token(uow, code)
    used = session and rules.redeem(session, code_hash=hash_of(code), client_id=client_id, at=uow.at)
    return _kept_if_open(uow, session, used)


def present(uow: UnitOfWork, refresh_token: str, *, client_id: str) -> Session | None:
    """The session whose refresh token in force this is; None for any other. One that was used before ends it."""
    session = _of_token(uow, refresh_token)
    shown = session and rules.present(session, refresh_hash=hash_of(refresh_token), client_id=client_id, at=uow.at)
    return _kept_if_open(uow, session, shown)


def rotate(uow: UnitOfWork, session: Session) -> tuple[Session, str]:
    """The session with a new refresh token, and the token."""
    token = new_token(uow, session_id=session.session_id)
    rotated = rules.rotate(session, refresh_hash=hash_of(token), at=uow.at)
    return sessions.save(uow, Outcome(rotated)), token


def end(uow: UnitOfWork, session: Session, *, why: SessionEnd) -> None:
    ended = rules.end(session, why=why, at=uow.at)
    if ended != session:
        sessions.save(uow, Outcome(ended))


def sign_out(uow: UnitOfWork, *, session_id: str) -> None:
    """Its owner ends a session; one that is not there, or is over, is over."""
    session = sessions.find(uow, session_id)
    if session is not None:
        end(uow, session, why=SessionEnd.SIGNED_OUT)


def follow_death(uow: UnitOfWork, *, person_ref: str) -> None:
    """A person's death was recorded or taken back: their account is closed, with every session, or open again. A closed
    account lets no session go on, so that those beyond the limit are over as well."""
    account = accounts.follow_death(uow, person_ref=person_ref)
    if account is None or account.status is not Status.CLOSED:
        return
    wanted: PageRequest | None = PageRequest()
    for _ in range(SESSION_PAGES_MAX):
        if wanted is None:
            return
        page = of_account(uow, account.account_id, wanted=wanted)
        for session in page:
            end(uow, session, why=SessionEnd.DIED)
        wanted = PageRequest(cursor=page.next) if page.next else None


def of_refresh_token(uow: UnitOfWork, token: str) -> Session | None:
    """The session that a refresh token, in force or not, is of."""
    session = _of_token(uow, token)
    return session if session and hash_of(token) in session.refresh_hashes else None


def account_of(uow: UnitOfWork, session: Session) -> Account | None:
    """Whose session it is, as long as the account lets anybody in and has the password that the session began with."""
    account = account_store.accounts.find(uow, session.account_id)
    if account is None or account.status is not Status.ACTIVE:
        return None
    return account if rules.is_of_todays_password(session, account) else None


def agent_of(uow: UnitOfWork, visit: Visit, *, client_id: str) -> Account | None:
    """The agent of a visit, as long as their sign-in through this client goes on."""
    session = sessions.find(uow, visit.session_id)
    if session is None or session.client_id != client_id or not rules.is_open(session, at=uow.at):
        return None
    account = account_of(uow, session)
    return account if account is not None and account.account_id == visit.agent_id else None


def is_signed_in(uow: UnitOfWork) -> bool:
    """Whether the caller's session goes on: an access token may outlive it by some minutes."""
    session = sessions.find(uow, uow.by.session_id) if uow.by.session_id else None
    return session is not None and rules.is_open(session, at=uow.at) and account_of(uow, session) is not None


def userinfo(uow: UnitOfWork) -> dict[str, Any]:
    """Who the caller is, and with the scope `profile` how the register calls them. A claim without a value is left
    out (OpenID Connect Core, 5.3.2)."""
    by = uow.by
    person = register.find(uow, by.person_ref) if by.person_ref and rules.PROFILE in by.scopes else None
    claims = {
        "sub": by.subject,
        "actor": by.kind.value,
        "scope": " ".join(sorted(by.scopes)),
        "person_ref": by.person_ref,
        "employers": sorted(by.employer_ids | by.delegated.keys()),
        "family_name": (person.civil.family_name or None) if person else None,
        "given_name": (person.civil.first_name or None) if person else None,
        "family_name_ar": person.civil.family_name_ar if person else None,
        "given_name_ar": person.civil.first_name_ar if person else None,
        "locale": person.language if person else None,
    }
    return {name: value for name, value in claims.items() if value is not None}


def form_token(uow: UnitOfWork, *, browser_id: str, query: str) -> str:
    """The CSRF token of a sign-in form: it holds for this browser (`browser_id`) and this query only."""
    expires_s = int(uow.at.timestamp()) + FORM_LIFE_S
    return f"{expires_s}.{_form_mark(uow, expires_s, browser_id, query)}"


def is_form_token(uow: UnitOfWork, token: str, *, browser_id: str, query: str) -> bool:
    expires, _, mark = token.partition(".")
    if not (expires.isascii() and expires.isdigit() and len(expires) < 12) or int(expires) < uow.at.timestamp():
        return False
    return hmac.compare_digest(mark.encode(), _form_mark(uow, int(expires), browser_id, query).encode())


def _form_mark(uow: UnitOfWork, expires_s: int, browser_id: str, query: str) -> str:
    return uow.keys.blind_index(f"{expires_s}|{browser_id}|{query}", of="sign-in-form")


def _of_token(uow: UnitOfWork, token: str) -> Session | None:
    return sessions.find(uow, token.partition(".")[0])


def _kept_if_open(uow: UnitOfWork, before: Session | None, after: Session | None) -> Session | None:
    """What a rule made of a session, kept; what it ended is kept too, but nobody gets it."""
    if before is None or after is None:
        return None
    kept = sessions.save(uow, Outcome(after)) if after != before else after
    return None if kept.ended_at is not None else kept
