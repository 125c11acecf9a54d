"""The mail server and SMS centre that delivery is tested against: real ones as far as SMTP and SMPP go."""

from collections.abc import Iterator

import pytest

from tests.simulators.message_centre import Centre, message_centre


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with message_centre(tmp_path_factory.mktemp("delivery")) as running:
        yield running
