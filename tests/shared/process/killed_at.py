"""`python -m tests.shared.process.killed_at <step> <flag file> <service> <command>`: a process that kills itself.

At the first time that it passes the step it leaves the flag file and dies by SIGKILL, as if the power went. Started
again with the flag file there, it lives.
"""

import importlib
import os
import signal
import sys
from pathlib import Path

from shared.process.main import main
from shared.telemetry.failpoints import watch


def kill_at(step: str, flag: Path) -> None:
    def look(passed: str) -> None:
        if passed == step and not flag.exists():
            flag.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    watch(look)


if __name__ == "__main__":
    step, flag, service, *command = sys.argv[1:]
    kill_at(step, Path(flag))
    sys.exit(main(importlib.import_module(f"services.{service}.wiring").service, command))
