"""The registers as a program, once for a module of tests."""

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo.database import Database

from tests.claims.crosschecks.partner_registers import Partners, Town, partner_registers
from tests.claims.crosschecks.partner_registers import town as made_town


@pytest.fixture
def partners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partners]:
    with partner_registers(tmp_path_factory.mktemp("registers")) as running:
        yield running


@pytest.fixture
def town(database: Database[dict[str, Any]], mongodb: str, partners: Partners) -> Town:
    return made_town(database, mongodb, partners)
