"""Follows settlement plans: when something comes for one, and on the days that matter to it."""

from datetime import datetime
from functools import partial

from services.payments.obligations.store import FOLLOW_PLAN
from services.payments.settlements import actions
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.storage.service_context import ServiceContext

FOLLOWER = system("follow-settlements")


def following() -> JobKind:
    """Runs when a debt of a plan changes, when an instalment is to be reminded of, and when one becomes missed."""
    return JobKind(name=FOLLOW_PLAN, run=run)


def run(context: ServiceContext, fund_id: str, plan_id: str) -> datetime | None:
    """Follow one plan; when to look again."""
    action = partial(actions.follow, plan_id=plan_id)
    return context.run(fund_id, by=FOLLOWER, cause=f"job:{FOLLOW_PLAN}:{plan_id}", action=action)
