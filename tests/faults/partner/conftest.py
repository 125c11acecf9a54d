"""The ground of the partner's faults: payments on the document engine, and a clock that may be moved on."""

from typing import Any

import pytest
from pymongo.database import Database

from shared.storage.service_context import ServiceContext
from tests.kit.clock import RunningClock
from tests.kit.contexts import context_on


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def context(database: Database[dict[str, Any]], mongodb: str, clock: RunningClock) -> ServiceContext:
    return context_on(database, mongodb, clock=clock)
