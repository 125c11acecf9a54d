"""The shapes of messages over HTTP."""

from typing import Any

from marshmallow import Schema, fields, pre_dump

from services.notifications.messages.message import InboxMessage
from services.notifications.templates import rendering
from shared.funds.messages import Channel
from shared.http.problems import language
from shared.http.shapes import fund, paged


class MessageView(Schema):
    """A message as it stands in the inbox, in the caller's language."""

    message_id = fields.String(required=True, attribute="notice_id")
    about = fields.String(required=True, metadata={"description": "The claim, declaration or account it tells of."})
    about_kind = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "What that is: `claim`, `award`, `declaration`, `plan`, …; null of a campaign's message."
        },
    )
    template = fields.String(required=True)
    subject = fields.String(required=True)
    text = fields.String(required=True, metadata={"description": "Plain text; an empty line begins a paragraph."})
    told_at = fields.AwareDateTime(required=True)

    @pre_dump
    def put_into_words(self, found: InboxMessage, **more: Any) -> dict[str, Any]:
        said = rendering.render(
            found.text,
            channel=Channel.INBOX,
            language=language(),
            fund=fund(),
            parameters=found.message.parameters,
        )
        about_kind = found.text.answers and found.text.answers.about.removesuffix("_id")
        return {**vars(found.message), "about_kind": about_kind, "subject": said.subject, "text": said.text}


MessagesPage = paged(MessageView)
