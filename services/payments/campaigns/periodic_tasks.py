"""What time asks of campaigns: to count what was filed."""

from services.payments.campaigns import actions
from shared.kernel.actors import system
from shared.process.periodic_tasks import PeriodicTask
from shared.storage.service_context import ServiceContext

EVERY_S, REST_S = 5.0, 30.0
ROUNDS_MAX = 50
"""A backlog of a day's peak is counted over several runs, each transaction of them short."""
BY = system("campaigns")


def count_filings(context: ServiceContext, fund_id: str) -> int:
    """Count what was filed and not counted; how many filings."""
    counted = 0
    for _ in range(ROUNDS_MAX):
        if not actions.is_any_waiting(context.reading(fund_id, by=BY)):
            break
        counted += context.run(fund_id, by=BY, cause="chore:campaigns", action=actions.count)
    return counted


counting = PeriodicTask("campaigns", EVERY_S, count_filings, rest_s=REST_S, woken_by=("campaign_filings",))
