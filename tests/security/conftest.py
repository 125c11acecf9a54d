"""Each service once for all tests here, with a thing of each kind in it: a few seconds, not a few for each route."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from tests.kit.contexts import context_on
from tests.security.things import MAKERS, Holding

Holdings = Callable[[str], Holding]


@pytest.fixture(scope="session")
def holding(
    mongo_client: MongoClient[dict[str, Any]], mongodb: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Holdings]:
    """What a service holds, made when it is first asked for."""
    made: dict[str, Holding] = {}
    names: list[str] = []

    def of(service: str) -> Holding:
        if service not in made:
            names.append(f"test_{uuid4().hex}")
            _, make = MAKERS[service]
            made[service] = make(
                context_on(mongo_client[names[-1]], mongodb), tmp_path_factory.mktemp(f"security-{service}")
            )
        return made[service]

    yield of
    for name in names:
        mongo_client.drop_database(name)
