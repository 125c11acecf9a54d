"""kill -9 at each step between a polled event and the event that it leads to: the end is the same, once."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer
from pymongo import MongoClient
from pymongo.database import Database

from deploy.local.engines import secantusdb, tansu
from deploy.local.programs import HOST, free_port, running
from shared.bus import envelope, topics
from shared.bus.relay import Relay
from shared.events import catalogue
from shared.sealing.keys import from_data, generate_keyring
from shared.storage.connection import connect
from shared.storage.platform import Platform
from tests.claims.builders import AMIRA, KARIM, wages
from tests.ground import DZ, TN, funds, someone

BEFORE, AFTER, ACKNOWLEDGED = "inbox.polled", "work.committed", "relay.acknowledged"


class Ground:
    """Engines of the test's own, durable, and claims' worker upon them."""

    def __init__(self, folder: Path, mongodb: str, broker: str) -> None:
        self.folder, self.mongodb, self.broker = folder, mongodb, broker
        ring = generate_keyring([DZ, TN])
        (folder / "keys.json").write_text(json.dumps(ring))
        self.payments = Platform(connect(mongodb, "himaya_payments"), funds(), from_data(ring))

    def start(self, step: str) -> subprocess.Popen[bytes]:
        """Claims' worker, to be killed at the step unless it was already."""
        settings = {
            "MONGODB_URI": self.mongodb,
            "KAFKA_BOOTSTRAP_SERVERS": self.broker,
            "KEYS_FILE": str(self.folder / "keys.json"),
            "ISSUER": "http://identity.test",
            "JWKS_URL": "http://identity.test/jwks",
            "BIND": f"{HOST}:{free_port()}",
            "HEALTH_BIND": f"{HOST}:{free_port()}",
            "KAFKA_SESSION_TIMEOUT_MS": "2000",
        }
        flag = str(self.folder / "killed")
        command = [sys.executable, "-m", "tests.faults.killed_at", step, flag, "claims", "worker"]
        with (self.folder / "worker.log").open("ab") as log:
            return subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log)

    def tell_wages(self) -> None:
        """Two pages of wages, as payments tells them."""
        pages = (wages(AMIRA, page=1, pages=2), wages(KARIM, page=2, pages=2))
        self.payments.work(DZ, by=someone(), cause="test", action=lambda work: [work.tell(page) for page in pages])
        topics.ensure(self.broker, catalogue.owners(), partitions=3, replicas=1)
        stop = threading.Event()
        relay = Relay(self.payments, self.broker, name="relay")
        threading.Timer(2, stop.set).start()
        relay.run(stop)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    port, kafka = free_port(), free_port()
    database = secantusdb.program(port=port, storage=tmp_path / "data", options=secantusdb.DURABLE)
    with (
        running(database, log=tmp_path / "mongodb.log"),
        running(tansu.program(port=kafka), log=tmp_path / "tansu.log"),
    ):
        yield Ground(tmp_path, secantusdb.uri(port=port), f"{HOST}:{kafka}")


@pytest.mark.parametrize("step", [BEFORE, AFTER, ACKNOWLEDGED])
def test_a_worker_killed_at_a_step_ends_the_same_once_it_is_started_again(ground: Ground, step: str) -> None:
    first = ground.start(step)
    try:
        ground.tell_wages()
        assert first.wait(30) == -9, (ground.folder / "worker.log").read_text()[-2000:]
    finally:
        first.kill()
    second = ground.start(step)
    try:
        with MongoClient[dict[str, Any]](ground.mongodb) as client:
            claims = client["himaya_claims"]
            _until(lambda: _is_drained(claims))
            assert {row["_id"]: row["version"] for row in claims.entitlements.find()} == {
                f"{DZ}:{AMIRA}": 1,
                f"{DZ}:{KARIM}": 1,
            }
            told = [event["id"] for document in claims.outbox.find() for event in document["events"]]
            assert len(told) == 2
            assert claims.inbox.count_documents({}) == 2
            assert claims.audit.count_documents({}) == 2
            assert claims.deadletters.count_documents({}) == 0
        assert _ids_on_topic(ground.broker) == set(told)
    finally:
        second.terminate()
        assert second.wait(30) == 0


def _is_drained(claims: Database[dict[str, Any]]) -> bool:
    return (
        claims.entitlements.count_documents({}) == 2
        and claims.outbox.count_documents({"is_sent": True}) > 0
        and (claims.outbox.count_documents({"is_sent": False}) == 0)
    )


def _ids_on_topic(broker: str) -> set[str]:
    consumer = KafkaConsumer(
        "claims", bootstrap_servers=broker, auto_offset_reset="earliest", consumer_timeout_ms=1_500
    )
    try:
        return {envelope.opened(record.headers).event_id for record in consumer}
    finally:
        consumer.close()


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(300):
        if holds():
            return
        threading.Event().wait(0.1)
    raise AssertionError("it never came")
