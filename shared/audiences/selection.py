"""The selection of an audience, as the service knows it that was asked: how far its answer is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.events.audiences import AudienceMember
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

Parameters = Mapping[str, str]
AudienceQuery = Callable[[UnitOfWork, Parameters, PageRequest], Page[AudienceMember]]
"""A page of an audience. It may have fewer members than were asked for, and still another behind it; what it raises
that is a `Failure` but not `Unavailable` is the answer to who asked."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What was asked, and where its next page begins. `pages` were published; an ended one has its last page among
    them."""

    selection_id: str
    campaign_id: str
    audience: str
    requested_at: datetime
    parameters: Parameters = field(default_factory=dict)
    cursor: str | None = None
    pages: int = 0
    is_ended: bool = False
    version: int = 0
