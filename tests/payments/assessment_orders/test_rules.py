"""Which order may be given, previewed, started and cancelled by whom; and what becomes of each employer."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from services.payments.assessment_orders import rules
from services.payments.assessment_orders.assessment_order import (
    AssessmentOrder,
    LeftOutReason,
    OrderedEmployer,
    OrderedStatus,
    OrderStatus,
    Preview,
)
from services.payments.provisional_assessments import rules as provisional
from shared.kernel.moves import MoveNotAllowed
from tests.kit.clock import AT
from tests.payments.assessment_orders.builders import ASSESSED, LEFT_OUT, order, ordered
from tests.payments.declarations.builders import FUNDS
from tests.payments.provisional_assessments.builders import assessment

DZ = FUNDS["dz-cnas"]
BY = "agent-2"
FOUND = Preview(employers=2, due_minor=5)


def make(
    *, period: str = "2025", today: date = date(2026, 3, 2), living: AssessmentOrder | None = None
) -> AssessmentOrder:
    return rules.make(
        order_id="o1",
        reference="TP260000000197",
        form="das",
        period=period,
        note="",
        fund=DZ,
        living=living,
        by="agent-1",
        at=AT,
        today=today,
    )


def test_an_order_is_previewed_first() -> None:
    made = make()
    assert (made.status, made.ordered_by, made.next_look_at) == (OrderStatus.PREVIEWING, "agent-1", AT)


def test_a_period_that_may_still_be_declared_is_not_ordered() -> None:
    with pytest.raises(provisional.TooEarly) as refused:
        make(today=date(2026, 3, 1))
    assert refused.value.parameters == {"from_on": date(2026, 3, 2)}


def test_a_period_that_the_fund_does_not_assess_is_not_ordered() -> None:
    with pytest.raises(provisional.ProvisionalNotOffered):
        make(period="1980")


def test_one_order_of_a_period_at_a_time() -> None:
    with pytest.raises(rules.OrderUnderWay) as refused:
        make(living=order())
    assert refused.value.parameters == {"reference": "TP260000000197"}


ACTS: dict[str, tuple[Callable[[AssessmentOrder], AssessmentOrder], dict[OrderStatus, OrderStatus]]] = {
    "previewed": (
        lambda it: rules.previewed(it, FOUND, by=BY, at=AT),
        {OrderStatus.PREVIEWING: OrderStatus.PREVIEWED},
    ),
    "previewed, and nobody is there": (
        lambda it: rules.previewed(it, Preview(), by=BY, at=AT),
        {OrderStatus.PREVIEWING: OrderStatus.FINISHED, OrderStatus.STARTED: OrderStatus.FINISHED},
    ),
    "start": (lambda it: rules.start(it, by=BY, at=AT), {OrderStatus.PREVIEWED: OrderStatus.STARTED}),
    "cancel": (
        lambda it: rules.cancel(it, reason="r", by=BY, at=AT),
        dict.fromkeys((OrderStatus.PREVIEWING, OrderStatus.PREVIEWED), OrderStatus.CANCELLED),
    ),
    "finish": (
        lambda it: rules.finish(it, by=BY, at=AT),
        dict.fromkeys((OrderStatus.PREVIEWING, OrderStatus.STARTED), OrderStatus.FINISHED),
    ),
}


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("act", ACTS)
def test_the_moves_of_an_order(act: str, status: OrderStatus) -> None:
    do, allowed = ACTS[act]
    if status not in allowed:
        with pytest.raises(MoveNotAllowed):
            do(order(status))
        return
    after = do(order(status))
    assert (after.status, after.steps[-1].by) == (allowed[status], BY)
    assert after.is_living is (after.status in (OrderStatus.PREVIEWED, OrderStatus.STARTED))
    assert (after.next_look_at is not None) is (after.status is OrderStatus.STARTED), "only work has a job"


def test_a_second_person_starts_it() -> None:
    with pytest.raises(rules.OrderNeedsSecondPerson):
        rules.start(order(), by="agent-1", at=AT)


def test_employers_are_selected_batch_by_batch() -> None:
    first, lines = rules.with_batch(order(OrderStatus.PREVIEWING), ["1", "2"], after="c", at=AT)
    assert [(each.line_id, each.batch, each.status) for each in lines] == [
        ("o1/1", 1, OrderedStatus.SELECTED),
        ("o1/2", 1, OrderedStatus.SELECTED),
    ]
    assert (first.after, first.is_selected, first.batches) == ("c", False, 1)
    last, none = rules.with_batch(first, [], after=None, at=AT)
    assert (last.is_selected, last.batches, none) == (True, 2, [])


def test_a_preview_adds_up_who_is_to_be_assessed_and_counts_who_is_not() -> None:
    found = rules.preview_of([ordered("1"), ordered("2", due_minor=1), ordered("3", due_minor=0, **LEFT_OUT)])
    assert found == Preview(employers=2, due_minor=105_001, left_out={LeftOutReason.NO_BASIS: 1})


def test_an_order_waits_for_its_employers() -> None:
    assert rules.waiting(order(OrderStatus.STARTED), at=AT).next_look_at == AT + timedelta(seconds=2)


SELECTED = {"status": OrderedStatus.SELECTED, "due_minor": 0}
LINES: dict[str, OrderedEmployer] = {
    "selected": ordered(**SELECTED),
    "to-assess": ordered(),
    "assessed": ordered(**ASSESSED),
    "left-out": ordered(**LEFT_OUT),
}


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("line", LINES)
def test_an_employer_is_computed_before_the_start_and_assessed_after_it(line: str, status: OrderStatus) -> None:
    of = LINES[line], order(status)
    assert rules.is_to_be_computed(*of) is ((line, status) == ("selected", OrderStatus.PREVIEWING))
    assert rules.is_to_be_assessed(*of) is ((line, status) == ("to-assess", OrderStatus.STARTED))


MOVES: dict[str, tuple[Callable[[OrderedEmployer], OrderedEmployer], dict[str, str]]] = {
    "computed": (lambda it: rules.computed(it, [assessment()]), {"selected": "to-assess"}),
    "assessed": (lambda it: rules.assessed(it, [assessment()]), {"to-assess": "assessed"}),
    "left out": (
        lambda it: rules.left_out(it, LeftOutReason.DECLARED),
        {"selected": "left-out", "to-assess": "left-out"},
    ),
}


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("act", MOVES)
def test_the_moves_of_an_employer(act: str, line: str) -> None:
    do, allowed = MOVES[act]
    if line not in allowed:
        with pytest.raises(MoveNotAllowed):
            do(LINES[line])
    else:
        assert do(LINES[line]).status.value == allowed[line]


def test_what_an_employer_owes_is_of_all_its_establishments() -> None:
    two = [assessment(), assessment(assessment_id="a2", establishment="0002")]
    assert rules.computed(LINES["selected"], two).due_minor == 210_000
    made = rules.assessed(ordered(due_minor=1), two)
    assert (made.due_minor, made.assessment_ids) == (210_000, ("a1", "a2"))


@pytest.mark.parametrize("refused", provisional.NOT_ASSESSED)
def test_whatever_refuses_one_employer_is_a_reason_to_leave_it_out(refused: type[provisional.TooEarly]) -> None:
    assert f"provisional-assessment.{rules.reason_of(refused())}" == refused.code


@pytest.mark.parametrize(
    "wrong", [{"reason": LeftOutReason.FAILED}, {**LEFT_OUT, "reason": None}, {**ASSESSED, "assessment_ids": ()}]
)
def test_a_line_that_contradicts_itself_is_not_built(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="who is"):
        ordered(**wrong)
