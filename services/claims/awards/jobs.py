"""What the calendar does to awards: the reminder, the end, the suspension where a life certificate is missing."""

from datetime import datetime

from services.claims.awards import actions, store
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.storage.service_context import ServiceContext

BY_CALENDAR = system("awards")


def following() -> JobKind:
    """Looks at an award on the days on which something of it is due."""
    return JobKind(name=store.FOLLOW, run=run)


def run(context: ServiceContext, fund_id: str, award_id: str) -> datetime | None:
    """Do what the day asks, in one unit of work: a crash before its end changes nothing. When the next thing is due."""
    kept = context.run(
        fund_id,
        by=BY_CALENDAR,
        cause=f"job:{store.FOLLOW}:{award_id}",
        action=lambda uow: actions.look(uow, award_id=award_id),
    )
    return kept.next_look_at
