"""A run starts in order, stops in order, leaves nothing, and says in one sentence why it could not go on."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from deploy.local import figures, place
from deploy.local.programs import free_port, is_listening
from tests.kit.waiting import until

WAIT_MAX_S = 60.0

counted = count()


class Run:
    """A run of three stand-ins in a process of its own, as a terminal sees it."""

    def __init__(self, var: Path, ports: list[int], **environment: str) -> None:
        self.var, self.ports = var, ports
        command = [sys.executable, "-m", "tests.engines.stand_in", "run", str(var), *map(str, ports)]
        self.output = var.with_suffix(f".{next(counted)}.output")
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **environment}
            )

    def wait_until_ready(self) -> "Run":
        until(lambda: "all is ready" in self.said() or self.process.poll() is not None)
        assert "all is ready" in self.said(), self.said()
        return self

    def said(self) -> str:
        return self.output.read_text()

    def asked_to_stop(self, ending: signal.Signals) -> int:
        self.process.send_signal(ending)
        return self.process.wait(WAIT_MAX_S)

    def server(self, number: int) -> psutil.Process:
        """The process of a stand-in."""
        wanted = str(self.ports[number])
        supervisor = psutil.Process(int((self.var / "supervisor.pid").read_text()))
        return next(each for each in supervisor.children() if each.cmdline()[-1] == wanted)

    def left_over(self) -> list[int]:
        return [port for port in self.ports if is_listening(port)]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Start runs; each is ended with the test, whatever came of it."""
    ports = [free_port() for _ in range(3)]
    with ExitStack() as endings:

        def started(var: str = "var", **environment: str) -> Run:
            run = Run(tmp_path / var, ports, **environment)
            endings.callback(run.process.wait, WAIT_MAX_S)
            endings.callback(run.process.terminate)
            return run

        yield started


def test_it_starts_in_order_and_stops_in_the_reverse_order(start: Callable[..., Run]) -> None:
    run = start().wait_until_ready()
    assert re.findall(r"ready  stand in (\d)", run.said())[0] == "0", "the engines are ready before all others"
    measured = [name for name, _ in figures.memory(run.var)]
    assert measured == ["stand-in-0", "stand-in-1", "stand-in-2", "supervisord", "all"]

    assert run.asked_to_stop(signal.SIGINT) == 0
    assert run.left_over() == []
    logs = "".join((run.var / "log" / f"stand-in-{number}.log").read_text() for number in range(3))
    ended = {stage: float(at) for stage, at in re.findall(r"ended (\S+) (\S+)", logs)}
    assert sorted(ended, key=lambda stage: ended[stage]) == ["stage-2", "stage-1", "stage-0"]


def test_it_can_be_started_again_where_it_stopped(start: Callable[..., Run]) -> None:
    start().wait_until_ready().asked_to_stop(signal.SIGTERM)
    start().wait_until_ready()


def test_a_second_run_is_refused_and_the_first_goes_on(start: Callable[..., Run]) -> None:
    first = start().wait_until_ready()
    here, elsewhere = start(), start("elsewhere")
    assert here.process.wait(WAIT_MAX_S) == 1
    assert here.said() == f"himaya: Himaya runs here already (process {first.process.pid}): use it, or `make stop`\n"

    assert elsewhere.process.wait(WAIT_MAX_S) == 1
    for number, port in enumerate(first.ports):
        assert f"port {port} for stand in {number} is in use" in elsewhere.said()
    assert elsewhere.said().count("\n") == 1, "all of them in one sentence"
    assert first.left_over() == first.ports


def test_stop_ends_it_from_another_terminal(start: Callable[..., Run]) -> None:
    run = start().wait_until_ready()
    assert place.stop_holder(run.var)
    assert run.process.wait(WAIT_MAX_S) == 0
    assert run.left_over() == []
    assert not place.stop_holder(run.var), "there is nothing more to stop"


def test_a_killed_service_is_started_again(start: Callable[..., Run]) -> None:
    run = start().wait_until_ready()
    killed = run.server(2)
    killed.kill()
    until(lambda: not is_listening(run.ports[2]))
    until(lambda: is_listening(run.ports[2]))
    assert run.server(2).pid != killed.pid
    assert run.process.poll() is None


def test_a_dead_engine_ends_it_with_one_sentence(start: Callable[..., Run]) -> None:
    run = start().wait_until_ready()
    run.server(0).kill()
    assert run.process.wait(WAIT_MAX_S) == 1
    assert "himaya: stand in 0 stopped: " in run.said()
    assert run.left_over() == []


def test_a_killed_supervisor_leaves_nothing_running(start: Callable[..., Run]) -> None:
    run = start().wait_until_ready()
    time.sleep(1.5)  # until it has looked at its family once
    os.kill(int((run.var / "supervisor.pid").read_text()), signal.SIGKILL)
    assert run.process.wait(WAIT_MAX_S) == 1
    assert run.left_over() == []


def test_what_a_killed_run_left_is_stopped_by_the_next(start: Callable[..., Run]) -> None:
    first = start().wait_until_ready()
    orphan = first.server(1)
    first.process.kill()
    first.process.wait()
    assert first.left_over() == first.ports
    start().wait_until_ready()
    assert not orphan.is_running()


def test_a_service_that_ends_while_it_starts_says_why(start: Callable[..., Run]) -> None:
    run = start(FALLS="stage-1")
    assert run.process.wait(WAIT_MAX_S) == 1
    assert "himaya: stand in 1 stopped: stage-1 cannot start (all of it: " in run.said()
    assert "ready  stand in 0" in run.said()
    assert run.left_over() == []


def test_it_can_be_stopped_while_it_starts(start: Callable[..., Run]) -> None:
    run = start(DEAF="stage-2")
    until(lambda: "ready  stand in 1" in run.said())
    assert run.asked_to_stop(signal.SIGINT) == 0
    assert run.left_over() == []
