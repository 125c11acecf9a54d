"""A message on its way out: whom it goes to and in which words, in clear, and what the provider answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.notifications.templates.rendering import Rendering


@dataclass(frozen=True, kw_only=True)
class OutgoingMessage:
    """One message, ready for its provider. It lives as long as the sending does, and shows nothing of itself."""

    message_id: str
    fund_id: str
    address: str = field(repr=False)
    language: str
    sender_name: str
    sender: str = ""
    """As whom it leaves, where the fund has an address or a name of its own; else the provider's."""
    site: str = ""
    """The name of the fund's site, where it has one of its own."""
    unsubscribe_token: str = field(default="", repr=False)
    """By which its reader says that no more of its kind are wanted; empty where nobody chooses about it."""
    written_at: datetime
    said: Rendering = field(repr=False)


class Verdict(StrEnum):
    """What a provider's answer means for a message."""

    TAKEN = "taken"
    REFUSED = "refused"
    """Never: there is no such address, or the provider does not take this message."""
    LATER = "later"
    """Not now: the mailbox is full, or the provider has had enough for a while."""
    DOUBTFUL = "doubtful"
    """It left, and no answer came: it may have arrived."""
    NOT_TRIED = "not-tried"
    """It never left the house."""


@dataclass(frozen=True, kw_only=True)
class ProviderAnswer:
    """What came back for one message. `reason` is the code of a failure, `provider_id` the provider's name for it."""

    verdict: Verdict
    reason: str | None = None
    provider_id: str = ""


Answers = Mapping[str, ProviderAnswer]
"""By message id."""
