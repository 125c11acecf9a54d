"""HTTP routes for owners of accounts: what the register knows of them, password and sessions."""

from collections.abc import Mapping
from typing import Any

from services.identity.register.employer import Employer
from services.identity.register.person import Person
from services.identity.upkeep import actions
from services.identity.upkeep.schemas import (
    DoneView,
    EndedView,
    OwnEmployerViews,
    OwnPersonView,
    PasswordBody,
    SessionViews,
)
from shared.http.routes import Routes
from shared.http.shapes import PagedQuery
from shared.kernel.errors import Failure
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("upkeep", about="One's own account: whose it is, the password and the sign-ins that hold.")

OWN = "account:manage"


@routes.get("/own-record", scope=OWN, response=OwnPersonView)
def read_own_record(uow: UnitOfWork) -> Person:
    """What the fund's register says of the caller: names, numbers, birth, and where they are reached."""
    return actions.own_record(uow)


@routes.get("/own-employers", scope=OWN, response=OwnEmployerViews)
def list_own_employers(uow: UnitOfWork) -> dict[str, list[Employer]]:
    """How the employers are called that the caller acts for, their own and those of delegations, in the order of their
    numbers. One that the register does not know is left out."""
    return {"items": actions.own_employers(uow)}


@routes.post("/account/password", scope=OWN, request=PasswordBody, response=DoneView)
def change_password(uow: UnitOfWork, body: Mapping[str, Any]) -> dict[str, str] | Failure:
    """Change one's password. Every other session of the account ends at once.

    The current one is asked for again, and wrong ones count: after five of them a while has to pass.
    """
    refused = actions.change_password(uow, current=body["current_password"], chosen=body["new_password"])
    return refused or {"text": "account.password-changed"}


@routes.get("/sessions", scope=OWN, response=SessionViews, query=PagedQuery)
def list_sessions(uow: UnitOfWork, query: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """The sessions in which one's account is signed in, newest first."""
    return actions.open_sessions(uow, wanted=query["page"])


@routes.post("/sessions/<session_id>/end", scope=OWN)
def end_session(uow: UnitOfWork, session_id: str) -> None:
    """End one of one's sessions. Its refresh token is revoked at once; an access token is valid for at most ten
    minutes."""
    actions.end_session(uow, session_id=session_id)


@routes.post("/sessions/end-others", scope=OWN, response=EndedView)
def end_others(uow: UnitOfWork) -> dict[str, int]:
    """End all of one's sessions but this one."""
    return {"ended": actions.end_others(uow)}
