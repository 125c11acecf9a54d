"""What payments does with orders to assess silent employers: give, preview, start, carry out, report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.payments.access_journal.accessed import AccessedKind
from services.payments.assessment_orders import rules, store
from services.payments.assessment_orders.assessment_order import (
    EMPLOYERS_A_BATCH,
    AssessmentOrder,
    LeftOutReason,
    OrderedEmployer,
    OrderedStatus,
    Preview,
)
from services.payments.campaigns import actions as campaigns
from services.payments.provisional_assessments import actions as assessments
from services.payments.provisional_assessments.rules import NOT_ASSESSED
from shared.jobs import queue
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage import operator_acts
from shared.storage.paging import Page, PageRequest
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class OrderReport:
    """How far an order is: how many of its employers stand where, and why those are left out that are."""

    order: AssessmentOrder
    counts: Mapping[OrderedStatus, int]
    left_out: Mapping[LeftOutReason, int]


# --- The fund's agents ------------------------------------------------------------------------------------------------


def make(uow: UnitOfWork, *, form: str, period: str, note: str) -> AssessmentOrder:
    """All who declared nothing for a period are to be assessed; first it is computed what that comes to. Raises what
    `rules.make` raises, also where somebody else gives the same order at the same moment."""
    order = rules.make(
        order_id=uow.new_id(),
        reference=uow.new_reference("TP"),
        form=form,
        period=period,
        note=note,
        fund=uow.fund,
        living=store.living(uow, form=form, period=period),
        by=uow.by.subject,
        at=uow.at,
        today=uow.today,
    )
    return _act(uow, "assessment-ordered", order)


def start(uow: UnitOfWork, *, order_id: str) -> AssessmentOrder:
    """The caller, who is not the one who gave it, agrees: the employers are assessed."""
    started = rules.start(load(uow, order_id=order_id), by=uow.by.subject, at=uow.at)
    return _act(uow, "assessment-order-started", started)


def cancel(uow: UnitOfWork, *, order_id: str, reason: str) -> AssessmentOrder:
    """Nobody is assessed by it; another order of the period may be given."""
    cancelled = rules.cancel(load(uow, order_id=order_id), reason=reason, by=uow.by.subject, at=uow.at)
    return _act(uow, "assessment-order-cancelled", cancelled, why=reason)


def _act(uow: UnitOfWork, verb: str, order: AssessmentOrder, *, why: str = "") -> AssessmentOrder:
    kept = store.following.save(uow, Outcome(order))
    operator_acts.record(uow, verb, store.orders.name, kept.order_id, why=why, version=kept.version)
    return kept


def load(uow: UnitOfWork, *, order_id: str) -> AssessmentOrder:
    """`OrderUnknown`."""
    return store.orders.load(uow, order_id)


def page(uow: UnitOfWork, *, wanted: PageRequest) -> Page[AssessmentOrder]:
    """A page of orders, newest first."""
    return store.page(uow, wanted=wanted)


def report(uow: UnitOfWork, *, order_id: str) -> OrderReport:
    """What became of an order so far. `OrderUnknown`."""
    return OrderReport(
        order=load(uow, order_id=order_id),
        counts={status: store.count(uow, order_id, status) for status in OrderedStatus},
        left_out={reason: store.count_left_out(uow, order_id, reason) for reason in LeftOutReason},
    )


def list_employers(
    uow: UnitOfWork, *, order_id: str, status: OrderedStatus | None, purpose: Purpose, wanted: PageRequest
) -> Page[OrderedEmployer]:
    """A page of an order's employers; which of them an agent saw enters the access journal."""
    order = load(uow, order_id=order_id)
    page = store.page_of_lines(uow, order_id, status=status, wanted=wanted)
    employer_ids = (each.employer_id for each in page)
    journal.note_employers(
        uow, employer_ids, looked_at=AccessedKind.DECLARATIONS, purpose=purpose, part_of=order.reference
    )
    return page


# --- The order's job --------------------------------------------------------------------------------------------------


