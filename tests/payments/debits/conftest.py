"""What the tests of direct debits share: a bank that runs, the service, and a clock that is moved."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.banking.debiting import DebitSender
from services.payments.banking.fetching import StatementFetcher
from shared.storage.connection import connect
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, keys
from tests.kit.due_jobs import DueJobs
from tests.payments.bank import API_KEY, Bank, office, own_settings, running_bank
from tests.payments.debits.harness import WAIT_MAX_S, always_open


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    """One for each test: payments looks up all that a bank booked, also what another test had it book."""
    with running_bank(tmp_path) as running:
        yield running


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def context(database: Database[dict[str, Any]], mongodb: str, clock: RunningClock) -> ServiceContext:
    return ServiceContext(database=connect(mongodb, database.name), funds={DZ: always_open()}, keys=keys(), clock=clock)


@pytest.fixture
def made(context: ServiceContext, bank: Bank) -> Office:
    bank.delivered = len(bank.fund.webhooks)
    return office(context, own_settings(bank.url))


@pytest.fixture
def client(bank: Bank) -> IsoHttpBank:
    return IsoHttpBank(url=bank.url, api_key=API_KEY, timeout_s=WAIT_MAX_S)


@pytest.fixture
def debiting(client: IsoHttpBank) -> DueJobs:
    return DueJobs(DebitSender(lambda _: client))


@pytest.fixture
def fetching(client: IsoHttpBank) -> DueJobs:
    return DueJobs(StatementFetcher(lambda _: client))
