"""How a service answers for the audiences that it knows: a job for each selection publishes page after page."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from shared.audiences.joining import Joined, MemberPage, join
from shared.audiences.selection import AudienceQuery, Selection
from shared.bus.reactions import Reactions
from shared.events.audiences import AudienceRequested, AudienceSelected
from shared.jobs import queue
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.kernel.errors import Failure, Missing, Unavailable
from shared.kernel.outcome import Outcome
from shared.storage.paging import PAGE_MAX, PageRequest
from shared.storage.repository import Repository
from shared.storage.retention import for_days
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

SELECT = "audiences.select"
"""The kind of the job that answers; its thing is the id of the selection."""
MEMBERS_MAX = 500
"""Published together: a page of an audience may be looked for in several pages of a list. Who belongs to any of
several audiences, so as to be left out, may be some hundreds more."""
LISTED_MAX = 40
"""Pages of lists that one page of an audience is looked for in; where fewer belong to it, it is published smaller."""
RUN_S_MAX = 20.0

BY = system("audiences")


class SelectionUnknown(Missing):
    code = "audience.selection-unknown"


selections = Repository(
    "audience_selections",
    Selection,
    key="selection_id",
    missing=SelectionUnknown,
    retention=for_days(30, since="requested_at", why="where an answer stands, for a talk about it"),
)


@dataclass(frozen=True)
class Audiences:
    """The audiences that a service knows, by code."""

    queries: Mapping[str, AudienceQuery]

    def reactions(self) -> Reactions:
        """The reaction to what notifications asks. A service that does not know an audience keeps silent."""
        reactions = Reactions()
        reactions.to(AudienceRequested)(self._begin)
        return reactions

    def answering(self) -> JobKind:
        """The job of a selection."""
        return JobKind(name=SELECT, run=self._run)

    def _begin(self, uow: UnitOfWork, event: AudienceRequested) -> None:
        asked = [event.audience, *(each.audience for each in event.also)]
        ours = tuple(number for number, audience in enumerate(asked) if audience in self.queries)
        if not ours or selections.find(uow, event.selection_id) is not None:
            return
        selection = Selection(
            selection_id=event.selection_id,
            campaign_id=event.campaign_id,
            audience=event.audience,
            parameters=event.parameters,
            also=event.also,
            answers=ours,
            requested_at=event.requested_at,
        )
        selections.save(uow, Outcome(selection))
        queue.schedule(uow, SELECT, event.selection_id)

    def _run(self, context: ServiceContext, fund_id: str, selection_id: str) -> datetime | None:
        """Publish pages until there are no more, or for so long as a run may take; when there is more."""
        until_s = time.monotonic() + RUN_S_MAX
        action = partial(self._publish_next, selection_id=selection_id)
        while context.run(fund_id, by=BY, cause=f"job:{SELECT}:{selection_id}", action=action):
            if time.monotonic() > until_s:
                return context.clock()
        return None

    def _publish_next(self, uow: UnitOfWork, *, selection_id: str) -> bool:
        """Publish the next page; whether there is another behind it."""
        selection = selections.load(uow, selection_id)
        if selection.is_ended:
            return False
        refused = ""
        try:
            joined = self._joined(uow, selection)
        except Unavailable:
            raise
        except Failure as failure:
            joined, refused = None, failure.code
        is_last = joined is None or joined.place.is_ended
        published = AudienceSelected(
            selection_id=selection_id,
            campaign_id=selection.campaign_id,
            page=selection.pages + 1,
            members=joined.members if joined else (),
            is_last=is_last,
            refused=refused,
            answers=selection.answers,
            counted=joined.counted if joined else (),
            is_excluding=selection.is_excluding,
            selected_at=uow.at,
        )
        place = joined.place if joined else None
        moved = replace(selection, place=place, pages=selection.pages + 1, is_ended=is_last)
        selections.save(uow, Outcome(moved, (published,)))
        return not is_last

    def _joined(self, uow: UnitOfWork, selection: Selection) -> Joined:
        conditions = selection.conditions

        def read(number: int, cursor: str) -> MemberPage:
            condition = conditions[number]
            page = self.queries[condition.audience](uow, condition.parameters, PageRequest(cursor=cursor or None))
            return MemberPage(page.items, next=page.next)

        return join(
            selection.reached,
            excluded=selection.excluded,
            read=read,
            enough=MEMBERS_MAX - PAGE_MAX + 1,
            read_max=LISTED_MAX,
        )
