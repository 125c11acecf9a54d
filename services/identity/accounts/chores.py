"""Time comes in for accounts: applications are considered a moment after they were made.

Not in the request that brought them, so that nobody can tell from its time whether the fund knows somebody.
"""

from collections.abc import Callable

from services.identity.accounts import actions, store
from shared.kernel.actors import system
from shared.process.chores import Chore, OneByOne
from shared.storage.platform import Platform

EVERY_S = 0.5


def consider(*, portal_url: str) -> Chore:
    """Consider what waits; `portal_url` is where the links lead."""

    name, by = "consider-applications", system("accounts")
    one_by_one = OneByOne(name)

    def considering(platform: Platform, fund_id: str, application_id: str) -> Callable[[], object]:
        return lambda: platform.work(
            fund_id,
            by=by,
            cause=f"chore:consider:{application_id}",
            action=lambda work: actions.consider(work, application_id=application_id, portal_url=portal_url),
        )

    def run(platform: Platform, fund_id: str) -> int:
        waiting = store.waiting(platform.reading(fund_id, by=by))
        return one_by_one.do({each: considering(platform, fund_id, each) for each in waiting})

    return Chore(name, EVERY_S, run)
