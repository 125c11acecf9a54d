"""nginx as it is deployed, before whatever a test puts behind it. Where nginx is not installed, they are skipped."""

import dataclasses
import getpass
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from deploy.local.addresses import FRONTENDS, SERVICES
from deploy.local.programs import HOST, free_port
from deploy.proxy import bodies
from deploy.proxy.config import render
from deploy.proxy.settings import Settings, Site, TimeOuts
from tests.kit.platform import NGINX
from tests.kit.waiting import until

NOBODY = f"{HOST}:1"
LATE_S = 15


@dataclass(frozen=True)
class Front:
    """A running proxy."""

    settings: Settings
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def port(self) -> int:
        return int(self.settings.bind.rpartition(":")[2])

    @property
    def inner_port(self) -> int:
        return int(self.settings.inner_bind.rpartition(":")[2])

    def url(self, service: str, *, is_inner: bool = False) -> str:
        [site] = [site for site in self.settings.sites if site.service == service]
        return f"http://{HOST}:{self.inner_port if is_inner else self.port}{site.path}"

    def write(self, settings: Settings) -> None:
        larger = bodies.all_larger()
        (self.folder / "nginx.conf").write_text(render(settings, larger=larger, access_log="access.log"))

    def errors(self) -> str:
        return (self.folder / "output").read_text()

    def connected(self, *, host: str = "") -> socket.socket:
        """A connection of a caller's own; by TLS where a host is named."""
        line = socket.create_connection((HOST, self.port), timeout=LATE_S)
        line.settimeout(LATE_S)
        if host:
            context = ssl.create_default_context(cafile=self.settings.certificate_file)
            return context.wrap_socket(line, server_hostname=host)
        return line

    def said(self, sent: bytes) -> bytes:
        """What comes back to these bytes, until nothing more comes."""
        with self.connected() as line:
            line.sendall(sent)
            return all_of(line)


def all_of(line: socket.socket) -> bytes:
    answer = b""
    try:
        while got := line.recv(65_536):
            answer += got
    except ConnectionResetError:
        pass
    return answer


@contextmanager
def fronting(
    folder: Path, upstreams: Mapping[str, str], *, addresses: Mapping[str, str] | None = None, **more: object
) -> Iterator[Front]:
    """A proxy before these `host:port`s, by service or frontend; one that is not named is down."""
    assert NGINX
    port, inner_port = free_port(), free_port()
    known = {service: f"http://{HOST}:{port}/{service}" for service in (*SERVICES, *FRONTENDS)} | dict(addresses or {})
    settings = Settings(
        bind=f"{HOST}:{port}",
        inner_bind=f"{HOST}:{inner_port}",
        sites=tuple(
            Site(service=service, address=known[service], upstream=upstreams.get(service, NOBODY))
            for service in (*SERVICES, *FRONTENDS)
        ),
        processes="1",
        user=getpass.getuser(),
        time_outs=TimeOuts(head_s=2, body_s=2, send_s=2, kept_s=5, service_s=4),
    )
    settings = dataclasses.replace(settings, **more)  # type: ignore[arg-type]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "output").open("wb") as output:
        front = Front(settings, folder, None)  # type: ignore[arg-type]
        front.write(settings)
        command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            front = Front(settings, folder, process)
            until(lambda: process.poll() is not None or is_live(front))
            assert process.poll() is None, front.errors()
            yield front
        finally:
            process.terminate()
            process.wait(20)


def is_live(front: Front) -> bool:
    try:
        return requests.get(f"http://{HOST}:{front.inner_port}/proxy/live", timeout=5).ok
    except requests.RequestException:
        return False
