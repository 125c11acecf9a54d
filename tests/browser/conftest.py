"""One platform and one browser for all journeys."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from deploy.local import addresses
from tests.kit.browser import chromium, shared_platform
from tests.kit.platform import Platform, running_platform


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    if (var := shared_platform()) is not None:
        yield Platform(var, addresses.ports(os.environ), os.environ)
        return
    with running_platform(tmp_path_factory.mktemp("platform")) as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started
