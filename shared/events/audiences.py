"""The events by which notifications asks the other services for the audience of a campaign, and they answer. The topic
has several owners: each service answers for the audiences that it knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.events.declaring import event


@dataclass(frozen=True, kw_only=True)
class AudienceMember:
    """Somebody of an audience, and what of the campaign's text is their own: `values` are parameters by name."""

    owner_id: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@event(case="selection_id")
class AudienceRequested:
    """Notifications asks who belongs to an audience; the service that knows answers page by page (`AudienceSelected`).

    `audience` is the code of one, `parameters` what it was asked with.
    """

    selection_id: str
    campaign_id: str
    audience: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    requested_at: datetime


@event(case="selection_id")
class AudienceSelected:
    """A page of an audience, the first one being number 1; notifications writes the campaign to its members.

    `refused` is the code of why there is none, where the audience could not be selected; such a page is the last.
    """

    selection_id: str
    campaign_id: str
    page: int
    members: tuple[AudienceMember, ...] = ()
    is_last: bool
    refused: str = ""
    selected_at: datetime
