"""Periodic work of upkeep: accounts that were never activated are removed. Other retention is declared by the
repositories."""

from services.identity.upkeep import actions
from shared.kernel.actors import system
from shared.process.periodic_tasks import PeriodicTask
from shared.storage.service_context import ServiceContext

EVERY_S = 600.0
ROUNDS_MAX = 50
"""A backlog is worked off over several runs."""


def forget() -> PeriodicTask:
    """Forget accounts that were asked for and that nobody ever opened."""
    name, by = "forget", system("upkeep")

    def run(context: ServiceContext, fund_id: str) -> int:
        forgotten = 0
        for _ in range(ROUNDS_MAX):
            count = context.run(fund_id, by=by, cause="chore:forget:accounts", action=actions.forget_given_up)
            forgotten += count
            if count < actions.FORGOTTEN_AT_ONCE_MAX:
                break
        return forgotten

    return PeriodicTask(name, EVERY_S, run)
