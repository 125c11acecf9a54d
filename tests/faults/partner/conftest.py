"""The ground of the partner's faults: payments on the document engine, and a clock that may be moved on."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from shared.storage.service_context import ServiceContext, now
from tests.ground import context_on


@dataclass
class Clock:
    """The time, which a test may move on."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return now() + self.ahead

    def pass_by(self, **time: float) -> None:
        self.ahead += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def context(database: Database[dict[str, Any]], mongodb: str, clock: Clock) -> ServiceContext:
    return context_on(database, mongodb, clock=clock)
