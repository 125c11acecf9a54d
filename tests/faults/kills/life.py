"""A process of a service with a fault in it: at a named step it dies by SIGKILL, or stands still by SIGSTOP.

Processes are forked from one that has read all modules and connected nothing: a start is mostly reading modules, and a
test folder that starts two hundred processes would do little else. Nothing happens on import, so this is the same.
"""

import ctypes
import importlib
import multiprocessing
import os
import runpy
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from deploy.local.addresses import SERVICES
from shared.process.main import main
from shared.telemetry.failpoints import watch

PR_SET_PDEATHSIG = 1
"""Linux: the signal that a process gets once its parent is gone."""

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    [
        "pytest",
        __name__,
        *(f"services.{service}.wiring" for service in SERVICES),
        "simulators.bank.app",
        "simulators.messages.view",
    ]
)


@dataclass(frozen=True)
class Fault:
    """What happens at a step, the first time that the process passes it once `armed` is there: `done` is left behind.

    `step` is a name that the edges say (`relay.read`), or one of a thread of the worker (`inbox/work.saved`).
    """

    step: str
    armed: Path
    done: Path
    signal: int = signal.SIGKILL

    def look(self, passed: str) -> None:
        thread, _, step = self.step.rpartition("/")
        if passed != step or (thread and threading.current_thread().name != thread):
            return
        if self.armed.exists() and not self.done.exists():
            self.done.touch()
            os.killpg(0, self.signal)


def begin(
    service: str, *command: str, settings: Mapping[str, str], log: Path, fault: Fault | None = None
) -> BaseProcess:
    """Start `python -m services.<service> <command>`, in a process group of its own."""
    return _begun(_live, (service, command, settings, log, fault))


def begin_simulator(name: str, *, settings: Mapping[str, str], log: Path) -> BaseProcess:
    """Start `python -m simulators.<name>`."""
    return _begun(_simulate, (name, settings, log))


def _begun(target: object, arguments: tuple[object, ...]) -> BaseProcess:
    process = _forks.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def send(process: BaseProcess, number: int) -> None:
    """Send a signal to all of a process's group; nothing where it has ended."""
    if process.is_alive() and process.pid is not None:
        os.killpg(process.pid, number)


def end(process: BaseProcess) -> None:
    """Have it gone."""
    send(process, signal.SIGKILL)
    process.join(30)


def _live(service: str, command: Sequence[str], settings: Mapping[str, str], log: Path, fault: Fault | None) -> None:
    _settle_in(settings, log)
    if fault is not None:
        watch(fault.look)
    sys.exit(main(importlib.import_module(f"services.{service}.wiring").service, command))


def _simulate(name: str, settings: Mapping[str, str], log: Path) -> None:
    _settle_in(settings, log)
    runpy.run_module(f"simulators.{name}", run_name="__main__")


def _settle_in(settings: Mapping[str, str], log: Path) -> None:
    """A group of its own, its own settings, and what it says in its own log. It ends with the run that started it, even
    where that is killed."""
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ.update(settings)
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
