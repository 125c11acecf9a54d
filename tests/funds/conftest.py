"""The ground of every fund there is, those of the tests among them."""

from datetime import datetime
from typing import Any

import pytest
from pymongo.database import Database

from shared.encryption.keys import from_data, generate_keyring
from shared.storage.connection import connect
from shared.storage.service_context import ServiceContext
from tests.funds.declaring import Grounds
from tests.funds.invented import every_fund

KEYS = from_data(generate_keyring(list(every_fund())))


@pytest.fixture
def ground(database: Database[dict[str, Any]], mongodb: str) -> Grounds:
    """A service's own ground in these funds, at one time."""

    def made(name: str, at: datetime) -> ServiceContext:
        store = connect(mongodb, f"{database.name}_{name}")
        return ServiceContext(database=store, funds=every_fund(), keys=KEYS, clock=lambda: at)

    return made
