"""What an earlier release left waiting gets a job, once."""

from dataclasses import dataclass, field

from shared.jobs import queue
from shared.process.backfills import Backfill, backfill_all
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.contexts import DZ, TN, reading

KIND, AT_ONCE = "press", 3


@dataclass
class Left:
    """Some things without a job, a few found at a time."""

    ids: list[str] = field(default_factory=lambda: [f"t{number}" for number in range(8)])
    looks: int = 0

    def find(self, uow: UnitOfWork) -> list[str]:
        self.looks += 1
        return self.ids[:AT_ONCE] if uow.fund.fund_id == DZ else []

    def fill(self, uow: UnitOfWork, thing_id: str) -> None:
        self.ids.remove(thing_id)
        queue.schedule(uow, KIND, thing_id)


def test_all_that_waits_is_scheduled_batch_by_batch_and_once(context: ServiceContext) -> None:
    left = Left()
    waiting = [Backfill(name=KIND, find=left.find, fill=left.fill)]
    assert backfill_all(context, TN, backfills=waiting) == 0
    assert backfill_all(context, DZ, backfills=waiting) == 8
    assert len(queue.due(context, DZ, KIND, limit=20)) == 8
    assert backfill_all(context, DZ, backfills=waiting) == 0


def test_at_rest_it_costs_one_look_and_no_transaction(context: ServiceContext) -> None:
    left = Left(ids=[])
    backfill_all(context, DZ, backfills=[Backfill(name=KIND, find=left.find, fill=left.fill)])
    assert left.looks == 1
    assert reading(context).collection("audit").count({}) == 0
