"""What the tests of card terminals share."""

import pytest

from shared.storage.service_context import ServiceContext
from tests.payments.card_terminals.counter import Counter


@pytest.fixture
def counter(context: ServiceContext) -> Counter:
    return Counter.opened(context)
