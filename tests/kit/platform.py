"""The whole platform as `make run` starts it, behind nginx, on ports and in a folder of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local import addresses
from deploy.local.addresses import PORTS
from deploy.local.place import REPOSITORY
from deploy.local.programs import HOST, free_port
from tests.kit.waiting import until

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed: apt-get install nginx-light")
START_MAX_S = 240
STOP_MAX_S = 90
OTHERS = ("MONGODB_URI", "KAFKA_BOOTSTRAP_SERVERS", "ZIPKIN_URL", "ENGINES", "KAFKA_BROKERS")


@dataclass(frozen=True)
class Platform:
    """Where a running platform is found."""

    var: Path
    ports: dict[str, int]
    environ: Mapping[str, str]

    @property
    def url(self) -> str:
        """The one address of all services: `/claims/v1/<fund>/…`."""
        return f"http://{HOST}:{self.ports['PROXY_PORT']}"

    def pages(self, frontend: str) -> str:
        """Where browsers find a frontend."""
        return addresses.pages(frontend, self.environ, self.ports)

    @property
    def messages(self) -> str:
        """Where mail and SMS that left the platform are shown."""
        return f"http://{HOST}:{self.ports['MESSAGES_PORT']}"

    def sign_in(self, fund: str, who: str) -> tuple[str, str]:
        """The login of somebody of the demo fund, and the password (of the insured person: their insurance number)."""
        login, password, _ = self.credentials(fund, who)
        return login, password.rpartition(" ")[2]

    def credentials(self, fund: str, who: str) -> list[str]:
        """What somebody of the demo fund signs in with: login, password, the secret of the second factor."""
        rows: list[list[str]] = json.loads((self.var / "demo" / "sign-ins.json").read_text())
        [found] = [row[2:] for row in rows if row[:2] == [fund, who]]
        return found


@contextmanager
def running_platform(folder: Path) -> Iterator[Platform]:
    """Start it, wait until all of it answers, and stop it at the end."""
    ports = {name: free_port() for name in PORTS}
    environ = {name: value for name, value in os.environ.items() if name not in OTHERS}
    environ |= {name: str(port) for name, port in ports.items()}
    environ |= {"HIMAYA_VAR": str(folder / "var"), "PROXY": "nginx"}
    environ |= {"OTLP_URL": f"http://{HOST}:1", "TRACED_SHARE": "0"}  # no Zipkin: nobody looks at traces here
    output = folder / "output"
    with output.open("wb") as log:
        run = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "run"], cwd=REPOSITORY, env=environ, stdout=log, stderr=log
        )
    try:
        until(
            lambda: "All is ready" in output.read_text() or run.poll() is not None,
            what="the platform to start",
            max_s=START_MAX_S,
        )
        assert run.poll() is None, output.read_text()
        yield Platform(folder / "var", ports, environ)
    finally:
        run.terminate()
        run.wait(STOP_MAX_S)
