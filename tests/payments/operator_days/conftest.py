"""What the tests of operators' days share."""

import pytest

from shared.storage.service_context import ServiceContext
from tests.payments.mobile_money.shop import Shop


@pytest.fixture
def shop(context: ServiceContext) -> Shop:
    return Shop.opened(context)
