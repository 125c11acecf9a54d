"""nginx in front of all services and frontends of a local run, where `PROXY=nginx` asks for it: one address."""

import getpass
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local import addresses
from deploy.local.addresses import FRONTENDS, SERVICES
from deploy.local.programs import HOST, Broken, Program, answers_http

STOP_MAX_S = 2.0


def programs(environ: Mapping[str, str], *, ports: Mapping[str, int], var: Path) -> list[Program]:
    """The proxy, with its configuration written; none where it is not chosen."""
    if not addresses.has_proxy(environ):
        return []
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if nginx is None:
        raise Broken("PROXY=nginx needs nginx, which is not here (Debian: apt-get install nginx-light)")
    home = var / "proxy"
    home.mkdir(parents=True, exist_ok=True)
    (home / "settings.env").write_text(
        "".join(f"{name}={value}\n" for name, value in _settings(environ, ports).items())
    )
    # In a process of its own: the limits are read from the services, and what that loads is not kept.
    writing = [sys.executable, "-m", "deploy.proxy", str(home / "settings.env")]
    written = subprocess.run(writing, capture_output=True, text=True)
    if written.returncode:
        raise Broken(f"the proxy cannot be set up: {written.stderr.strip()}")
    (home / "nginx.conf").write_text(written.stdout)
    return [
        Program(
            name="proxy",
            command=(nginx, "-p", str(home), "-c", str(home / "nginx.conf")),
            ports={name: ports[name] for name in ("PROXY_PORT", "PROXY_INNER_PORT")},
            answers=answers_http(f"http://{HOST}:{ports['PROXY_INNER_PORT']}/proxy/live"),
            stop_max_s=STOP_MAX_S,
        )
    ]


def _settings(environ: Mapping[str, str], ports: Mapping[str, int]) -> dict[str, str]:
    found = {
        service: (addresses.public(service, environ, ports), addresses.web(service, ports)) for service in SERVICES
    }
    found |= {name: (addresses.pages(name, environ, ports), addresses.frontend(name, ports)) for name in FRONTENDS}
    by_site = {}
    for name, (public, upstream) in found.items():
        by_site |= {f"{name.upper()}_ADDRESS": public, f"{name.upper()}_UPSTREAM": upstream.removeprefix("http://")}
    return {
        "PROXY_BIND": f"{HOST}:{ports['PROXY_PORT']}",
        "PROXY_INNER_BIND": f"{HOST}:{ports['PROXY_INNER_PORT']}",
        "PROXY_USER": getpass.getuser() if os.geteuid() == 0 else "",
        "PROXY_PROCESSES": "2",
        # One machine stands for all callers here.
        "PROXY_CONNECTIONS_MAX": "2000",
        **by_site,
    }
