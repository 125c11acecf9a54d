"""Runs supervisord with the programs of each stage, and reads their states.

We start the stages, in order; supervisord restarts what may be restarted, and stops the stages in the reverse order.
"""

import contextlib
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any
from xmlrpc.client import Error, ServerProxy

import psutil  # type: ignore[import-untyped]
from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

from deploy.local.programs import POLL_S, Broken, Program, last_words

SOCKET = "supervisor.sock"
SOCKET_PATH_MAX = 100  # characters; the kernel allows 107
START_MAX_S = 30.0
START_TRIES = 3
STOP_MAX_S = 62.0  # all stages at their slowest: workers and webs 25 s each, simulators 2, engines 7; mostly it is 5
ORPHAN_STOP_MAX_S = 2.0
LOG_SIZE_MAX = "20MB"
GIVEN_UP = ("FATAL",)
ENDED = ("FATAL", "BACKOFF", "EXITED")

WHOLE = """\
[supervisord]
nodaemon=true
umask=077
logfile={log}
logfile_maxbytes={log_size_max}
pidfile={pid}

[unix_http_server]
file={socket}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

STAGE = """
[group:{stage}]
programs={programs}
priority={priority}
"""

PROGRAM = """
[program:{program}]
command={command}
environment={environment}
autostart=false
autorestart={restarts}
startsecs=2
startretries={tries}
stopwaitsecs={stop_max_s}
killasgroup=true
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes={log_size_max}
stdout_logfile_backups=1
"""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Programs that start together and stop together, by a name of one word."""

    name: str
    programs: Sequence[Program]


def stop_left_over(*, var: Path) -> bool:
    """Stop the supervisord that a run left here which was killed itself; whether there was one."""
    try:
        process = psutil.Process(int((var / "supervisor.pid").read_text()))
        supervisor = _ask(var)
        if supervisor.getPID() != process.pid:
            return False
    except (OSError, ValueError, Error, psutil.NoSuchProcess):
        return False
    family = _family(process)
    supervisor.shutdown()
    for stubborn in psutil.wait_procs(family, timeout=STOP_MAX_S)[1]:
        stubborn.kill()
    return True


def families(*, var: Path) -> dict[str, list[psutil.Process]]:
    """By name, the processes of each program that runs here, its own children among them; OSError where none runs."""
    running = {state["name"]: state["pid"] for state in _ask(var).getAllProcessInfo() if state["pid"]}
    supervisor = {"supervisord": [psutil.Process(_ask(var).getPID())]}
    return supervisor | {name: _family(psutil.Process(pid)) for name, pid in running.items()}


@contextlib.contextmanager
def supervised(stages: Sequence[Stage], *, var: Path) -> Iterator["Supervisor"]:
    """supervisord with all stages at rest; when this ends, all that it started has ended."""
    supervisor = Supervisor(stages, var=var)
    try:
        supervisor.begin()
        yield supervisor
    finally:
        supervisor.end()


class Supervisor:
    """The supervisord of one run."""

    def __init__(self, stages: Sequence[Stage], *, var: Path) -> None:
        self.stages = stages
        self._var = var
        self._log = var / "log" / "supervisor.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._family: list[psutil.Process] = []

    def begin(self) -> None:
        """Start supervisord itself; Broken where it does not come up."""
        if len(str(self._var / SOCKET)) > SOCKET_PATH_MAX:
            raise Broken(f"{self._var / SOCKET} is too long for a socket: set HIMAYA_VAR to a shorter directory")
        configuration = self._var / "supervisor.conf"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        configuration.touch(mode=0o600)  # it holds the settings of all programs, and so their secrets
        configuration.write_text(self._configuration())
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)]
        # A session of its own: Ctrl-C is for us, who then stop everything in order.
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + START_MAX_S
        while not self._is_up():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise Broken(f"supervisord did not start: {last_words(self._log)}")
            time.sleep(POLL_S)

    def start(self, stage: Stage) -> None:
        """Start the programs of a stage, and do not wait for them."""
        _ask(self._var).startProcessGroup(stage.name, False)

    def refuse_ended(self) -> None:
        """Broken where any program has ended: while all of them start, none may."""
        self._refuse(lambda program: ENDED)

    def refuse_fallen(self) -> None:
        """Broken where a program has ended that is not restarted, or one was restarted in vain."""
        self._refuse(lambda program: GIVEN_UP if program.may_restart else ENDED)

    def _refuse(self, refused: Callable[[Program], Collection[str]]) -> None:
        self._count_family()
        try:
            states = {state["name"]: state["statename"] for state in _ask(self._var).getAllProcessInfo()}
        except (OSError, Error):
            raise Broken(f"supervisord ended: {last_words(self._log)}") from None
        for stage in self.stages:
            for program in stage.programs:
                if states.get(program.slug) in refused(program):
                    raise Broken(f"{program.name} stopped: {last_words(self.log(program))}")

    def log(self, program: Program) -> Path:
        """Where a program's output goes."""
        return self._var / "log" / f"{program.slug}.log"

    def end(self) -> None:
        """Have supervisord stop all stages in reverse order, and end what it did not."""
        if self._process is None:
            return
        self._count_family()
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_MAX_S)
        self._process.kill()
        self._process.wait()
        for orphan in self._family:
            with contextlib.suppress(psutil.NoSuchProcess):
                orphan.terminate()
        for stubborn in psutil.wait_procs(self._family, timeout=ORPHAN_STOP_MAX_S)[1]:
            stubborn.kill()

    def _count_family(self) -> None:
        """Remember who was started, by supervisord or by a program, while supervisord can still be asked for them."""
        if self._process is not None and self._process.poll() is None:
            self._family = _family(psutil.Process(self._process.pid))

    def _is_up(self) -> bool:
        try:
            return bool(_ask(self._var).getState()["statename"] == "RUNNING")
        except (OSError, Error):
            return False

    def _configuration(self) -> str:
        text = WHOLE.format(
            log=self._log,
            log_size_max=LOG_SIZE_MAX,
            pid=self._var / "supervisor.pid",
            socket=self._var / SOCKET,
        )
        for priority, stage in enumerate(self.stages):
            programs = ",".join(program.slug for program in stage.programs)
            text += STAGE.format(stage=stage.name, programs=programs, priority=priority)
            for program in stage.programs:
                text += PROGRAM.format(
                    program=program.slug,
                    command=shlex.join(program.command).replace("%", "%%"),
                    environment=_environment(program.environment),
                    restarts=str(program.may_restart).lower(),
                    tries=START_TRIES if program.may_restart else 0,  # what falls while it starts has fallen
                    stop_max_s=ceil(program.stop_max_s),
                    log=self.log(program),
                    log_size_max=LOG_SIZE_MAX,
                )
        return text


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _ask(var: Path) -> Any:
    """supervisord's remote procedures; OSError or an XML-RPC Error where there is no valid answer."""
    transport = SupervisorTransport(serverurl=f"unix://{var / SOCKET}")
    return ServerProxy("http://127.0.0.1", transport=transport).supervisor  # the transport knows where


def _environment(settings: Mapping[str, str]) -> str:
    """The settings as supervisord reads them; it has no escape for a quote."""
    quoted = []
    for name, value in settings.items():
        quote = "'" if '"' in value else '"'
        if quote in value or "\n" in value:
            raise Broken(f"{name} has a character that supervisord cannot pass on: a line end, or both quotes")
        quoted.append(f"{name}={quote}{value}{quote}".replace("%", "%%"))
    return ",".join(quoted)
