"""The selection of an audience, as the service knows it that was asked: how far its answer is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.audiences.joining import FIRST, JoinPlace
from shared.events.audiences import AudienceCondition, AudienceMember
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

Parameters = Mapping[str, str]
AudienceQuery = Callable[[UnitOfWork, Parameters, PageRequest], Page[AudienceMember]]
"""A page of an audience, in the order of owners, as audiences are joined by it. It may have fewer members than were
asked for, and still another behind it; what it raises that is a `Failure` but not `Unavailable` is the answer to who
asked."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What was asked, and where its next page begins. `pages` were published; an ended one has its last page among
    them. `cursor` is where one that began before there were several conditions stands."""

    selection_id: str
    campaign_id: str
    audience: str
    requested_at: datetime
    parameters: Parameters = field(default_factory=dict)
    also: tuple[AudienceCondition, ...] = ()
    answers: tuple[int, ...] = (0,)
    """The numbers of the conditions that this service knows."""
    place: JoinPlace | None = None
    cursor: str | None = None
    pages: int = 0
    is_ended: bool = False
    version: int = 0

    @property
    def conditions(self) -> list[AudienceCondition]:
        """Those that this service answers for, in the order of `answers`."""
        every = [AudienceCondition(audience=self.audience, parameters=self.parameters), *self.also]
        return [every[number] for number in self.answers]

    @property
    def excluded(self) -> frozenset[int]:
        """Places, among `conditions`, of those that nobody may belong to."""
        return frozenset(place for place, each in enumerate(self.conditions) if each.is_not)

    @property
    def is_excluding(self) -> bool:
        """Whether there is no other condition among them."""
        return len(self.excluded) == len(self.answers)

    @property
    def reached(self) -> JoinPlace:
        """Where its next page begins."""
        return self.place or JoinPlace(cursors=(self.cursor or FIRST, *(FIRST for _ in self.answers[1:])))
