"""Workers that carry out an order are killed again and again: each employer is assessed once, and none is forgotten."""

import os
import signal
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

import pytest
from pymongo.database import Database

from services.payments.assessment_orders.jobs import assessing_ordered, following
from shared.jobs.runner import Runner
from shared.storage.service_context import ServiceContext
from shared.telemetry import failpoints
from tests.kit.clock import Clock
from tests.kit.contexts import context_on, published
from tests.payments.assessment_orders.builders import WANTED, silent_firms, work
from tests.payments.declarations.builders import DZ_EMPLOYER

FIRMS = (DZ_EMPLOYER, "1600000002", "3100000008")


def killed(step: str, *, database: Database[dict[str, Any]], uri: str, clock: Clock) -> None:
    """A worker of its own that dies by SIGKILL at a step, or has nothing to do."""

    def run() -> None:
        failpoints.watch(lambda passed: os.kill(os.getpid(), signal.SIGKILL) if passed == step else None)
        own: ServiceContext = replace(context_on(database, uri), clock=clock)
        Runner(own, [following(), assessing_ordered()]).run_due()

    worker = get_context("fork").Process(target=run)
    worker.start()
    worker.join(60)
    assert worker.exitcode in (-signal.SIGKILL, 0)
    clock.move(seconds=90)


@pytest.mark.parametrize("step", ["work.committed", "assessment-order.batch-kept", "assessment-order.employer-kept"])
def test_each_is_assessed_once_wherever_a_worker_is_killed(
    database: Database[dict[str, Any]], mongodb: str, step: str
) -> None:
    harness = silent_firms(context_on(database, mongodb), with_basis=FIRMS)
    context, clock = harness.context, harness.context.clock
    assert isinstance(clock, Clock)
    order_id = harness.office.staff("agent-1").post("/assessment-orders", WANTED).json["order_id"]
    for _ in range(3):
        killed(step, database=database, uri=mongodb, clock=clock)
    work(context, seconds=180)
    second = harness.office.staff("agent-2")
    assert second.post(f"/assessment-orders/{order_id}/start").json["status"] == "started"
    for _ in range(3):
        killed(step, database=database, uri=mongodb, clock=clock)
    work(context, seconds=180)
    report = second.get(f"/assessment-orders/{order_id}/report").json
    assert (report["order"]["status"], report["progress"]["assessed"]) == ("finished", 3)
    kept = database["provisional_assessments"].distinct("employer_id")
    assert (sorted(kept), database["provisional_assessments"].count_documents({})) == (sorted(FIRMS), 3)
    assert published(context).count("payments.provisionally-assessed") == 3
