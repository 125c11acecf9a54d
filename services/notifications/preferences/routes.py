"""HTTP routes of preferences."""

from collections.abc import Mapping
from typing import Any

from services.notifications.preferences import actions
from services.notifications.preferences.preferences import Preferences
from services.notifications.preferences.schemas import (
    PreferencesBody,
    PreferencesQuery,
    PreferencesView,
    UnsubscribeBody,
)
from shared.http.routes import ANYONE, Routes
from shared.storage.unit_of_work import UnitOfWork

OWN = "messages:read"
"""Who reads messages says how they come."""

routes = Routes("preferences", about="By which channels the caller wants to be written to.")


@routes.get("/preferences", scope=OWN, query=PreferencesQuery, response=PreferencesView)
def read(uow: UnitOfWork, query: Mapping[str, Any]) -> Preferences:
    """How the caller is written to: by purpose and channel, whether that is wanted."""
    return actions.read(uow, employer_id=query["employer_id"])


@routes.put("/preferences", scope=OWN, request=PreferencesBody, response=PreferencesView)
def choose(uow: UnitOfWork, body: Mapping[str, Any]) -> Preferences:
    """Choose by which channels messages of service and of campaigns come.

    Messages that the law, or the safety of an account, asks for come by every channel all the same, and the inbox shows
    everything.
    """
    return actions.choose(uow, employer_id=body["employer_id"], chosen=body["chosen"])


@routes.post("/preferences/unsubscription", scope=ANYONE, request=UnsubscribeBody)
def unsubscribe(uow: UnitOfWork, body: Mapping[str, Any]) -> None:
    """Say by the link of a campaign's mail that its recipient wants no more of them by mail: for who is not signed
    in, and for mail programs (RFC 8058)."""
    actions.unsubscribe(uow, token=body["token"])
