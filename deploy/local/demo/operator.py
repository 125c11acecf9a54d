"""The fund's operator at a terminal: commands of the services, run with the settings of the local run."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from deploy.local import place, plan


def command(service: str, arguments: Sequence[str], *, answer: str = "") -> subprocess.CompletedProcess[str]:
    """Run `python -m services.<service> …`; `answer` is typed when it asks for a password."""
    settings = _settings()[service]
    return subprocess.run(
        [sys.executable, "-m", f"services.{service}", *arguments],
        env={**os.environ, **settings},
        cwd=Path(__file__).parents[3],
        input=answer,
        capture_output=True,
        text=True,
        timeout=120,
    )


@cache
def _settings() -> Mapping[str, Mapping[str, str]]:
    """Those of the run, read once: every command needs them."""
    return plan.settings_of_services(os.environ, var=place.var(os.environ))
