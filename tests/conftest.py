"""The engines that tests run on: real servers, started once per test process and only when a test asks for them.

Under `pytest -n 3` each of the three processes has its own pair: a pair is up within a second and takes 70 MB.
ENGINES=apache runs the tests on Apache Kafka, and KAFKA_BROKERS=3 on three brokers of it. Where MONGODB_URI or
KAFKA_BOOTSTRAP_SERVERS is set, that server is used and none is started.
"""

import os
import signal
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog
from hypothesis import settings
from pymongo import MongoClient
from pymongo.database import Database

from deploy.local.engines import secantusdb
from deploy.local.programs import free_port, running
from shared.storage.service_context import ServiceContext
from tests.engines.cluster import chosen
from tests.kit.contexts import context_on
from tests.kit.rules import compile_once

settings.register_profile("himaya", deadline=None)
"""How long an example takes is the machine's business: no test asserts a time."""
settings.load_profile("himaya")

LOG_LINES = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.format_exc_info,
    structlog.processors.KeyValueRenderer(),
]
"""Plain: the coloured lines of a terminal take a tenth of the time of a test that asks many routes."""


def pytest_sessionstart() -> None:
    """End by SIGTERM as by Ctrl-C, so that a test run that somebody stops takes its engines with it; make apps fast."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    compile_once()
    structlog.configure(processors=LOG_LINES)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin what is long first: at the end the other processes would wait for it."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of a document engine that allows everything. It is fast, not durable: durability has its own tests."""
    if given := os.environ.get("MONGODB_URI"):
        yield given
        return
    port, log = free_port(), tmp_path_factory.mktemp("mongodb") / "log"
    with running(secantusdb.program(port=port, storage=secantusdb.IN_MEMORY, options=secantusdb.FAST), log=log):
        yield secantusdb.uri(port=port)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The `host:port` of an event engine without topics: a test creates its own, by names that no other test has."""
    if given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield given
        return
    with chosen(tmp_path_factory.mktemp("broker")) as (servers, _):
        yield servers


@pytest.fixture(scope="session")
def mongo_client(mongodb: str) -> Iterator[MongoClient[dict[str, Any]]]:
    """One client for all tests of this process; dates come back aware, as everywhere in Himaya."""
    with MongoClient[dict[str, Any]](mongodb, tz_aware=True) as client:
        yield client


@pytest.fixture
def database(mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Database[dict[str, Any]]]:
    """An empty database of the test's own, dropped after it."""
    name = f"test_{uuid4().hex}"
    yield mongo_client[name]
    mongo_client.drop_database(name)


@pytest.fixture
def context(database: Database[dict[str, Any]], mongodb: str) -> ServiceContext:
    """The ground of one service over an empty database."""
    return context_on(database, mongodb)
