"""The embedded engines do what the services lean on, and say in one sentence why they do not start."""

import os
import signal
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure

from deploy.local.engines import secantusdb, tansu
from deploy.local.programs import Broken, Program, free_port, is_listening, running


def test_a_transaction_is_kept_whole_or_not_at_all(database: Database[dict[str, Any]]) -> None:
    with database.client.start_session() as session:
        with session.start_transaction():
            database.cases.insert_one({"_id": 1}, session=session)
            database.outbox.insert_one({"_id": 1}, session=session)
        session.start_transaction()
        database.cases.insert_one({"_id": 2}, session=session)
        session.abort_transaction()

    assert [case["_id"] for case in database.cases.find()] == [1]
    assert [event["_id"] for event in database.outbox.find()] == [1]


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    server = secantusdb.program(port=port, storage=tmp_path / "data", options=secantusdb.DURABLE)
    with running(server, log=log) as process_id, MongoClient[dict[str, Any]](secantusdb.uri(port=port)) as client:
        client.test.cases.insert_many([{"_id": number} for number in range(50)])
        os.kill(process_id, signal.SIGKILL)
    with running(server, log=log), MongoClient[dict[str, Any]](secantusdb.uri(port=port)) as client:
        assert client.test.cases.count_documents({}) == 50


def test_a_service_reaches_its_own_database_only(tmp_path: Path) -> None:
    port, storage, log = free_port(), tmp_path / "data", tmp_path / "log"
    users = {name: (f"himaya_{name}", f"se/cret+{name}") for name in ("claims", "payments")}
    secantusdb.provision(port=port, storage=storage, log=log, users=users)
    secantusdb.provision(port=port, storage=storage, log=log, users=users)  # again, as after a changed password

    with running(secantusdb.program(port=port, storage=storage, options=secantusdb.DURABLE_WITH_USERS), log=log):
        own = secantusdb.uri(port=port, database="himaya_claims", user="claims", password=users["claims"][1])
        with MongoClient[dict[str, Any]](own) as client:
            client.himaya_claims.cases.insert_one({"_id": 1})
            with pytest.raises(OperationFailure, match="not authorized on himaya_payments"):
                client.himaya_payments.ledger.find_one()
        with (
            MongoClient[dict[str, Any]](secantusdb.uri(port=port)) as stranger,
            pytest.raises(OperationFailure, match="requires authentication"),
        ):
            stranger.himaya_claims.cases.find_one()


def test_events_come_back_in_the_order_of_their_key(broker: str) -> None:
    with closing(KafkaAdminClient(bootstrap_servers=broker)) as admin:
        admin.create_topics([NewTopic("embedded-order", num_partitions=4, replication_factor=1)])
    producer = KafkaProducer(bootstrap_servers=broker, acks="all", enable_idempotence=True)
    for number in range(20):
        producer.send("embedded-order", key=b"dz-cnas:case", value=str(number).encode())
    producer.flush(10)
    producer.close()

    consumer = KafkaConsumer(
        "embedded-order", bootstrap_servers=broker, auto_offset_reset="earliest", consumer_timeout_ms=5000
    )
    seen = [int(record.value) for _, record in zip(range(20), consumer, strict=False)]
    consumer.close()
    assert seen == list(range(20))


def test_an_engine_that_was_left_is_gone(tmp_path: Path) -> None:
    port = free_port()
    with running(tansu.program(port=port), log=tmp_path / "log") as process_id:
        assert is_listening(port)
    assert not is_listening(port)
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


def test_a_port_in_use_is_named_with_the_setting_that_moves_it(tmp_path: Path) -> None:
    port = free_port()
    broker = tansu.program(port=port)
    with (
        running(broker, log=tmp_path / "log"),
        pytest.raises(Broken, match=f"port {port} for Tansu is in use.*KAFKA_PORT"),
        running(broker, log=tmp_path / "second"),
    ):
        pass


def test_a_program_that_dies_says_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no disk left')"]
    dying = Program(name="Dying", command=command, ports={}, answers=lambda: False)
    with (
        pytest.raises(Broken, match=r"^Dying stopped with status 1 before it was ready: no disk left \(all of it: "),
        running(dying, log=tmp_path / "log"),
    ):
        pass


def test_a_program_that_never_answers_is_given_up_and_stopped(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)"]
    mute = Program(name="Mute", command=command, ports={}, answers=lambda: False, ready_max_s=1.0)
    with pytest.raises(Broken, match=r"^Mute was not ready after 1 s: "), running(mute, log=tmp_path / "log"):
        pass
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "log").read_text()), 0)
