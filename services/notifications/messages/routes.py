"""HTTP routes of messages."""

from collections.abc import Mapping
from typing import Any

from services.notifications.messages import actions
from services.notifications.messages.message import InboxMessage
from services.notifications.messages.schemas import MessagesPage
from shared.http.routes import Routes
from shared.http.shapes import PagedQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("messages", about="The messages that the fund sent to the caller.")


@routes.get("/messages", scope="messages:read", query=PagedQuery, response=MessagesPage)
def list_own(uow: UnitOfWork, query: Mapping[str, Any]) -> Page[InboxMessage]:
    """The caller's own messages, newest first, in the caller's language, page by page.

    A person reads the messages to them; an employer's user, the messages to the firms that the user acts for.
    """
    return actions.inbox(uow, wanted=query["page"])
