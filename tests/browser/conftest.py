"""One platform and one browser for all journeys."""

import json
import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from deploy.local import addresses
from deploy.local.demo import data
from deploy.local.demo.reporter import Reporter
from deploy.local.demo.visitors import World
from shared.funds.loading import load
from tests.kit.browser import chromium, shared_platform
from tests.kit.platform import Platform, running_platform

FUND = "tn-cnss"


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    if (var := shared_platform()) is not None:
        yield Platform(var, addresses.ports(os.environ), os.environ)
        return
    with running_platform(tmp_path_factory.mktemp("platform")) as started:
        yield started


@pytest.fixture(scope="session")
def people(platform: Platform) -> list[list[str]]:
    """The payroll office of a firm, and its workers with a claim in every state: fund, who, login, password."""
    kept = platform.var / "demo" / "crawled.json"
    if not kept.exists():  # of a platform that is shared by several runs, once
        fund = load([FUND])[FUND]
        with pytest.MonkeyPatch.context() as changed:  # operators' commands find the run by its settings
            for name, value in platform.environ.items():
                changed.setenv(name, value)
            kept.write_text(json.dumps(data.firm(World(dict(platform.ports), Reporter(lambda line: None)), fund)))
    rows: list[list[str]] = json.loads(kept.read_text())
    return rows


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started
