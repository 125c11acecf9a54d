"""Looks at clearances again, each day while they are valid, where the fund takes them back."""

from functools import partial

from services.payments.clearances import actions, store
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.process.backfills import Backfill
from shared.storage.service_context import ServiceContext

FOLLOWER = system("follow-clearances")


def following() -> JobKind:
    """Runs when a day of the fund's begins; when it runs again is kept with the clearance."""
    return JobKind(name=store.FOLLOW, run=run)


def run(context: ServiceContext, fund_id: str, clearance_id: str) -> None:
    """Hold one clearance against what its holder owes today."""
    action = partial(actions.look_again, clearance_id=clearance_id)
    context.run(fund_id, by=FOLLOWER, cause=f"job:{store.FOLLOW}:{clearance_id}", action=action)


backfills = Backfill(name=store.FOLLOW, find=store.scheduling.unscheduled, fill=store.scheduling.schedule)
