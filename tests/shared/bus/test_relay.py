"""A relay's lease: one carries at a time, and a dead one's runs out by itself. Two that overlap wait for each other."""

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from deploy.local.engines import tansu
from deploy.local.programs import HOST, free_port, running
from shared.bus import topics
from shared.bus.inbox import CONFLICT_WAITS_S
from shared.bus.kafka_internals import is_sending
from shared.bus.relay import LEASE, Relay, producer
from shared.storage.connection import DatabaseUnavailable
from shared.storage.service_context import ServiceContext
from tests.kit.clock import RunningClock
from tests.kit.contexts import context_on

TRANSACTION_LIFE_S = 60


def test_the_second_waits_until_the_lease_of_the_first_runs_out(
    database: Database[dict[str, Any]], mongodb: str
) -> None:
    clock = RunningClock()
    context = context_on(database, mongodb, clock=clock)
    first, second = (Relay(context, "unused", name="relay") for _ in range(2))
    assert first.holds_lease() and not second.holds_lease()
    clock.ahead += LEASE * 0.9
    assert not second.holds_lease()
    clock.ahead += LEASE * 0.2
    assert second.holds_lease() and not first.holds_lease()


def test_what_another_is_marking_waits(database: Database[dict[str, Any]], context: ServiceContext) -> None:
    """The other may have died over it: the relay is begun again later, and does not end its process."""
    database["outbox"].insert_one({"_id": "a", "is_sent": False})
    with database.client.start_session() as session, session.start_transaction():
        database["outbox"].update_one({"_id": "a"}, {"$set": {"is_sent": True}}, session=session)
        with pytest.raises(DatabaseUnavailable):
            Relay(context, "unused", name="relay")._mark([{"_id": "a"}])


def test_an_event_waits_longer_than_a_dead_transaction_lives() -> None:
    """Whoever is killed inside a transaction holds what it wrote until the database gives it up (MongoDB's default)."""
    assert sum(CONFLICT_WAITS_S) > TRANSACTION_LIFE_S


def test_a_relay_whose_broker_is_silent_leaves_nothing_that_goes_on(context: ServiceContext, tmp_path: Path) -> None:
    port = free_port()
    with running(tansu.program(port=port), log=tmp_path / "broker.log") as broker:
        topics.ensure(f"{HOST}:{port}", ("claims",), partitions=1, replicas=1)
        relay, stop = Relay(context, f"{HOST}:{port}", name="relay"), threading.Event()
        made = relay._producer = producer(relay.servers)
        made.send("claims", b"heard").get(timeout=10)
        os.kill(broker, signal.SIGSTOP)
        try:
            unheard = made.send("claims", b"not heard")
            stop.set()
            relay.run(stop)
        finally:
            os.kill(broker, signal.SIGCONT)
        assert relay._producer is None
        assert not is_sending(made)
        assert unheard.failed()
