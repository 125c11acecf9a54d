"""A worker over engines of its own: it tells the truth about what it lacks, waits for what is gone, and goes on."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from kafka import KafkaProducer
from pymongo import MongoClient
from pymongo.database import Database

from deploy.local.engines import secantusdb, tansu
from deploy.local.programs import HOST, Program, free_port
from deploy.local.programs import running as engine_running
from shared.bus import dead_letters
from shared.storage.connection import Document, connect
from shared.storage.service_context import now
from tests.kit.contexts import DZ
from tests.kit.processes import Running, answer, is_ok, migrated, running
from tests.kit.waiting import until


class Engines:
    """Both engines, which a test starts and stops."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mongodb_port, self.kafka_port = free_port(), free_port()
        self._running = {"mongodb": ExitStack(), "kafka": ExitStack()}

    def start(self, name: str) -> None:
        self._running[name].enter_context(engine_running(self._program(name), log=self.folder / f"{name}.log"))

    def stop(self, name: str) -> None:
        self._running[name].close()

    def _program(self, name: str) -> Program:
        if name == "kafka":
            return tansu.program(port=self.kafka_port)
        return secantusdb.program(port=self.mongodb_port, storage=self.folder / "data", options=secantusdb.DURABLE)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "MONGODB_URI": secantusdb.uri(port=self.mongodb_port),
            "KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:{self.kafka_port}",
        }

    def send_broken(self, *cases: str) -> None:
        """Events of a version that nobody knows, for claims to park at once."""
        producer = KafkaProducer(bootstrap_servers=f"{HOST}:{self.kafka_port}")
        for case in cases:
            headers = {
                "ce_id": str(uuid4()),
                "ce_type": "payments.benefit-ordered.v9",
                "ce_fund": DZ,
                "ce_partitionkey": f"{DZ}:{case}",
            }
            producer.send(
                "payments",
                value=b"{}",
                key=f"{DZ}:{case}".encode(),
                headers=[(name, value.encode()) for name, value in headers.items()],
            ).get(10)
        producer.close()


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    made = Engines(tmp_path)
    yield made
    made.stop("kafka")
    made.stop("mongodb")


def missing(worker: Running) -> str:
    """What the worker says that it lacks."""
    found = answer(f"{worker.health}/health/ready")
    return "" if found is None or found.ok else found.text


@pytest.mark.long
def test_a_worker_waits_for_what_is_gone_and_says_what_that_is(engines: Engines, tmp_path: Path) -> None:
    with running("services.claims", "worker", folder=tmp_path, **engines.settings) as worker:
        ready, live = f"{worker.health}/health/ready", f"{worker.health}/health/live"
        until(lambda: "database" in missing(worker) and "broker" in missing(worker))
        assert is_ok(live)
        engines.start("mongodb")
        engines.start("kafka")
        until(lambda: "migrate: no index" in missing(worker))
        assert is_ok(live) and not is_ok(ready)
        migrated(engines.settings["MONGODB_URI"], module="services.claims")
        until(lambda: is_ok(ready))
        engines.stop("mongodb")
        until(lambda: "database" in missing(worker))
        assert "broker" not in missing(worker) and is_ok(live)
        engines.start("mongodb")
        until(lambda: is_ok(ready))
        engines.stop("kafka")
        until(lambda: "broker" in missing(worker))
        engines.start("kafka")
        until(lambda: is_ok(ready), max_s=60)
        assert worker.process.poll() is None and worker.lines("thread-died") == []


def test_with_too_many_dead_letters_a_worker_stands_still_until_some_are_resolved(
    engines: Engines, tmp_path: Path
) -> None:
    engines.start("mongodb")
    engines.start("kafka")
    settings = {**engines.settings, "DEAD_LETTERS_MAX": "2"}
    with running("services.claims", "worker", folder=tmp_path, **settings) as worker:
        until(lambda: is_ok(f"{worker.health}/health/ready"))
        database = connect(settings["MONGODB_URI"], "himaya_claims")
        engines.send_broken("a", "b", "c", "d")
        until(lambda: "too many dead letters" in missing(worker))
        assert parked(database) == 2
        assert len(worker.lines("consumer-stopped")) == 1
        metrics = answer(f"{worker.health}/metrics")
        assert metrics is not None and "himaya_consumer_stopped 1.0" in metrics.text
        discard_all(database)
        until(lambda: parked(database) == 2)  # the two that had to wait
        until(lambda: "too many dead letters" in missing(worker))
        discard_all(database)
        until(lambda: is_ok(f"{worker.health}/health/ready"))
        keys = {str(row["key"]) for row in database["deadletters"].find({}, {"key": 1})}
        assert keys == {f"{DZ}:{case}" for case in "abcd"}
        database.client.close()


def parked(database: Database[Document]) -> int:
    return dead_letters.open_count(database, limit=100)


def discard_all(database: Database[Document]) -> None:
    for row in list(database["deadletters"].find({"is_open": True}, {"key": 1})):
        dead_letters.close(database, str(row["_id"]), how="discarded: test", by="op", at=now(), session=None)


def test_a_worker_that_is_told_to_end_leaves_its_group_and_nothing_half(engines: Engines, tmp_path: Path) -> None:
    engines.start("mongodb")
    engines.start("kafka")
    with running("services.claims", "worker", folder=tmp_path, **engines.settings) as worker:
        until(lambda: is_ok(f"{worker.health}/health/ready"))
        engines.send_broken(*(f"c{number}" for number in range(40)))
        worker.process.terminate()
        assert worker.process.wait(40) == 0
    assert worker.lines("ended")[0]["unfinished"] == []
    with running("services.claims", "worker", folder=tmp_path, **engines.settings) as worker:
        with MongoClient[Document](engines.settings["MONGODB_URI"]) as client:
            letters = client["himaya_claims"]["deadletters"]
            until(lambda: letters.count_documents({}) == 40)
        assert is_ok(f"{worker.health}/health/live")
