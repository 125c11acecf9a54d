"""What time asks of accounting: to close each day of the ledger once it is over."""

from functools import partial

from services.payments.accounting import actions, rules, store
from shared.kernel.actors import system
from shared.process.periodic_tasks import PeriodicTask
from shared.storage.service_context import ServiceContext

EVERY_S, REST_S = 60.0, 900.0
DAYS_A_RUN = 31
"""A fund whose books are new here has days to catch up with."""
BY = system("accounting")


def close_days(context: ServiceContext, fund_id: str) -> int:
    """Close what is over; how many days. A day's entries are added up outside of any transaction: none comes or goes
    any more."""
    for closed in range(DAYS_A_RUN):
        uow = context.reading(fund_id, by=BY)
        on = actions.next_to_close(uow)
        if on is None:
            return closed
        outcome = rules.close(on, store.entries_of(uow, on), at=uow.at)
        context.run(fund_id, by=BY, cause="chore:accounting", action=partial(actions.close, closed=outcome))
    return DAYS_A_RUN


closing = PeriodicTask("accounting", EVERY_S, close_days, rest_s=REST_S)
