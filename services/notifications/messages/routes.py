"""HTTP comes in for messages."""

from services.notifications.messages import actions
from services.notifications.messages.message import Message
from services.notifications.messages.schemas import MessageViews
from shared.http.routes import Routes
from shared.storage.work import Work

routes = Routes("messages")


@routes.get("/messages", needs="messages:read", shows=MessageViews)
def list_own(work: Work) -> dict[str, list[Message]]:
    """The caller's own messages, newest first, in the caller's language.

    A person reads what the fund told them; an employer's user, what it told the firms that the user acts for.
    """
    return {"items": actions.inbox(work)}
