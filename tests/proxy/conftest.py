"""A web process as it is run, behind the proxy as it is deployed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kit.platform import NGINX
from tests.kit.processes import Running, is_ok, running
from tests.kit.waiting import until
from tests.proxy.front import Front, fronting

LATE_S = 15


@dataclass(frozen=True)
class Served:
    """Two requests act at once and two wait: whoever took a thread for long would keep everybody out."""

    front: Front
    web: Running

    @property
    def url(self) -> str:
        return self.front.url("claims")


@pytest.fixture
def served(mongodb: str, tmp_path: Path) -> Iterator[Served]:
    if NGINX is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    settings = {"MONGODB_URI": mongodb, "WEB_THREADS": "2", "WEB_WAITING": "2", "WEB_WAIT_S": str(LATE_S)}
    settings["TRUSTED_PROXIES"] = "1"
    with (
        running("tests.shared.process.slow", "web", folder=tmp_path, **settings) as web,
        fronting(tmp_path / "proxy", {"claims": web.url.removeprefix("http://")}) as front,
    ):
        until(lambda: is_ok(f"{web.url}/health/ready"))
        yield Served(front, web)
