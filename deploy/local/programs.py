"""A program of a local run: how it is started, how one sees that it truly answers, how it is stopped.

Which programs there are stands in `engines/` and in `processes.py`; who restarts them in `supervisor.py`.
"""

import itertools
import os
import random
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

HOST = "127.0.0.1"
QUESTION_MAX_S = 3.0  # one question to a program; waiting is done by asking again
POLL_S = 0.1
REASON_LENGTH_MAX = 300
PORTS_TO_GIVE = range(11_000, 32_000)
"""Below those from which Linux and macOS choose one for an outgoing connection."""
PORTS_TRIED_MAX = 100
_ports = itertools.cycle(random.SystemRandom().sample(PORTS_TO_GIVE, len(PORTS_TO_GIVE)))  # none twice in a run


class Broken(Exception):
    """The run cannot go on. The text is the one sentence that its user reads."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """One process of the run. `answers` asks it one real question and is False while it does not answer well."""

    name: str
    command: Sequence[str]
    ports: Mapping[str, int]  # setting that moves it → port of 127.0.0.1 that the program listens on
    answers: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready_max_s: float = 180.0
    stop_max_s: float = 7.0  # from the request to end until it is made to
    may_restart: bool = True  # whether it is started again where it ended by itself; if not, the run ends with it

    @property
    def slug(self) -> str:
        """Its name where a name may have no blanks."""
        return self.name.lower().replace(" ", "-")


@contextmanager
def running(program: Program, *, log: Path) -> Iterator[int]:
    """Run a program by itself, from its first answer to its end, and give its process id: for tests and set-up."""
    refuse_taken_ports(program)
    with log.open("ab") as output:
        process = subprocess.Popen(
            program.command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **program.environment}
        )
    try:
        wait_until_ready(program, exit_status=process.poll, log=log)
        yield process.pid
    finally:
        _stop(process, within_s=program.stop_max_s)


def _stop(process: subprocess.Popen[bytes], *, within_s: float) -> None:
    process.terminate()
    try:
        process.wait(within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until_ready(program: Program, *, exit_status: Callable[[], int | None], log: Path) -> None:
    """Return once the program answers; Broken where it ends before, or where `ready_max_s` pass."""
    deadline = time.monotonic() + program.ready_max_s
    while not program.answers():
        if (status := exit_status()) is not None:
            raise Broken(f"{program.name} stopped with status {status} before it was ready: {last_words(log)}")
        if time.monotonic() > deadline:
            raise Broken(f"{program.name} was not ready after {program.ready_max_s:.0f} s: {last_words(log)}")
        time.sleep(POLL_S)


def last_words(log: Path) -> str:
    """The last line a program wrote and where to read the rest."""
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    last = next((line.strip() for line in reversed(lines) if line.strip()), "it wrote nothing")
    return f"{last[:REASON_LENGTH_MAX]} (all of it: {log})"


def refuse_taken_ports(*programs: Program) -> None:
    """Raises `Broken`, which names every port that is in use and the setting that changes ours."""
    taken = [
        f"port {port} for {program.name} is in use (free it, or set {setting})"
        for program in programs
        for setting, port in program.ports.items()
        if is_listening(port)
    ]
    if taken:
        raise Broken("; ".join(taken))


def is_listening(port: int) -> bool:
    """Whether anything of this machine accepts connections there."""
    with closing(socket.socket()) as caller:
        caller.settimeout(QUESTION_MAX_S)
        return caller.connect_ex((HOST, port)) == 0


def answers_http(url: str) -> Callable[[], bool]:
    """A question for `Program.answers`: does GET answer 200 here?"""

    def ask() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=QUESTION_MAX_S) as answer:  # noqa: S310 - our own http address
                return bool(answer.status == 200)
        except OSError:  # refused, timed out, or an answer that is not a success
            return False

    return ask


def free_port() -> int:
    """A port that was free a moment ago, and that the system gives to nobody's connections until a server has it."""
    for port in itertools.islice(_ports, PORTS_TRIED_MAX):
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise Broken("this machine has no free port")
