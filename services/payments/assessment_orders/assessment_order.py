"""An order: all employers that declared nothing for a period are assessed, once a second person agrees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

EMPLOYERS_A_BATCH = 100
ORDER_STEPS_MAX = 10


class OrderStatus(StrEnum):
    """`previewing`: the silent employers are looked for, and what each would be assessed to is computed; `previewed`:
    it waits for a second person; `started`: the employers are assessed, one by one; `finished`: each was assessed or
    left out; `cancelled`: nobody is assessed by it."""

    PREVIEWING = "previewing"
    PREVIEWED = "previewed"
    STARTED = "started"
    FINISHED = "finished"
    CANCELLED = "cancelled"


MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PREVIEWING: frozenset({OrderStatus.PREVIEWED, OrderStatus.FINISHED, OrderStatus.CANCELLED}),
    OrderStatus.PREVIEWED: frozenset({OrderStatus.STARTED, OrderStatus.CANCELLED}),
    OrderStatus.STARTED: frozenset({OrderStatus.FINISHED}),
    OrderStatus.FINISHED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}

LIVING = frozenset({OrderStatus.PREVIEWING, OrderStatus.PREVIEWED, OrderStatus.STARTED})
"""While an order lives there is no other of its form and period."""


class OrderedStatus(StrEnum):
    """Where one employer of an order stands: `selected` is not computed yet."""

    SELECTED = "selected"
    TO_ASSESS = "to-assess"
    ASSESSED = "assessed"
    LEFT_OUT = "left-out"


ORDERED_MOVES: dict[OrderedStatus, frozenset[OrderedStatus]] = {
    OrderedStatus.SELECTED: frozenset({OrderedStatus.TO_ASSESS, OrderedStatus.LEFT_OUT}),
    OrderedStatus.TO_ASSESS: frozenset({OrderedStatus.ASSESSED, OrderedStatus.LEFT_OUT}),
    OrderedStatus.ASSESSED: frozenset(),
    OrderedStatus.LEFT_OUT: frozenset(),
}


class LeftOutReason(StrEnum):
    """Why an employer is not assessed by an order: what `provisional-assessment.<reason>` says of one alone, or that it
    failed as often as it was tried."""

    NOT_EXPECTED = "not-expected"
    TOO_EARLY = "too-early"
    DECLARED = "declared"
    UNDER_WAY = "under-way"
    NO_BASIS = "no-basis"
    ASSESSED = "assessed"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class OrderedEmployer:
    """One employer of an order. `due_minor` is what it would owe by the preview, and then what it was assessed to, all
    its establishments together."""

    line_id: str
    order_id: str
    batch: int
    employer_id: str
    status: OrderedStatus
    due_minor: int = 0
    reason: LeftOutReason | None = None
    assessment_ids: tuple[str, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        if (self.status is OrderedStatus.LEFT_OUT) != (self.reason is not None):
            raise ValueError("who is left out is left out for a reason, and nobody else")
        if (self.status is OrderedStatus.ASSESSED) != bool(self.assessment_ids):
            raise ValueError("who is assessed has assessments, and nobody else")


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an order was found to come to, before it was started."""

    employers: int = 0
    due_minor: int = 0
    left_out: Mapping[LeftOutReason, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OrderStep:
    status: OrderStatus
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class AssessmentOrder:
    """An order for a form and period. `after` is the cursor up to which employers are selected, `batches` and
    `begun_batches` count what is selected, and whose assessing was begun."""

    order_id: str
    reference: str
    form: str
    period: str
    note: str
    status: OrderStatus
    steps: tuple[OrderStep, ...]
    after: str | None = None
    is_selected: bool = False
    batches: int = 0
    begun_batches: int = 0
    preview: Preview = field(default_factory=Preview)
    is_living: bool = True
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    version: int = 0

    def __post_init__(self) -> None:
        if self.is_living is not (self.status in LIVING):
            raise ValueError("an order lives until it is finished or cancelled")

    @property
    def ordered_by(self) -> str:
        return self.steps[0].by


def line_id(order_id: str, employer_id: str) -> str:
    """An employer stands once in an order."""
    return f"{order_id}/{employer_id}"
