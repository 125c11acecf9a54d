"""Time comes in for declarations: what was received is checked, a file at a time.

The files are read and checked outside of any transaction, since that takes about 0.1 ms a line; what was found is kept
in one unit of work. A worker that is killed in between leaves the declaration as it was: received, to be checked.
"""

from services.payments.declarations import actions, rules, store
from services.payments.declarations.declaration import Declaration
from services.payments.declarations.examination import Examined, Source, examine
from services.payments.declarations.layouts.registry import LAYOUTS
from shared.kernel.actors import system
from shared.kernel.personal import DataClass
from shared.process.chores import Chore
from shared.storage import blobs
from shared.storage.blobs import Blob
from shared.storage.platform import Platform
from shared.telemetry.traces import continued

NAME = "check-declarations"
EVERY_S = 0.3

CHECKER = system(NAME)


def check_received() -> Chore:
    """Checks what employers have handed in."""
    return Chore(NAME, EVERY_S, check_waiting)


def check_waiting(platform: Platform, fund_id: str) -> int:
    """Check what waits, oldest first; how many that were."""
    waiting = store.waiting(platform.reading(fund_id, by=CHECKER))
    for declaration in waiting:
        with continued("declarations.check", declaration.traceparent):
            conclude(platform, fund_id, declaration, found=check(platform, fund_id, declaration))
    return len(waiting)


def check(platform: Platform, fund_id: str, declaration: Declaration) -> Examined:
    """Read a declaration's files to their end."""
    work = platform.reading(fund_id, by=CHECKER)
    sources = [
        Source(file.name, blobs.read(platform, fund_id, Blob(file.sha256, file.size, DataClass.CIVIL)))
        for file in declaration.files
    ]
    layouts = [LAYOUTS[layout_id] for layout_id in rules.form_of(work.fund, declaration.form).layouts]
    return examine(sources, facts=actions.facts(work, declaration), layouts=layouts)


def conclude(platform: Platform, fund_id: str, declaration: Declaration, *, found: Examined) -> Declaration:
    """Keep what a check found, with all that follows from it."""
    return platform.work(
        fund_id,
        by=CHECKER,
        cause=f"chore:{NAME}:{declaration.declaration_id}:{declaration.version}",
        action=lambda work: actions.conclude(work, checked=declaration, examined=found),
    )
