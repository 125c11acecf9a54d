"""G05: at rest a platform of two funds asks its database fewer than ten times a second, all five services together.

Counted by the schedule, on a clock that the test moves: each periodic task, the relay, the due queue and the watch are
asked once each time that their own waits let them, and what the driver sends is counted. Nothing here depends on how
busy the machine is.
"""

import heapq
import importlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from environs import Env
from pymongo import MongoClient
from pymongo.database import Database

from deploy.local import plan
from deploy.local.addresses import SERVICES
from shared.bus import relay
from shared.bus.consumer import EventConsumer
from shared.bus.inbox import Inbox
from shared.bus.relay import Relay
from shared.jobs import runner
from shared.jobs.runner import Runner
from shared.process import worker_status
from shared.process.operations.periodic_task import periodic_task as operations
from shared.process.periodic_tasks import IdleBackOff, PeriodicTask
from shared.process.worker_status import WorkerMonitor
from shared.storage import changes
from shared.storage.connection import answers
from shared.storage.service_context import ServiceContext
from tests.kit.commands import Commands, received
from tests.kit.contexts import context_on

ALL_MAX_A_SECOND = 10.0
SETTLED_AFTER_S, COUNTED_S = 180, 300

Step = Callable[[], float]
"""One round; how many seconds until the next."""


class Clock:
    """What the process takes for its time since it began."""

    now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


def of_periodic_task(periodic_task: PeriodicTask, context: ServiceContext, fund_id: str) -> Step:
    waiting, waits_s = IdleBackOff(periodic_task, context, threading.Event()), [periodic_task.every_s]

    def step() -> float:
        waits_s[0] = waiting.after(periodic_task.run(context, fund_id), waited_s=waits_s[0])
        return waits_s[0]

    return step


def of_relay(carrying: Relay) -> Step:
    def step() -> float:
        assert not carrying._may_publish()
        return relay.REST_S

    return step


def of_jobs(running: Runner) -> Step:
    counted_at = itertools.count(0, int(runner.REST_WAIT_MAX_S))

    def step() -> float:
        assert not list(running._take_due())
        if next(counted_at) % runner.COUNT_EVERY_S == 0:
            runner.queue.failed_count(running.context)
        return running._rest_s(runner.BUSY_WAIT_S)

    return step


def of_watch(watch: WorkerMonitor) -> Step:
    """But for the broker, which is no database."""

    def step() -> float:
        assert answers(watch.context.database, within_s=worker_status.DATABASE_ANSWER_MAX_S)
        watch._count()
        watch._write()
        return worker_status.CHECK_EVERY_S

    return step


def of_stream(context: ServiceContext) -> Step:
    """A question that waits in the database for so long."""

    def step() -> float:
        context.database.command("ping")
        return changes.AWAIT_S

    return step


def steps(name: str, context: ServiceContext, settings: dict[str, str], patch: pytest.MonkeyPatch) -> Iterator[Step]:
    """All that a worker of a service does by itself."""
    service = importlib.import_module(f"services.{name}.wiring").service
    for key, value in settings.items():
        patch.setenv(key, value)
    own = service.settings(Env(eager=False))
    service.make_indexes(context)
    inbox = Inbox(context, service=name, reactions=service.all_reactions())
    for periodic_task in [*service.all_periodic_tasks(own), operations(inbox)]:
        for fund_id in context.funds:
            yield of_periodic_task(periodic_task, context, fund_id)
    if kinds := service.jobs(own):
        yield of_jobs(Runner(context, kinds))
    yield of_relay(Relay(context, "unused", name="relay"))
    yield of_watch(WorkerMonitor(EventConsumer(inbox, "unused"), []))
    yield of_stream(context)


def at_rest(all_steps: list[Step], clock: Clock, sent: Commands) -> float:
    """How many commands a second they send once their waits have grown."""
    turns = itertools.count()
    due = [(clock.now_s, next(turns), step) for step in all_steps]
    heapq.heapify(due)
    settled_s = clock.now_s + SETTLED_AFTER_S
    before = 0
    while True:
        at_s, _, step = heapq.heappop(due)
        if clock.now_s < settled_s <= at_s:
            before = len(sent.sent)
        if at_s >= settled_s + COUNTED_S:
            return (len(sent.sent) - before) / COUNTED_S
        clock.now_s = max(clock.now_s, at_s)
        heapq.heappush(due, (at_s + step(), next(turns), step))


@pytest.fixture
def databases(mongo_client: MongoClient[dict[str, Any]]) -> Iterator[dict[str, Database[dict[str, Any]]]]:
    made = {service: mongo_client[f"test_{uuid4().hex[:12]}_{service}"] for service in SERVICES}
    yield made
    for database in made.values():
        mongo_client.drop_database(database.name)


def test_g05_at_rest_two_funds_ask_their_databases_fewer_than_ten_times_a_second(
    databases: dict[str, Database[dict[str, Any]]], mongodb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, clock = plan.settings_of_services({}, var=tmp_path), Clock()
    a_second = {}
    for name in SERVICES:
        with received() as sent:
            context = context_on(databases[name], mongodb)
            context.wakeups.watch(is_watched=True)
            with monkeypatch.context() as patch:
                its = list(steps(name, context, settings[name], patch))
                patch.setattr(time, "monotonic", clock)
                a_second[name] = at_rest(its, clock, sent)
            context.database.client.close()
    assert all(rate > 0 for rate in a_second.values())
    assert sum(a_second.values()) < ALL_MAX_A_SECOND, a_second
