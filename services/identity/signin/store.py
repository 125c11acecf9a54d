"""Where sessions are kept, and which assertions of machines were seen."""

from datetime import datetime

from services.identity.signin.rules import SESSION_KEPT, SessionUnknown
from services.identity.signin.session import Session
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import Retention
from shared.storage.unit_of_work import UnitOfWork

ASSERTIONS = "assertions"

sessions = Repository(
    "sessions",
    Session,
    key="session_id",
    missing=SessionUnknown,
    retention=Retention(life=SESSION_KEPT, since="signed_in_at", why="what it was is in the audit"),
    indexes=[Index(("account_id", "signed_in_at", "session_id"))],
)


NEWEST_FIRST = Order("signed_in_at", "session_id", is_newest_first=True)


def of_account(uow: UnitOfWork, account_id: str, *, wanted: PageRequest) -> Page[Session]:
    """The sessions of an account that are not forgotten yet, newest first."""
    return sessions.page(uow, order=NEWEST_FIRST, wanted=wanted, account_id=account_id)


def is_first_use(uow: UnitOfWork, *, client_id: str, assertion_id: str, expires_at: datetime) -> bool:
    """Whether a machine's assertion was never seen before; from now on it was."""
    seen, local_id = uow.collection(ASSERTIONS), uow.keys.blind_index(f"{client_id}|{assertion_id}", of="assertion")
    if seen.find_one(local_id) is not None:
        return False
    seen.insert(local_id, {"expires_at": expires_at})
    return True