def silent(uow: UnitOfWork, order: AssessmentOrder) -> Page[str]:
    """The next of those from whom nothing came: read outside of any transaction."""
    wanted = PageRequest(limit=EMPLOYERS_A_BATCH, cursor=order.after)
    page = campaigns.silent(uow, form=order.form, period=order.period, wanted=wanted)
    return Page([each.employer_id for each in page], next=page.next)


def select(uow: UnitOfWork, *, seen: AssessmentOrder, found: Page[str]) -> AssessmentOrder:
    """Keep a batch of employers, and how far the order has come, together: each is then computed by a job of its own.
    `ChangedMeanwhile` where another worker, or a person who cancelled the order, was first."""
    order, lines = rules.with_batch(_as_seen(uow, seen), found.items, after=found.next, at=uow.at)
    store.lines.save_many(uow, lines, part_of=order.order_id)
    _schedule(uow, lines)
    return store.following.save(uow, Outcome(order))


def added_up(uow: UnitOfWork, order: AssessmentOrder) -> Preview | None:
    """What an order comes to; None while some of its employers are not computed. Read outside of any transaction: who
    is computed stays so until the order is started."""
    if store.is_any(uow, order.order_id, OrderedStatus.SELECTED):
        return None
    return rules.preview_of(store.each_line(uow, order.order_id))


def end_preview(uow: UnitOfWork, *, seen: AssessmentOrder, preview: Preview | None) -> AssessmentOrder:
    """Keep what the order comes to, once that is known. `ChangedMeanwhile` as in `select`."""
    order = _as_seen(uow, seen)
    if preview is None:
        after = rules.waiting(order, at=uow.at)
    else:
        after = rules.previewed(order, preview, by=uow.by.subject, at=uow.at)
    return store.following.save(uow, Outcome(after))


def carry_on(uow: UnitOfWork, *, seen: AssessmentOrder) -> AssessmentOrder:
    """Begin to assess the next batch; behind the last one, end the order once none is left. `ChangedMeanwhile` as in
    `select`."""
    order = _as_seen(uow, seen)
    if order.begun_batches < order.batches:
        batch = store.batch_of_lines(uow, order.order_id, order.begun_batches + 1)
        _schedule(uow, [each for each in batch if each.status is OrderedStatus.TO_ASSESS])
        return store.following.save(uow, Outcome(rules.with_begun_batch(order, at=uow.at)))
    is_left = store.is_any(uow, order.order_id, OrderedStatus.TO_ASSESS)
    after = rules.waiting(order, at=uow.at) if is_left else rules.finish(order, by=uow.by.subject, at=uow.at)
    return store.following.save(uow, Outcome(after))


def _as_seen(uow: UnitOfWork, seen: AssessmentOrder) -> AssessmentOrder:
    found = load(uow, order_id=seen.order_id)
    if found.version != seen.version:
        raise ChangedMeanwhile
    return found


def _schedule(uow: UnitOfWork, lines: Sequence[OrderedEmployer]) -> None:
    for each in lines:
        queue.schedule(uow, store.EMPLOYER, each.line_id)


# --- The job of one employer ------------------------------------------------------------------------------------------


def work_on(uow: UnitOfWork, *, line_id: str) -> None:
    """Compute what one employer would owe, or assess it, as its order asks; what was done before is not done again."""
    line = store.lines.load(uow, line_id)
    order = load(uow, order_id=line.order_id)
    wanted = {"employer_id": line.employer_id, "form": order.form, "period": order.period, "note": order.note}
    try:
        if rules.is_to_be_computed(line, order):
            changed = rules.computed(line, assessments.compute(uow, **wanted))
        elif rules.is_to_be_assessed(line, order):
            changed = rules.assessed(line, assessments.assess(uow, **wanted))
        else:
            return
    except NOT_ASSESSED as refused:
        changed = rules.left_out(line, rules.reason_of(refused))
    store.lines.save(uow, Outcome(changed))


def leave_out(uow: UnitOfWork, *, line_id: str) -> None:
    """What failed as often as it may is left out, so that the order comes to its end."""
    line = store.lines.load(uow, line_id)
    if line.status in (OrderedStatus.SELECTED, OrderedStatus.TO_ASSESS):
        store.lines.save(uow, Outcome(rules.left_out(line, LeftOutReason.FAILED)))
