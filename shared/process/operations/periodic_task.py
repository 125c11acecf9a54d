"""What operators asked for over HTTP, done by a worker."""

from functools import partial

from shared.bus.inbox import Inbox
from shared.bus.replaying import replay_requested
from shared.process.operations import outbox
from shared.process.periodic_tasks import PeriodicTask
from shared.storage.service_context import ServiceContext

EVERY_S, REST_S = 2.0, 30.0


def periodic_task(inbox: Inbox) -> PeriodicTask:
    """Retries dead letters and publishes events again."""
    run = partial(carry_out, inbox=inbox)
    return PeriodicTask("operations", EVERY_S, run, rest_s=REST_S, woken_by=("errands", "deadletters"))


def carry_out(context: ServiceContext, fund_id: str, *, inbox: Inbox) -> int:
    """Run what waits in one fund; how many dead letters and documents that were."""
    return replay_requested(context, fund_id, inbox=inbox) + outbox.carry_out(context, fund_id)
