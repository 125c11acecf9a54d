"""What may happen to a session, and what its tokens may say. Pure: hashes and the time are handed in."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from services.identity.accounts.account import COUNTER_SCOPES, Account, scopes_of
from services.identity.signin.client import Client
from services.identity.signin.session import Session, SessionEnd
from shared.funds.fund import Fund
from shared.funds.roles import StaffScope
from shared.kernel.errors import Forbidden, Missing

CODE_LIFE = timedelta(seconds=60)
ACCESS_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(hours=12)
ROTATIONS_MAX = 200
SESSION_KEPT = timedelta(days=30)
"""How long a session is kept after it began: what it was is in the audit."""
ASSERTION_KEPT = timedelta(hours=1)
"""How long a machine's assertion is remembered after it expired; clocks differ by less."""

COUNTER_ACT = StaffScope.COUNTER_ACT.value

OPENID, PROFILE = "openid", "profile"
"""The scopes of OpenID Connect itself, which every account has."""

PASSWORD, ONE_TIME_CODE, SEVERAL_FACTORS = "pwd", "otp", "mfa"
ONE_FACTOR_CLASS = "https://refeds.org/profile/sfa"
TWO_FACTOR_CLASS = "https://refeds.org/profile/mfa"


class SessionUnknown(Missing):
    code = "signin.session-unknown"


class SessionOver(Forbidden):
    """The token is good for some minutes yet, but the session that it is of was ended."""

    code = "signin.session-over"


def granted(asked: Iterable[str], *, client: Client, account: Account | None, fund: Fund) -> tuple[str, ...]:
    """What was asked for, as far as the client may have it and, where a person signs in, the account's role has it."""
    own = set(client.scopes) if account is None else scopes_of(account, fund) & set(client.scopes)
    oidc = set() if account is None else {OPENID, PROFILE}
    return tuple(sorted(set(asked) & (own | oidc)))


def granted_at_counter(asked: Iterable[str], *, client: Client, account: Account, fund: Fund) -> tuple[str, ...]:
    """What an agent may do for a person who is present, as far as it was asked for and the client may have it; nothing
    where the agent's role does not stand at counters (any more)."""
    if COUNTER_ACT not in scopes_of(account, fund):
        return ()
    own = COUNTER_SCOPES & set(client.scopes)
    return tuple(sorted((set(asked) & own) or own))


def methods(account: Account) -> tuple[str, ...]:
    """How an account that was let in was proved."""
    return (PASSWORD, ONE_TIME_CODE, SEVERAL_FACTORS) if account.has_second_factor else (PASSWORD,)


def authentication_class(session: Session) -> str:
    """How strong the proof was (`acr`), in the words of REFEDS."""
    return TWO_FACTOR_CLASS if SEVERAL_FACTORS in session.methods else ONE_FACTOR_CLASS


def is_open(session: Session, *, at: datetime) -> bool:
    return session.ended_at is None and at < session.signed_in_at + SESSION_LIFE


def is_of_todays_password(session: Session, account: Account) -> bool:
    """Whether the password that a session began with is the account's yet.

    Compared by a serial number and not by time: of a sign-in and a change that happen at once, whichever is written
    first, no session of the older password is left.
    """
    return session.password_serial == account.password_serial


def hold_on(session: Session, account: Account) -> Session:
    """The session in which its owner changed the password goes on."""
    return replace(session, password_serial=account.password_serial)


def redeem(session: Session, *, code_hash: str, client_id: str, at: datetime) -> Session | None:
    """The session with its code used; or ended, where the code was used before; None where there is nothing to redeem.

    A code that is used twice was stolen: its session is ended, whoever was first (RFC 6749, 4.1.2).
    """
    if session.code_hash != code_hash or session.client_id != client_id:
        return None
    if session.code_used_at is not None:
        return end(session, why=SessionEnd.CODE_REPLAYED, at=at)
    if at >= session.signed_in_at + CODE_LIFE or not is_open(session, at=at):
        return None
    return replace(session, code_used_at=at)


def present(session: Session, *, refresh_hash: str, client_id: str, at: datetime) -> Session | None:
    """The session as it is, where the refresh token is the one in force; ended, where it was used before; else None."""
    if refresh_hash not in session.refresh_hashes or session.client_id != client_id:
        return None
    if refresh_hash != session.refresh_hashes[-1]:
        return end(session, why=SessionEnd.REFRESH_REUSED, at=at)
    is_exhausted = len(session.refresh_hashes) >= ROTATIONS_MAX
    return session if is_open(session, at=at) and not is_exhausted else None


def rotate(session: Session, *, refresh_hash: str, at: datetime) -> Session:
    """A new refresh token takes the place of the last."""
    return replace(session, refresh_hashes=(*session.refresh_hashes, refresh_hash), used_at=at)


def end(session: Session, *, why: SessionEnd, at: datetime) -> Session:
    """Nothing more comes of the session; the reason that it ended for first stays."""
    return session if session.ended_at is not None else replace(session, ended_at=at, ended_for=why)
