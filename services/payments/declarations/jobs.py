"""The check of declarations: each is a job, also the one that withdraws what was not confirmed in time.

The files are read and checked outside of any transaction, since that takes about 50 ms a thousand lines, and the
workers are kept a page at a time; all that follows from the check is kept in one unit of work. A worker that is killed
anywhere before it leaves the declaration as it was, and it is checked again when the lease of its job ends.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog

from services.payments.declarations import actions, concluding, judging, rules, store
from services.payments.declarations.declaration import Declaration, Intake, Status
from services.payments.declarations.examination import Source, examine, nothing
from services.payments.declarations.judging import JudgedDeclaration
from services.payments.declarations.layouts.registry import layouts_of
from services.payments.declarations.pages import WAGES_A_PAGE, paged
from services.payments.declarations.progress import CheckStep, LineCount
from shared.funds.period import Period
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.kernel.personal import DataClass
from shared.process.backfills import Backfill
from shared.storage import blobs
from shared.storage.blobs import Blob
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import continue_trace

CHECK_TAKES_MAX_S = 20.0
"""The longest file that its layout can number is checked and booked in half of it."""
ATTEMPTS_MAX = 5
PAGES_AT_ONCE = 10

CHECKER = system("check-declarations")

Answer = TypeVar("Answer")

log = structlog.get_logger()


def checking() -> JobKind:
    """Checks what an employer has filed, and withdraws what was not confirmed in time."""
    return JobKind(name=actions.CHECK, run=run, lease_s=CHECK_TAKES_MAX_S, attempts_max=ATTEMPTS_MAX, hold=_hold)


def run(context: ServiceContext, fund_id: str, declaration_id: str) -> datetime | None:
    """Do what the state of a declaration asks for: a part of the trace of its upload."""
    declaration = store.declarations.load(context.reading(fund_id, by=CHECKER), declaration_id)
    if declaration.status is Status.TO_CONFIRM:
        return _do(context, fund_id, declaration, partial(actions.lapse, declaration_id=declaration_id))
    if declaration.status is Status.HELD:
        declaration = _do(context, fund_id, declaration, partial(actions.resume, declaration_id=declaration_id))
    if declaration.status is Status.RECEIVED:
        with continue_trace("declarations.check", declaration.traceparent):
            judged = check(context, fund_id, declaration)
            save_workers(context, fund_id, declaration, judged)
            conclude(context, fund_id, declaration, judged)
    return None


def _hold(uow: UnitOfWork, declaration_id: str) -> None:
    actions.hold(uow, declaration_id=declaration_id)
    log.error("declaration-held", declaration_id=declaration_id)


def check(context: ServiceContext, fund_id: str, declaration: Declaration) -> JudgedDeclaration:
    """Read a declaration's files to their end and check their content."""
    uow = context.reading(fund_id, by=CHECKER)
    if declaration.intake is Intake.NOTHING:
        read = nothing(judging.facts(uow, declaration), establishment=declaration.establishment)
        return judging.judge(uow, declaration, read)

    def note(done: int, of: int) -> None:
        noting = partial(actions.note_progress, declaration=declaration, step=CheckStep.READING, done=done, of=of)
        _do(context, fund_id, declaration, noting)

    count = LineCount(bytes_in_all=sum(file.size for file in declaration.files), note=note)
    sources = [
        Source(file.name, count.counted(blobs.read(context, fund_id, Blob(file.sha256, file.size, DataClass.CIVIL))))
        for file in declaration.files
    ]
    layouts = layouts_of(uow.fund, rules.form_of(uow.fund, declaration.form), period=Period.read(declaration.period))
    examined = examine(sources, facts=judging.facts(uow, declaration), layouts=layouts)
    return judging.judge(uow, declaration, examined)


def save_workers(context: ServiceContext, fund_id: str, declaration: Declaration, judged: JudgedDeclaration) -> None:
    """Keep the workers of what will be accepted, some thousands in a unit of work."""
    if judged.assessment is None:
        return
    pages = list(enumerate(paged(judged.examined.workers, size=WAGES_A_PAGE), start=1))
    for some in paged(pages, size=PAGES_AT_ONCE):
        of = len(judged.examined.workers)
        saving = partial(actions.save_workers, declaration=declaration, pages=some, of=of)
        _do(context, fund_id, declaration, saving)


def conclude(context: ServiceContext, fund_id: str, declaration: Declaration, judged: JudgedDeclaration) -> Declaration:
    """Keep what a check came to, with all that follows from it."""
    return _do(context, fund_id, declaration, partial(concluding.conclude, checked=declaration, judged=judged))


def _do(
    context: ServiceContext, fund_id: str, declaration: Declaration, action: Callable[[UnitOfWork], Answer]
) -> Answer:
    return context.run(fund_id, by=CHECKER, cause=f"job:{actions.CHECK}:{declaration.declaration_id}", action=action)


backfills = Backfill(name=actions.CHECK, find=store.unscheduled, fill=actions.schedule)
