"""Time comes in for claims: those that an earlier release filed, without the day by which the fund is to decide."""

from collections.abc import Callable

from services.claims.claims import actions, store
from shared.kernel.actors import system
from shared.process.chores import Chore, OneByOne
from shared.storage.platform import Platform

EVERY_S, REST_S = 10.0, 60.0


def set_due_days() -> Chore:
    """Give undecided claims that have none the day on which they are due, so that the queue shows them. An earlier
    release may file some beside this one while they are exchanged."""
    name, by = "set-due-days", system("claims")
    one_by_one = OneByOne(name)

    def setting(platform: Platform, fund_id: str, claim_id: str) -> Callable[[], object]:
        return lambda: platform.work(
            fund_id,
            by=by,
            cause=f"chore:{name}:{claim_id}",
            action=lambda work: actions.set_due_day(work, claim_id=claim_id),
        )

    def run(platform: Platform, fund_id: str) -> int:
        without = store.without_due_day(platform.reading(fund_id, by=by))
        return one_by_one.do({claim_id: setting(platform, fund_id, claim_id) for claim_id in without})

    return Chore(name, EVERY_S, run, rest_s=REST_S)
