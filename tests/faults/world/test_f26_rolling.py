"""F26: every process is restarted, one by one, while people use the platform. F27: the trace collector is killed."""

import dataclasses
import re
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.local.addresses import SERVICES
from deploy.local.engines import jars, zipkin
from tests.faults.world.client import write
from tests.faults.world.town import Town
from tests.faults.world.world import JARS

ANSWERED = re.compile(r":[1-4]\d\d")
LEAVE_S = 0.5  # between leaving the balancer's turns and SIGTERM, as a preStop hook has it


def test_f26_every_process_is_restarted_and_with_two_webs_no_request_fails(town: Town) -> None:
    """Each web process has a second beside it and leaves the balancer's turns before it is asked to end."""
    world = town.world
    for service in SERVICES:
        world.add_web(service, 2)
    world.start(*(f"{service}-web-2" for service in SERVICES))
    before = len(town.record.calls)
    with town.under_load(minutes=0.7):
        for service in SERVICES:
            for name in (f"{service}-web-1", f"{service}-web-2"):
                world.drain(name)
                time.sleep(LEAVE_S)
                assert world.processes[name].end() == 0, f"{name} did not end by itself in time"
                world.start(name)
                world.undrain(name)
            worker = f"{service}-worker-1"
            assert world.processes[worker].end() == 0, f"{worker} did not end by itself in time"
            world.start(worker)
    for service in SERVICES:
        world.forget(f"{service}-web-2")
    lost = [each for call in town.record.calls[before:] for each in call.tries if not ANSWERED.search(each)]
    assert lost == [], f"requests failed: {lost}"


def test_f26_a_single_web_process_is_restarted_and_nothing_is_done_twice(town: Town) -> None:
    """Without a second one beside it connections are refused for a moment: a good client comes again."""
    world = town.world
    with town.under_load(minutes=0.3):
        for name in world.named("web"):
            time.sleep(0.5)
            world.restart(name)


def test_f27_the_trace_collector_is_killed(town: Town) -> None:
    """Nobody notices. Latency beside a live collector and without it is told, not asserted: it is the machine's too."""
    java = jars.java()
    if java is None:
        pytest.skip("there is no Java to run the collector")
    world = town.world
    collector = zipkin.program(java=java, port=world.public["ZIPKIN_PORT"], jars_home=JARS)
    world.add("zipkin", dataclasses.replace(collector, environment=dict(collector.environment)), is_engine=True)
    world.start("zipkin")
    with town.under_load(minutes=0.4):
        with _asking(town) as with_collector:
            time.sleep(6)
        world.processes["zipkin"].kill()
        with _asking(town) as without:
            time.sleep(6)
        world.processes.pop("zipkin")
    write(
        f"median of a read, with the collector {statistics.median(with_collector) * 1000:.1f} ms, "
        f"after it was killed {statistics.median(without) * 1000:.1f} ms"
    )
    assert world.fell == []


@contextmanager
def _asking(town: Town) -> Iterator[list[float]]:
    """Read one thing again and again, and keep how many seconds each time took."""
    took, stop = [], threading.Event()
    user = town.people.persons[5][1]

    def ask() -> None:
        while not stop.wait(0.05):
            began_s = time.monotonic()
            if user.get("claims", "/rights") is not None:
                took.append(time.monotonic() - began_s)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    yield took
    stop.set()
    thread.join(20)
