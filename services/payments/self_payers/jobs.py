"""Calls the months of self-payers, each when it begins where the fund is."""

from functools import partial

from services.payments.self_payers import actions, store
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.storage.service_context import ServiceContext

CALLER = system("call-self-contributions")


def calling() -> JobKind:
    """Runs when a person is admitted and with each month that begins; when it runs again is kept with the person."""
    return JobKind(name=store.CALL, run=run)


def run(context: ServiceContext, fund_id: str, person_ref: str) -> None:
    """Call what has begun of one person."""
    action = partial(actions.call, person_ref=person_ref)
    context.run(fund_id, by=CALLER, cause=f"job:{store.CALL}:{person_ref}", action=action)
