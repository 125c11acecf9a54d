"""One town for all tests of a run that can share it. They run where `make faults` runs them, one after the other."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.world.town import Town

collect_ignore_glob = [] if "FAULTS_MINUTES" in os.environ else ["test_f[0-9]*.py"]
"""They take minutes and all of the machine: `make test` leaves them to `make faults`."""


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    """Everything runs, with people who are ready to come."""
    with tempfile.TemporaryDirectory(prefix="himaya-faults-") as folder:
        town = Town(Path(folder))
        try:
            town.begin()
            yield town
        finally:
            town.end()
