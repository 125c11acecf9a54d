"""Valid orders by default, and firms that declared a year and nothing since."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.payments.assessment_orders.assessment_order import (
    AssessmentOrder,
    LeftOutReason,
    OrderedEmployer,
    OrderedStatus,
    OrderStatus,
    OrderStep,
    line_id,
)
from services.payments.assessment_orders.jobs import assessing_ordered, following
from services.payments.campaigns.periodic_tasks import count_filings
from services.payments.wiring import service
from shared.jobs.runner import Runner
from shared.storage.service_context import ServiceContext
from tests.kit.clock import AT, Clock
from tests.kit.contexts import DZ, handle, make_unique_indexes
from tests.payments.declarations.builders import DZ_EMPLOYER, Files
from tests.payments.declarations.harness import DeclarationsHarness, register
from tests.payments.provisional_assessments.builders import das_of

ASSESSABLE = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""Thirty days after the last day on which 2025 could be declared in time."""
WANTED = {"form": "das", "period": "2025", "note": "After two reminders."}
ASSESSED = {"status": OrderedStatus.ASSESSED, "assessment_ids": ("a1",)}
LEFT_OUT = {"status": OrderedStatus.LEFT_OUT, "reason": LeftOutReason.NO_BASIS}


def order(status: OrderStatus = OrderStatus.PREVIEWED, **facts: Any) -> AssessmentOrder:
    """One that agent-1 gave."""
    return AssessmentOrder(
        **{
            "order_id": "o1",
            "reference": "TP260000000197",
            "form": "das",
            "period": "2025",
            "note": "",
            "status": status,
            "steps": (OrderStep(status=OrderStatus.PREVIEWING, at=AT, by="agent-1"),),
            "is_living": status not in (OrderStatus.FINISHED, OrderStatus.CANCELLED),
            **facts,
        }
    )


def ordered(employer_id: str = DZ_EMPLOYER, **facts: Any) -> OrderedEmployer:
    """An employer that is to be assessed to 1,050.00."""
    return OrderedEmployer(
        **{
            "line_id": line_id("o1", employer_id),
            "order_id": "o1",
            "batch": 1,
            "employer_id": employer_id,
            "status": OrderedStatus.TO_ASSESS,
            "due_minor": 105_000,
            **facts,
        }
    )


def das_by(employer_id: str, *, year: int) -> Files:
    """A DAS of two workers of another firm."""
    number = employer_id.encode()
    files = das_of(year).by_name.items()
    return Files(
        {
            name.replace(DZ_EMPLOYER, employer_id): content.replace(DZ_EMPLOYER.encode(), number)
            for name, content in files
        }
    )


def silent_firms(
    context: ServiceContext, *, with_basis: Iterable[str], without: Iterable[str] = ()
) -> DeclarationsHarness:
    """Firms that declared 2024 in January 2025 and nothing since, and some that never did; on the day on which 2025 may
    be assessed."""
    make_unique_indexes(service, context)
    clock = Clock(datetime(2025, 1, 20, 9, tzinfo=UTC))
    harness = DeclarationsHarness(replace(context, clock=clock))
    firms = [*with_basis]
    if others := {*firms, *without} - {DZ_EMPLOYER}:
        handle(harness.context, service, register(*sorted(others)))
    for employer_id in firms:
        by = harness.office.employer(employer_id)
        sent = harness.send(das_by(employer_id, year=2024), by=by, employer_id=employer_id, period="2024")
        assert sent.status_code == 202, sent.text
    harness.run()
    count_filings(harness.context, DZ)
    clock.at = ASSESSABLE
    return harness


def work(context: ServiceContext, *, seconds: int = 60) -> None:
    """What the worker does with orders for so long, by the clock that stands until it is moved."""
    runner, clock = Runner(context, [following(), assessing_ordered()]), context.clock
    assert isinstance(clock, Clock)
    for _ in range(seconds // 2):
        while runner.run_due():
            pass
        clock.move(seconds=2)
