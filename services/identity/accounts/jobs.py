"""Applications are considered a moment after they were made.

Not in the request itself, so that its duration does not reveal whether the fund knows somebody.
"""

from collections.abc import Callable

from services.identity.accounts import actions, store
from shared.funds.fund import Fund
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.process.backfills import Backfill
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

BY = system("accounts")


def considering(*, portal_of: Callable[[Fund], str]) -> JobKind:
    """Considers an application; `portal_of` says where a fund's links lead."""

    def run(context: ServiceContext, fund_id: str, application_id: str) -> None:
        context.run(
            fund_id,
            by=BY,
            cause=f"job:{actions.CONSIDER}:{application_id}",
            action=lambda uow: actions.consider(uow, application_id=application_id, portal_url=portal_of(uow.fund)),
        )

    return JobKind(name=actions.CONSIDER, run=run, give_up=_give_up)


def _give_up(uow: UnitOfWork, application_id: str, reason: str) -> None:
    """The operator's own words stay in the audit of the job."""
    actions.give_up(uow, application_id=application_id)


backfills = Backfill(name=actions.CONSIDER, find=store.unscheduled, fill=actions.schedule)
