"""Where sessions are kept, and which assertions of machines were seen."""

from datetime import datetime

from services.identity.signin.rules import SESSION_KEPT, SessionUnknown
from services.identity.signin.session import Session
from shared.storage.retention import Retention
from shared.storage.shelf import Index, Shelf
from shared.storage.work import Work

SESSIONS_OF_ONE_MAX = 500
ASSERTIONS = "assertions"

sessions = Shelf(
    "sessions",
    Session,
    key="session_id",
    missing=SessionUnknown,
    retention=Retention(life=SESSION_KEPT, since="signed_in_at", why="what it was is in the audit"),
    indexes=[Index(("account_id",))],
)


def of_account(work: Work, account_id: str) -> list[Session]:
    """The sessions of an account that are not forgotten yet, newest first."""
    newest_first = (("signed_in_at", -1),)
    return sessions.find_all(work, limit=SESSIONS_OF_ONE_MAX, sort=newest_first, account_id=account_id)


def is_first_use(work: Work, *, client_id: str, assertion_id: str, expires_at: datetime) -> bool:
    """Whether a machine's assertion was never seen before; from now on it was."""
    seen, local_id = work.drawer(ASSERTIONS), work.keys.blind_index(f"{client_id}|{assertion_id}", of="assertion")
    if seen.find_one(local_id) is not None:
        return False
    seen.insert(local_id, {"expires_at": expires_at})
    return True
