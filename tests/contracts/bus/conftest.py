"""One contract, held against each event engine: Tansu in `make test`, Apache Kafka with one and with three brokers in
`make engines`. ENGINES and KAFKA_BROKERS choose, as for `make run`; the brokers are always the suite's own."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.storage.service_context import ServiceContext
from tests.contracts.bus.ground import Ground, forget_topics
from tests.engines.cluster import chosen

needs_apache = pytest.mark.skipif(
    os.environ.get("ENGINES") != "apache",
    reason="Tansu does it otherwise: docs/engines.md",
)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The brokers, and on how many of them an event is kept."""
    with chosen(tmp_path_factory.mktemp("bus")) as found:
        yield found


@pytest.fixture
def empty(engine: tuple[str, int], mongodb: str, context: ServiceContext, tmp_path: Path) -> Iterator[Ground]:
    """The ground on brokers without a topic."""
    servers, replicas = engine
    forget_topics(servers)
    made = Ground(servers, replicas, mongodb, context, f"tester-{uuid4().hex[:8]}", tmp_path)
    yield made
    made.end_members()


@pytest.fixture
def ground(empty: Ground) -> Ground:
    """The ground with its topic."""
    empty.ensure_topic()
    return empty
