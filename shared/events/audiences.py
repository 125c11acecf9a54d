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


@dataclass(frozen=True, kw_only=True)
class AudienceCondition:
    """A further audience that somebody has to belong to as well, or, with `is_not`, must not belong to."""

    audience: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    is_not: bool = False


@event(case="selection_id")
class AudienceRequested:
    """Notifications asks who belongs to an audience; the service that knows answers page by page (`AudienceSelected`).

    `audience` is the code of one, `parameters` what it was asked with; it is the condition number 0, and those of
    `also` are 1, 2 and so on. A service answers once, for all the conditions together whose audiences it knows.
    """

    selection_id: str
    campaign_id: str
    audience: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    also: tuple[AudienceCondition, ...] = ()
    requested_at: datetime


@event(case="selection_id")
class AudienceSelected:
    """A page of an audience, the first one being number 1; notifications writes the campaign to its members. Members
    come in the order of their ids, through all pages.

    `answers` are the numbers of the conditions that this service knows, and `counted` how many belong to each of them
    alone, of those who were looked at for this page. With `is_excluding` the service knows none but conditions with
    `is_not`: its members are those who are left out. `refused` is the code of why there is none, where the audience
    could not be selected; such a page is the last.
    """

    selection_id: str
    campaign_id: str
    page: int
    members: tuple[AudienceMember, ...] = ()
    is_last: bool
    refused: str = ""
    answers: tuple[int, ...] = (0,)
    counted: tuple[int, ...] = ()
    is_excluding: bool = False
    selected_at: datetime
