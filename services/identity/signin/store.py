"""Where sessions are kept, and which assertions of machines were seen."""

from datetime import datetime

from services.identity.signin.rules import SessionUnknown
from services.identity.signin.session import Session
from shared.storage.shelf import Shelf
from shared.storage.work import Work

sessions = Shelf("sessions", Session, key="session_id", missing=SessionUnknown)


def is_first_use(work: Work, *, client_id: str, assertion_id: str, expires_at: datetime) -> bool:
    """Whether a machine's assertion was never seen before; from now on it was."""
    seen, local_id = work.drawer("assertions"), work.keys.blind_index(f"{client_id}|{assertion_id}", of="assertion")
    if seen.find_one(local_id) is not None:
        return False
    seen.insert(local_id, {"expires_at": expires_at})
    return True
