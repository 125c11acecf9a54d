"""F7, F8, F9: a service's consumer dies before, in and after the transaction that handles events."""

import pytest

from deploy.local.addresses import SERVICES
from tests.faults.kills.invariants import Ended
from tests.faults.kills.story import assert_is_at_its_end

SIGKILLED = -9


@pytest.mark.parametrize("ended", ["inbox.polled"], indirect=True)
@pytest.mark.parametrize("service", SERVICES)
def test_f7_killed_after_the_poll_before_the_transaction(ended: Ended, service: str) -> None:
    _assert_nothing_of_it_is_seen(ended, service)


@pytest.mark.parametrize("ended", ["inbox/work.saved"], indirect=True)
@pytest.mark.parametrize("service", SERVICES)
def test_f8_killed_inside_the_transaction(ended: Ended, service: str) -> None:
    _assert_nothing_of_it_is_seen(ended, service)


@pytest.mark.parametrize("ended", ["inbox.taken"], indirect=True)
@pytest.mark.parametrize("service", SERVICES)
def test_f9_killed_after_the_commit_before_the_offset(ended: Ended, service: str) -> None:
    _assert_nothing_of_it_is_seen(ended, service)


def _assert_nothing_of_it_is_seen(ended: Ended, service: str) -> None:
    assert ended.scene.killed[service] == SIGKILLED
    assert_is_at_its_end(ended.scene, service)
    assert ended.offending == {}
