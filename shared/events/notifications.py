"""The events that notifications publishes: what became of a message."""

from datetime import datetime

from shared.events.declaring import event


@event(case="message_id")
class MessageSent:
    """A channel's provider took the message; `about` is the case that it is about."""

    message_id: str
    about: str
    channel: str
    template: str
    sent_at: datetime


@event(case="message_id")
class MessageUndelivered:
    """A channel's provider took the message, and says now that it did not reach its recipient. `reason` is a code
    (`delivery.undelivered`, `delivery.rejected` and others)."""

    message_id: str
    about: str
    channel: str
    template: str
    reason: str
    undelivered_at: datetime


@event(case="message_id")
class MessageFailed:
    """A message will not arrive by this channel."""

    message_id: str
    about: str
    channel: str
    template: str
    reason: str
    failed_at: datetime
