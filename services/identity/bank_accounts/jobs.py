"""Lets changes of account count when their waiting time is over."""

from functools import partial

from services.identity.bank_accounts import actions, store
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.storage.service_context import ServiceContext

BY = system("bank-accounts")


def taking_effect() -> JobKind:
    """Runs once for a change that was agreed to."""
    return JobKind(name=store.TAKE_EFFECT, run=run)


def run(context: ServiceContext, fund_id: str, change_id: str) -> None:
    """Let one change count, or be over."""
    action = partial(actions.take_effect, change_id=change_id)
    context.run(fund_id, by=BY, cause=f"job:{store.TAKE_EFFECT}:{change_id}", action=action)
