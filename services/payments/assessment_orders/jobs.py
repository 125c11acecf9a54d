"""Orders at work: employers are selected and assessed batch by batch, each of them by a job of its own.

A batch is kept in one transaction with how far its order has come, an employer's assessments in one with its line of
the order. Whoever is killed anywhere has done one of these or has not. An employer whose job fails is tried again
beside the others, and left out in the end.
"""

from datetime import datetime
from functools import partial

from services.payments.assessment_orders import actions, store
from services.payments.assessment_orders.assessment_order import AssessmentOrder, OrderStatus
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.failpoints import failpoint

BY = system("assessment-orders")
ATTEMPTS_MAX = 5
"""Of one employer, within two minutes: somebody waits for what an order comes to."""


def following() -> JobKind:
    """Runs while an order selects employers, and while it assesses them."""
    return JobKind(name=store.FOLLOW, run=follow, at_once=1, give_up=_cancel)


def assessing_ordered() -> JobKind:
    """Computes what one employer of an order would owe, and assesses it once the order is started."""
    return JobKind(name=store.EMPLOYER, run=work_on, attempts_max=ATTEMPTS_MAX, hold=_hold, give_up=_give_up)


def follow(context: ServiceContext, fund_id: str, order_id: str) -> datetime | None:
    """Do one batch of what an order asks for. When the next is due; None where a person is to act or all is done."""
    reading = context.reading(fund_id, by=BY)
    order = store.orders.load(reading, order_id)
    if order.status is OrderStatus.PREVIEWING and not order.is_selected:
        action = partial(actions.select, seen=order, found=actions.silent(reading, order))
    elif order.status is OrderStatus.PREVIEWING:
        action = partial(actions.end_preview, seen=order, preview=actions.added_up(reading, order))
    elif order.status is OrderStatus.STARTED:
        action = partial(actions.carry_on, seen=order)
    else:
        return None
    kept: AssessmentOrder = context.run(fund_id, by=BY, cause=f"job:{store.FOLLOW}:{order_id}", action=action)
    failpoint("assessment-order.batch-kept")
    return kept.next_look_at


def work_on(context: ServiceContext, fund_id: str, line_id: str) -> None:
    """Do what the order asks for one of its employers."""
    action = partial(actions.work_on, line_id=line_id)
    context.run(fund_id, by=BY, cause=f"job:{store.EMPLOYER}:{line_id}", action=action)
    failpoint("assessment-order.employer-kept")


def _cancel(uow: UnitOfWork, order_id: str, reason: str) -> None:
    """An operator ends an order that cannot be previewed; one that is started cannot be given up."""
    actions.cancel(uow, order_id=order_id, reason=reason)


def _hold(uow: UnitOfWork, line_id: str) -> None:
    actions.leave_out(uow, line_id=line_id)


def _give_up(uow: UnitOfWork, line_id: str, reason: str) -> None:
    actions.leave_out(uow, line_id=line_id)
