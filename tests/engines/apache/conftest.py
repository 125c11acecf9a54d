"""What only several brokers can show: collected where ENGINES=apache KAFKA_BROKERS=3, as `make engines` sets."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.storage.service_context import ServiceContext
from tests.contracts.bus.ground import Ground, forget_topics
from tests.engines.cluster import Cluster, cluster

collect_ignore_glob = [] if os.environ.get("KAFKA_BROKERS") == "3" else ["test_*"]


@pytest.fixture(scope="module")
def shared_brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("brokers"), brokers=3) as made:
        yield made


@pytest.fixture
def brokers(shared_brokers: Cluster) -> Iterator[Cluster]:
    """Three brokers, all running at the beginning of each test, without events."""
    shared_brokers.start_missing()
    forget_topics(shared_brokers.servers)
    yield shared_brokers


@pytest.fixture
def ground(brokers: Cluster, mongodb: str, context: ServiceContext, tmp_path: Path) -> Iterator[Ground]:
    made = Ground(brokers.servers, brokers.replicas, mongodb, context, f"tester-{uuid4().hex[:8]}", tmp_path)
    made.ensure_topic()
    yield made
    made.end_members()
