"""Which fund a request is for: the one whose host name it came to, or the one that its path begins with."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
FUND = "himaya.fund"


class ByFund:
    """Names the fund in the WSGI environment and takes its part off the path: the pages do not know of it, and the
    addresses that Flask makes have it again. So they have the path of `public_url`, which the proxy takes off."""

    def __init__(self, app: Wsgi, *, fund_ids: Iterable[str], hosts: Mapping[str, str], public_url: str) -> None:
        self.app, self.fund_ids, self.hosts = app, frozenset(fund_ids), hosts
        self.prefix = urlsplit(public_url).path.rstrip("/")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "").partition(":")[0].lower()
        if host not in self.hosts:
            environ["SCRIPT_NAME"] = self.prefix
        if fund := self.hosts.get(host):
            environ[FUND] = fund
        else:
            first, slash, rest = environ.get("PATH_INFO", "").removeprefix("/").partition("/")
            if first in self.fund_ids:
                environ[FUND] = first
                environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{first}"
                environ["PATH_INFO"] = f"{slash}{rest}"
        return self.app(environ, start_response)
