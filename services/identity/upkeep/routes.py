"""HTTP comes in from owners who see to their account."""

from collections.abc import Mapping
from typing import Any

from services.identity.upkeep import actions
from services.identity.upkeep.schemas import DoneView, EndedView, PasswordBody, SessionViews
from shared.http.routes import Routes
from shared.http.shapes import PagedQuery
from shared.kernel.errors import Failure
from shared.storage.paging import Page
from shared.storage.work import Work

routes = Routes("upkeep", about="One's own account: the password and the sign-ins that hold.")

OWN = "account:manage"


@routes.post("/account/password", needs=OWN, takes=PasswordBody, shows=DoneView)
def change_password(work: Work, body: Mapping[str, Any]) -> dict[str, str] | Failure:
    """Change one's password. Every other session of the account ends at once.

    The current one is asked for again, and wrong ones count: after five of them a while has to pass.
    """
    refused = actions.change_password(work, current=body["current_password"], chosen=body["new_password"])
    return refused or {"text": "account.password-changed"}


@routes.get("/sessions", needs=OWN, shows=SessionViews, query=PagedQuery)
def list_sessions(work: Work, query: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """The sessions in which one's account is signed in, newest first."""
    return actions.open_sessions(work, wanted=query["page"])


@routes.post("/sessions/<session_id>/end", needs=OWN)
def end_session(work: Work, session_id: str) -> None:
    """End one of one's sessions. Its refresh token is dead at once; an access token lives ten minutes at most."""
    actions.end_session(work, session_id=session_id)


@routes.post("/sessions/end-others", needs=OWN, shows=EndedView)
def end_others(work: Work) -> dict[str, int]:
    """End all of one's sessions but this one."""
    return {"ended": actions.end_others(work)}
