import pytest

from tests.simulators.message_centre import message_centre


@pytest.fixture(scope="session")
def centre(tmp_path_factory):
    """A mail server and an SMS centre, both real as far as SMTP and SMPP go."""
    with message_centre(tmp_path_factory.mktemp("messages")) as centre:
        yield centre
