"""Start a simulator as what it is, a program of its own, and wait until it answers."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from deploy.local.place import REPOSITORY
from tests.kit.waiting import until

START_S_MAX = 20


class Program:
    def __init__(self, module: str, *, settings: dict[str, str], ready_url: str) -> None:
        self._module, self._settings, self._ready_url = module, settings, ready_url
        self.start()

    def start(self) -> None:
        environ = {"PATH": os.environ["PATH"], **self._settings}
        self._process = subprocess.Popen([sys.executable, "-m", self._module], cwd=REPOSITORY, env=environ)
        until(self._answers, max_s=START_S_MAX)

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
def running_simulator(module: str, *, settings: dict[str, str], ready_url: str) -> Iterator[Program]:
    program = Program(module, settings=settings, ready_url=ready_url)
    try:
        yield program
    finally:
        program.stop()
