"""Time comes in for upkeep: what is kept for a time goes when its time is over."""

from collections.abc import Callable

from services.identity.upkeep import actions
from shared.kernel.actors import system
from shared.process.chores import Chore
from shared.storage.platform import Platform
from shared.storage.work import Work

EVERY_S = 600.0
ROUNDS_MAX = 50
"""A backlog is worked off over several runs."""


def forget() -> Chore:
    """Forget old sessions, used assertions, failures of yesterday, applications and accounts that nobody wanted."""
    name, by = "forget", system("upkeep")

    def run(platform: Platform, fund_id: str) -> int:
        def until_none(what: str, act: Callable[[Work], int]) -> int:
            """As many transactions as it takes, none of them long."""
            forgotten = 0
            for _ in range(ROUNDS_MAX):
                count = platform.work(fund_id, by=by, cause=f"chore:forget:{what}", action=act)
                forgotten += count
                if count < actions.FORGOTTEN_AT_ONCE_MAX:
                    break
            return forgotten

        kept = sum(until_none(each.drawer, lambda work, one=each: actions.forget(work, one)) for each in actions.KEPT)  # type: ignore[misc]
        return kept + until_none("accounts", actions.forget_given_up)

    return Chore(name, EVERY_S, run)
