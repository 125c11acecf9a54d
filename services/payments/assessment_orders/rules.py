"""When an order to assess silent employers may be given, previewed and started, and what becomes of each. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.payments.assessment_orders.assessment_order import (
    LIVING,
    MOVES,
    ORDER_STEPS_MAX,
    ORDERED_MOVES,
    AssessmentOrder,
    LeftOutReason,
    OrderedEmployer,
    OrderedStatus,
    OrderStatus,
    OrderStep,
    Preview,
    line_id,
)
from services.payments.declarations import rules as declarations
from services.payments.provisional_assessments import rules as provisional
from services.payments.provisional_assessments.provisional_assessment import ProvisionalAssessment
from shared.funds.fund import Fund
from shared.kernel.errors import Conflict, Failure, Forbidden, Missing
from shared.kernel.history import with_step
from shared.kernel.moves import moved

AGAIN_AFTER = timedelta(seconds=2)
"""So long an order waits for the employers of it that are still being computed or assessed."""


class OrderUnknown(Missing):
    code = "assessment-order.unknown"


class OrderUnderWay(Conflict):
    """An order of the same form and period is not finished yet (`reference`)."""

    code = "assessment-order.under-way"


class OrderNeedsSecondPerson(Forbidden):
    """Who gave an order does not start it."""

    code = "assessment-order.second-person-needed"


# --- The order --------------------------------------------------------------------------------------------------------


def make(
    *,
    order_id: str,
    reference: str,
    form: str,
    period: str,
    note: str,
    fund: Fund,
    living: AssessmentOrder | None,
    by: str,
    at: datetime,
    today: date,
) -> AssessmentOrder:
    """Somebody wants all who declared nothing assessed. Raises `FormUnknown`, `PeriodOfOtherKind`,
    `ProvisionalNotOffered`, `TooEarly`, `OrderUnderWay`."""
    definition = declarations.form_of(fund, form)
    wanted = declarations.must_be_of_its_kind(definition, period=period)
    rule = provisional.rule_for(fund, form, wanted)
    provisional.must_be_late(definition, period=wanted, rule=rule, fund=fund, today=today)
    if living is not None:
        raise OrderUnderWay(reference=living.reference)
    return AssessmentOrder(
        order_id=order_id,
        reference=reference,
        form=form,
        period=str(wanted),
        note=note,
        status=OrderStatus.PREVIEWING,
        steps=(OrderStep(status=OrderStatus.PREVIEWING, at=at, by=by),),
        next_look_at=at,
    )


def with_batch(
    order: AssessmentOrder, employer_ids: Iterable[str], *, after: str | None, at: datetime
) -> tuple[AssessmentOrder, list[OrderedEmployer]]:
    """The order with some silent employers more; `after` is where the next batch begins, None behind the last one."""
    batch = order.batches + 1
    lines = [
        OrderedEmployer(
            line_id=line_id(order.order_id, employer_id),
            order_id=order.order_id,
            batch=batch,
            employer_id=employer_id,
            status=OrderedStatus.SELECTED,
        )
        for employer_id in employer_ids
    ]
    selected = replace(order, after=after, is_selected=after is None, batches=batch, next_look_at=at)
    return selected, lines


def preview_of(lines: Iterable[OrderedEmployer]) -> Preview:
    """What the employers of an order come to, once all are computed."""
    employers, due_minor, left_out = 0, 0, Counter[LeftOutReason]()
    for each in lines:
        if each.reason is not None:
            left_out[each.reason] += 1
        else:
            employers += 1
            due_minor += each.due_minor
    return Preview(employers=employers, due_minor=due_minor, left_out=left_out)


def previewed(order: AssessmentOrder, preview: Preview, *, by: str, at: datetime) -> AssessmentOrder:
    """All employers are computed: it waits for a second person, or is over where nobody is to be assessed."""
    to = OrderStatus.PREVIEWED if preview.employers else OrderStatus.FINISHED
    return _moved(replace(order, preview=preview), to=to, by=by, at=at)


def start(order: AssessmentOrder, *, by: str, at: datetime) -> AssessmentOrder:
    """A second person agrees: the employers are assessed from now on. Raises `OrderNeedsSecondPerson`,
    `MoveNotAllowed`."""
    if order.status is OrderStatus.PREVIEWED and by == order.ordered_by:
        raise OrderNeedsSecondPerson
    return _moved(order, to=OrderStatus.STARTED, by=by, at=at)


def cancel(order: AssessmentOrder, *, reason: str, by: str, at: datetime) -> AssessmentOrder:
    """Nobody is assessed by it. Raises `MoveNotAllowed` once it is started."""
    return _moved(order, to=OrderStatus.CANCELLED, by=by, reason=reason, at=at)


def with_begun_batch(order: AssessmentOrder, *, at: datetime) -> AssessmentOrder:
    """One batch more is being assessed."""
    return replace(order, begun_batches=order.begun_batches + 1, next_look_at=at)


def waiting(order: AssessmentOrder, *, at: datetime) -> AssessmentOrder:
    """Some of its employers are not computed or assessed yet."""
    return replace(order, next_look_at=at + AGAIN_AFTER)


def finish(order: AssessmentOrder, *, by: str, at: datetime) -> AssessmentOrder:
    """Each of its employers was assessed or left out."""
    return _moved(order, to=OrderStatus.FINISHED, by=by, at=at)


def _moved(order: AssessmentOrder, *, to: OrderStatus, by: str, at: datetime, reason: str = "") -> AssessmentOrder:
    status = moved(MOVES, order.status, to=to)
    step = OrderStep(status=status, at=at, by=by, reason=reason)
    return replace(
        order,
        status=status,
        steps=with_step(order.steps, step, limit=ORDER_STEPS_MAX),
        is_living=status in LIVING,
        next_look_at=at if status is OrderStatus.STARTED else None,
    )


# --- One employer of it -----------------------------------------------------------------------------------------------


def is_to_be_computed(line: OrderedEmployer, order: AssessmentOrder) -> bool:
    return line.status is OrderedStatus.SELECTED and order.status is OrderStatus.PREVIEWING


def is_to_be_assessed(line: OrderedEmployer, order: AssessmentOrder) -> bool:
    return line.status is OrderedStatus.TO_ASSESS and order.status is OrderStatus.STARTED


def computed(line: OrderedEmployer, would_be: Sequence[ProvisionalAssessment]) -> OrderedEmployer:
    """The employer with what it would owe."""
    status = moved(ORDERED_MOVES, line.status, to=OrderedStatus.TO_ASSESS)
    return replace(line, status=status, due_minor=sum(each.due_minor for each in would_be))


def assessed(line: OrderedEmployer, made: Sequence[ProvisionalAssessment]) -> OrderedEmployer:
    """The employer with what it owes now."""
    return replace(
        line,
        status=moved(ORDERED_MOVES, line.status, to=OrderedStatus.ASSESSED),
        due_minor=sum(each.due_minor for each in made),
        assessment_ids=tuple(each.assessment_id for each in made),
    )


def left_out(line: OrderedEmployer, reason: LeftOutReason) -> OrderedEmployer:
    """It is not assessed by the order."""
    return replace(line, status=moved(ORDERED_MOVES, line.status, to=OrderedStatus.LEFT_OUT), reason=reason)


def reason_of(refused: Failure) -> LeftOutReason:
    """Why an employer is left out, from what refused it (`provisional.NOT_ASSESSED`)."""
    return LeftOutReason(refused.code.removeprefix("provisional-assessment."))
