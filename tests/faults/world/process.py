"""One process of the world, with its process group: killed, stopped, continued, ended and started again by pid."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from deploy.local.place import REPOSITORY
from deploy.local.programs import Program, wait_until_ready

END_MAX_S = 30.0


class Process:
    """A program and, while it runs, its process. Its output is one log over all its lives."""

    def __init__(self, program: Program, *, log: Path, more: Mapping[str, str]) -> None:
        self.program, self.log = program, log
        self._more = more
        self._popen: subprocess.Popen[bytes] | None = None
        self.is_paused = False
        self.is_wanted = False  # whether it should be running: where it is not, it fell by itself

    @property
    def name(self) -> str:
        return self.program.slug

    @property
    def pid(self) -> int:
        assert self._popen is not None, f"{self.name} was never started"
        return self._popen.pid

    def start(self) -> None:
        """Start it and do not wait."""
        assert not self.runs(), f"{self.name} runs already"
        with self.log.open("ab") as output:
            self._popen = subprocess.Popen(
                self.program.command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=REPOSITORY,
                env={**os.environ, **self.program.environment, **self._more},
                process_group=0,
            )
        self.is_paused, self.is_wanted = False, True

    def wait(self) -> None:
        """Until it answers; `Broken` where it ends or does not."""
        assert self._popen is not None
        wait_until_ready(self.program, exit_status=self._popen.poll, log=self.log)

    def runs(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def kill(self) -> None:
        """kill -9, with its children."""
        self.is_wanted = False
        self._signal(signal.SIGKILL)
        if self._popen is not None:
            self._popen.wait(END_MAX_S)

    def pause(self) -> None:
        """Stop it where it stands (SIGSTOP): it is not dead, and does not know that time goes by."""
        self.is_paused = True
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Wake it (SIGCONT)."""
        self._signal(signal.SIGCONT)
        self.is_paused = False

    def ask_to_end(self) -> None:
        """SIGTERM, without waiting."""
        self.is_wanted = False
        if self.is_paused:
            self.go_on()
        if self._popen is not None and self.runs():
            self._popen.terminate()

    def end(self) -> int:
        """Ask it to end and wait until it has; its exit status, -9 where it had to be killed."""
        self.ask_to_end()
        if self._popen is None:
            return 0
        try:
            return self._popen.wait(END_MAX_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL
        finally:
            self._signal(signal.SIGKILL)  # whatever child it left

    def memory_bytes(self) -> int:
        """What it and its children take, in resident memory."""
        if not self.runs():
            return 0
        try:
            me = psutil.Process(self.pid)
            return sum(each.memory_info().rss for each in (me, *me.children(recursive=True)))
        except psutil.NoSuchProcess:
            return 0

    def _signal(self, number: int) -> None:
        """To its whole group, which has the number of its first process and stays ours until we have waited for it."""
        if self._popen is not None and (number == signal.SIGKILL or self.runs()):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._popen.pid, number)
