"""Start a simulator as what it is, a program of its own, and wait until it answers."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

REPOSITORY = Path(__file__).parents[2]
START_S_MAX = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program:
    def __init__(self, module: str, *, settings: dict[str, str], ready_url: str) -> None:
        self._module, self._settings, self._ready_url = module, settings, ready_url
        self.start()

    def start(self) -> None:
        environ = {"PATH": os.environ["PATH"], **self._settings}
        self._process = subprocess.Popen([sys.executable, "-m", self._module], cwd=REPOSITORY, env=environ)
        wait_until(self._answers, seconds_max=START_S_MAX)

    def kill(self) -> None:
        """As a power cut would."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        self._process.terminate()
        return self._process.wait(timeout=10)

    def _answers(self) -> bool:
        assert self._process.poll() is None, f"{self._module} ended with {self._process.returncode}"
        try:
            return requests.get(self._ready_url, timeout=1).ok
        except requests.RequestException:
            return False


@contextmanager
def running(module: str, *, settings: dict[str, str], ready_url: str) -> Iterator[Program]:
    program = Program(module, settings=settings, ready_url=ready_url)
    try:
        yield program
    finally:
        program.stop()


def wait_until(condition, *, seconds_max: float = 10):
    """The first true answer of the condition, asked every now and then."""
    deadline = time.monotonic() + seconds_max
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds_max} s")
