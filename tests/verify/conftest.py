"""The town, made once for a test process."""

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local.engines import tansu
from deploy.local.programs import HOST, free_port, running
from tests.kit.commands import received
from tests.payments.bank import running_bank
from tests.verify.town import Town


@pytest.fixture(scope="session")
def lived_in(
    mongo_client: MongoClient[dict[str, Any]], mongodb: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    home, port = tmp_path_factory.mktemp("town"), free_port()
    with running(tansu.program(port=port), log=home / "broker.log"), running_bank(home / "bank") as bank:
        with received() as commands:
            town = Town(mongo_client, mongodb, broker=f"{HOST}:{port}", bank=bank)
            town.live()
        town.commands = commands.sent
        yield town
        town.end()


@pytest.fixture
def town(lived_in: Town) -> Iterator[Town]:
    """A platform on which nothing is wrong yet, and will not be afterwards."""
    with lived_in.restored():
        yield lived_in
