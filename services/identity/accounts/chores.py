"""Time comes in for accounts: applications are considered a moment after they were made.

Not in the request that brought them, so that nobody can tell from its time whether the fund knows somebody.
"""

from services.identity.accounts import actions, store
from shared.kernel.actors import system
from shared.process.chores import Chore
from shared.storage.platform import Platform

EVERY_S = 0.5


def consider(*, portal_url: str) -> Chore:
    """Consider what waits; `portal_url` is where the links lead."""

    def run(platform: Platform, fund_id: str) -> int:
        by = system("accounts")
        waiting = store.waiting(platform.reading(fund_id, by=by))
        for application_id in waiting:
            platform.work(
                fund_id,
                by=by,
                cause=f"chore:consider:{application_id}",
                action=lambda work, one=application_id: actions.consider(  # type: ignore[misc]
                    work, application_id=one, portal_url=portal_url
                ),
            )
        return len(waiting)

    return Chore("consider-applications", EVERY_S, run)
