"""What the tests of settlements share."""

from collections.abc import Callable

import pytest

from shared.storage.service_context import ServiceContext
from tests.payments.settlements.builders import scheme
from tests.payments.settlements.town import Town


@pytest.fixture
def town(context: ServiceContext) -> Callable[..., Town]:
    """A town whose fund has a scheme of these facts."""
    return lambda **facts: Town(context, scheme(**facts))
