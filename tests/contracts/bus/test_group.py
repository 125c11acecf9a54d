"""Several workers of one service share its partitions: they come, go and die under load, and nobody notices."""

import signal
import subprocess
import threading

import pytest

from shared.bus.kafka_internals import must_rejoin
from shared.bus.watchdog import Membership
from tests.contracts.bus.conftest import needs_apache
from tests.contracts.bus.ground import Ground
from tests.contracts.bus.load import publishing
from tests.contracts.bus.tallies import TOPIC, Publisher, forget_takers, takers, tallies
from tests.kit.contexts import parked
from tests.kit.waiting import until

CLAIMS = [f"c{number}" for number in range(24)]


def takes_part(ground: Ground, member: subprocess.Popen[bytes]) -> None:
    """Wait until a member counts, which it does only where partitions were given to it."""
    until(lambda: member.pid in takers(ground.context))


def test_f11_members_join_leave_and_die_under_load(ground: Ground) -> None:
    publisher, flag = Publisher(ground.context, CLAIMS), ground.home / "stopped"
    with ground.relaying(), publishing(publisher):
        first = ground.member()
        takes_part(ground, first)
        second, third = ground.member(), ground.member("inbox.taken", str(flag))
        takes_part(ground, second)
        takes_part(ground, third)
        second.terminate()
        assert second.wait(30) == 0
        until(flag.exists)
        third.kill()  # not inside a transaction: what that one holds is held for a minute
        fourth = ground.member()
        takes_part(ground, fourth)
        first.terminate()
        assert first.wait(30) == 0
    ground.publish_waiting()
    until(ground.lag_is_gone)
    assert tallies(ground.context) == publisher.turns
    assert parked(ground.context) == []


@pytest.mark.parametrize("joins", [False, True])
def test_f11_a_leader_may_leave_while_another_joins_and_in_the_middle_of_its_own_join(
    ground: Ground, joins: bool
) -> None:
    Publisher(ground.context, CLAIMS).publish(rounds=2)
    ground.publish_waiting()
    consumer = ground.reader().consumer()
    leader = Membership(consumer, threading.Event())
    consumer.subscribe([TOPIC], listener=leader)
    until(lambda: consumer.poll(100) is not None and leader.has_joined.is_set())
    leader.has_joined.clear()
    other = ground.member()
    if joins:  # on Tansu in the middle of it: a join takes seconds there. Kafka's may be over within a poll
        until(lambda: consumer.poll(20) is not None and bool(leader.outside_since_s or leader.has_joined.is_set()))
        consumer.poll(20)
    else:
        until(lambda: must_rejoin(consumer))  # as its heartbeat learned
    leader.leave()
    takes_part(ground, other)


def test_f10_a_member_that_was_held_too_long_commits_nothing_and_comes_back(ground: Ground) -> None:
    publisher, flag = Publisher(ground.context, CLAIMS), ground.home / "stopped"
    publisher.publish(rounds=4)
    ground.publish_waiting()
    held = ground.member("inbox.taken", str(flag))
    until(flag.exists)
    assert ground.committed() == {}
    publisher.publish(rounds=2)
    ground.publish_waiting()
    other = ground.member()
    takes_part(ground, other)  # the session of the one that is held has run out
    until(ground.lag_is_gone)
    done = ground.committed()
    held.send_signal(signal.SIGCONT)
    until(lambda: "offset-refused" in ground.log.read_text())
    assert ground.committed() == done
    forget_takers(ground.context)
    with ground.relaying(), publishing(publisher):
        takes_part(ground, held)
    other.terminate()
    assert other.wait(30) == 0
    publisher.publish()
    ground.publish_waiting()
    until(ground.lag_is_gone)
    assert held.poll() is None
    assert tallies(ground.context) == publisher.turns
    assert parked(ground.context) == []


@needs_apache
def test_p9_a_member_with_a_name_is_given_its_partitions_back_while_the_session_of_the_dead_one_lasts(
    ground: Ground,
) -> None:
    publisher, sessions_ms = Publisher(ground.context, CLAIMS), 10 * 60_000
    for _ in range(2):
        publisher.publish()
        ground.publish_waiting()
        member = ground.member(worker="first", session_ms=sessions_ms)
        takes_part(ground, member)
        until(ground.lag_is_gone)
        member.kill()
    assert tallies(ground.context) == publisher.turns
