"""What `shared/bus/kafka_internals.py` uses of kafka-python is still there and still means what it did."""

import ast
import inspect
import subprocess
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import kafka
import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.coordinator.base import BaseCoordinator
from kafka.coordinator.consumer import ConsumerCoordinator
from kafka.producer.sender import Sender

from shared.bus import kafka_internals
from shared.bus.kafka_internals import close_without_leaving, close_without_sending, is_sending, must_rejoin

ROOT = Path(__file__).parents[3]


def test_a_new_version_was_looked_at() -> None:
    assert kafka.__version__ == kafka_internals.VERIFIED_VERSION, (
        "read what changed in kafka-python's coordinator/base.py and producer/sender.py, run the tests of "
        "tests/contracts/bus and tests/shared/bus, ask whether something public does it now, then raise LOOKED_AT"
    )


@pytest.mark.parametrize(
    ("method", "signature"),
    [
        (BaseCoordinator.request_rejoin, "(self)"),
        (BaseCoordinator.reset_generation, "(self, member_id='')"),
        (Sender.force_close, "(self)"),
        (KafkaConsumer.close, "(self, autocommit=True, timeout_ms=None)"),
        (KafkaProducer.close, "(self, timeout=None, null_logger=False)"),
    ],
)
def test_the_signatures_are_those_that_we_call(method: object, signature: str) -> None:
    assert callable(method) and str(inspect.signature(method)) == signature


def test_a_leave_is_only_told_by_a_member_with_a_generation() -> None:
    """Which is why forgetting the generation closes silently."""
    assert "self._generation.has_member_id()" in inspect.getsource(BaseCoordinator.maybe_leave_group_async)


def test_a_consumer_has_a_coordinator_and_forgets_its_generation(broker: str) -> None:
    consumer = KafkaConsumer(bootstrap_servers=broker, group_id="internals", enable_auto_commit=False)
    coordinator = consumer._coordinator
    assert isinstance(coordinator, ConsumerCoordinator)
    coordinator.rejoin_needed = False
    kafka_internals.request_rejoin(consumer)
    assert must_rejoin(consumer)
    close_without_leaving(consumer)
    assert not coordinator._generation.has_member_id()


def test_a_producer_s_thread_is_ended_before_it_is_closed(broker: str) -> None:
    producer = KafkaProducer(bootstrap_servers=broker)
    assert isinstance(producer._sender, Sender) and isinstance(producer._sender, Thread) and is_sending(producer)
    close_without_sending(producer, wait_s=5.0)
    assert not is_sending(producer)


def test_nothing_else_reaches_into_the_clients(broker: str) -> None:
    with (
        closing(KafkaConsumer(bootstrap_servers=broker, group_id="internals")) as consumer,
        closing(KafkaProducer(bootstrap_servers=broker)) as producer,
    ):
        parts = [consumer, producer, consumer._coordinator, producer._sender]
        private = {name for part in parts for name in vars(part) if name.startswith("_")} - set(vars(Event()))
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    own = {Path(inspect.getfile(kafka_internals)), Path(__file__)}
    files = [path for each in listed.stdout.split() if (path := ROOT / each) not in own and path.exists()]
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"
        for path in files
        if "kafka" in (text := path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr in private
        if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
    ]
    assert found == []
