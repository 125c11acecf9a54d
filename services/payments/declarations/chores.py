"""Time comes in for declarations: what was received is checked, a file at a time.

The files are read and checked outside of any transaction, since that takes about 50 ms a thousand lines, and the
workers are kept a page at a time; all that follows from the check is kept in one unit of work. A worker that is killed
anywhere before it leaves the declaration as it was, and it is checked again once its time is over.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import structlog

from services.payments.declarations import actions, rules, store
from services.payments.declarations.actions import Judged
from services.payments.declarations.declaration import Declaration, Status
from services.payments.declarations.examination import Source, examine
from services.payments.declarations.layouts.registry import LAYOUTS
from services.payments.declarations.pages import WAGES_A_PAGE, paged
from shared.kernel.actors import system
from shared.kernel.personal import DataClass
from shared.process.chores import Chore, OneByOne
from shared.storage import blobs
from shared.storage.blobs import Blob
from shared.storage.platform import Platform
from shared.storage.work import Work
from shared.telemetry.carrying import continued

NAME = "check-declarations"
EVERY_S, REST_S = 0.3, 15.0
PAGES_AT_ONCE = 10

CHECKER = system(NAME)

Answer = TypeVar("Answer")

log = structlog.get_logger()


def check_received() -> Chore:
    """Checks what employers have handed in."""
    one_by_one = OneByOne(NAME)

    def check_waiting(platform: Platform, fund_id: str) -> int:
        waiting = store.waiting(platform.reading(fund_id, by=CHECKER))
        return one_by_one.do({seen.declaration_id: partial(check_one, platform, fund_id, seen) for seen in waiting})

    return Chore(NAME, EVERY_S, check_waiting, rest_s=REST_S, woken_by=("declarations",))


def check_one(platform: Platform, fund_id: str, seen: Declaration) -> None:
    """Check one declaration from its first byte to what follows: a part of the trace of its upload."""
    with continued("declarations.check", seen.traceparent):
        _check_one(platform, fund_id, seen)


def _check_one(platform: Platform, fund_id: str, seen: Declaration) -> None:
    begun = _do(platform, fund_id, seen, partial(actions.begin_check, seen=seen))
    if begun is None:
        return
    if begun.status is Status.HELD:
        log.error("declaration-held", declaration_id=begun.declaration_id, checks=begun.checks)
        return
    if begun.status is Status.WITHDRAWN:
        log.info("declaration-lapsed", declaration_id=begun.declaration_id)
        return
    judged = check(platform, fund_id, begun)
    keep_workers(platform, fund_id, begun, judged)
    conclude(platform, fund_id, begun, judged)


def check(platform: Platform, fund_id: str, declaration: Declaration) -> Judged:
    """Read a declaration's files to their end and judge what they say."""
    work = platform.reading(fund_id, by=CHECKER)
    sources = [
        Source(file.name, blobs.read(platform, fund_id, Blob(file.sha256, file.size, DataClass.CIVIL)))
        for file in declaration.files
    ]
    layouts = [LAYOUTS[layout_id] for layout_id in rules.form_of(work.fund, declaration.form).layouts]
    examined = examine(sources, facts=actions.facts(work, declaration), layouts=layouts)
    return actions.judge(work, declaration, examined)


def keep_workers(platform: Platform, fund_id: str, declaration: Declaration, judged: Judged) -> None:
    """Keep the workers of what will be accepted, some thousands in a unit of work."""
    if judged.assessment is None:
        return
    pages = list(enumerate(paged(judged.examined.workers, size=WAGES_A_PAGE), start=1))
    for some in paged(pages, size=PAGES_AT_ONCE):
        _do(platform, fund_id, declaration, partial(store.keep_workers, declaration=declaration, pages=some))


def conclude(platform: Platform, fund_id: str, declaration: Declaration, judged: Judged) -> Declaration:
    """Keep what a check came to, with all that follows from it."""
    return _do(platform, fund_id, declaration, partial(actions.conclude, checked=declaration, judged=judged))


def _do(platform: Platform, fund_id: str, declaration: Declaration, action: Callable[[Work], Answer]) -> Answer:
    return platform.work(fund_id, by=CHECKER, cause=f"chore:{NAME}:{declaration.declaration_id}", action=action)
