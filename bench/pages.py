"""`python -m bench.pages`: every page of the frontends of a platform that runs, for one reader at a time, beside the
bare calls of the services that it makes; printed and written to `PAGES.md`.

A page is timed as a browser asks for it. Then the same frontend, built in this process, is asked for it once, to see
which calls it makes and which of them wait for another; each of these is timed by itself.
"""

import itertools
import json
import math
import os
import re
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from flask import Flask
from requests.adapters import HTTPAdapter
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from deploy.local import addresses, place, processes, terminal
from deploy.local.credentials import Credentials
from deploy.local.demo import data
from deploy.local.demo.reporter import Reporter
from deploy.local.demo.visitors import Visitor, World
from deploy.local.engines import chosen
from frontends.backoffice.backoffice import BACKOFFICE
from frontends.kit import settings as settings_
from frontends.kit.app import build
from frontends.kit.frontend import Frontend
from frontends.operations.operations import OPERATIONS
from frontends.portal.portal import PORTAL
from shared.funds.loading import load

FUND = "tn-cnss"
ROUNDS = 30
WARM = 3
P95_MAX_MS = 200
IN_SEQUENCE_MAX = 3
FIRST_LOAD_MAX = 150_000
LINK = re.compile(r'href="([^"#]+)')
LOADED = re.compile(r'<(?:link rel="stylesheet"|script)[^>]+(?:href|src)="([^"]+)"')
FONT = re.compile(r'url\("?([^")]+)')
WRITTEN = Path(__file__).parent / "PAGES.md"
HEADER = f"""# Pages

Written by `python -m bench.pages` (`make figures`); nothing here is typed by hand. One reader, {ROUNDS} times each
page, in ms. *Calls* are requests to the services, *in sequence* the longest chain of which each waits for another
(at most {IN_SEQUENCE_MAX}); *bare* is that chain's time when its calls are made by themselves. The aim is
{P95_MAX_MS} ms at the 95th percentile, and less than {FIRST_LOAD_MAX:,} bytes for the first page of a visit.
"""


class Noting(HTTPAdapter):
    """Remembers each call of a frontend, with when it began and ended."""

    def __init__(self) -> None:
        super().__init__(pool_maxsize=32)
        self.calls: list[tuple[float, float, requests.PreparedRequest]] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        began_s = time.perf_counter()
        answer = super().send(request, *args, **more)
        answer.content  # noqa: B018 - read to its end, as the frontend does
        self.calls.append((began_s, time.perf_counter(), request))
        return answer


@dataclass
class Reader:
    """Somebody who is signed in at a frontend, or nobody; with the same frontend in this process."""

    frontend: Frontend
    who: str
    base: str
    http: requests.Session
    app: Flask
    noting: Noting
    seen: dict[str, str] = field(default_factory=dict)

    def find(self, start: str) -> None:
        """An address of each page that is reached by links, by its endpoint."""
        waiting, known = [start], {start}
        while waiting:
            address = waiting.pop(0)
            endpoint = self._endpoint(address)
            if endpoint is None or endpoint in self.seen:
                continue
            answer = self.http.get(address, timeout=60)
            if not answer.ok or "text/html" not in answer.headers["Content-Type"]:
                continue
            self.seen[endpoint] = address
            links = [urljoin(address, link.replace("&amp;", "&")) for link in LINK.findall(answer.text)]
            fresh = [link for link in links if link not in known and "language=" not in link]
            known.update(fresh)
            waiting += fresh

    def _endpoint(self, address: str) -> str | None:
        if not address.startswith(f"{self.base}/"):
            return None
        try:
            endpoint, _ = self.app.url_map.bind("").match(urlsplit(address.removeprefix(self.base)).path, method="GET")
        except (HTTPException, RequestRedirect):
            return None
        return endpoint if "." in endpoint else None

    def measure(self, endpoint: str) -> "Measured":
        address = self.seen[endpoint]
        took = [self._timed(address) for _ in range(WARM + ROUNDS)][WARM:]
        chain = list(in_sequence(self._calls(address)))
        bare = sum(max(map(self._bare, calls)) for calls in chain)
        return Measured(self.frontend.name, self.who, endpoint, took, sum(map(len, chain)), len(chain), bare)

    def _timed(self, address: str) -> float:
        began_s = time.perf_counter()
        self.http.get(address, timeout=60)
        return (time.perf_counter() - began_s) * 1_000

    def _calls(self, address: str) -> list[tuple[float, float, requests.PreparedRequest]]:
        client = self.app.test_client()
        for cookie in self.http.cookies:
            client.set_cookie(cookie.name, cookie.value or "")
        parts = urlsplit(address.removeprefix(self.base))
        for _ in range(2):  # the second time, what is kept of the fund is there
            self.noting.calls.clear()
            client.get(f"/{FUND}{parts.path}", query_string=parts.query)
        return list(self.noting.calls)

    def _bare(self, call: requests.PreparedRequest) -> float:
        took = []
        with requests.Session() as http:
            for _ in range(WARM + ROUNDS // 3):
                began_s = time.perf_counter()
                http.send(call, timeout=60)
                took.append((time.perf_counter() - began_s) * 1_000)
        return statistics.median(took[WARM:])


@dataclass(frozen=True)
class Measured:
    """A page, how long it took each time (ms), and the calls that it makes."""

    frontend: str
    who: str
    endpoint: str
    took: Sequence[float]
    calls: int
    sequence: int
    bare: float

    @property
    def p95(self) -> float:
        return sorted(self.took)[math.ceil(0.95 * len(self.took)) - 1]

    @property
    def row(self) -> list[str]:
        slow = "" if self.p95 <= P95_MAX_MS and self.sequence <= IN_SEQUENCE_MAX else "**missed**"
        p50 = statistics.median(self.took)
        figures = [f"{p50:.0f}", f"{self.p95:.0f}", str(self.calls), str(self.sequence), f"{self.bare:.0f}"]
        return [self.frontend, self.who, self.endpoint, *figures, slow]


def in_sequence(
    calls: Sequence[tuple[float, float, requests.PreparedRequest]],
) -> Iterator[list[requests.PreparedRequest]]:
    """The calls in groups: those of a group were under way together, and began when the group before had ended."""
    group: list[requests.PreparedRequest] = []
    ends_s = math.inf
    for began_s, ended_s, call in sorted(calls, key=lambda each: each[0]):
        if began_s >= ends_s:
            yield group
            group, ends_s = [], math.inf
        group.append(call)
        ends_s = min(ends_s, ended_s)
    if group:
        yield group


def first_load(address: str) -> int:
    """Bytes, compressed, of a page and all that it loads, fonts included."""
    with requests.Session() as http:
        http.headers["Accept-Encoding"] = "gzip"

        def weight(url: str) -> tuple[int, str]:
            answer = http.get(url, timeout=60, stream=True)
            raw = answer.raw.read(decode_content=False)
            return len(raw), http.get(url, timeout=60).text if url.endswith("css") or ".css?" in url else ""

        page = http.get(address, timeout=60)
        total = len(page.content)
        for each in {urljoin(address, link.replace("&amp;", "&")) for link in LOADED.findall(page.text)}:
            size, text = weight(each)
            total += size + sum(weight(urljoin(each, font))[0] for font in FONT.findall(text) if "woff2" in font)
        return total


def readers(world: World, var: Path) -> Iterator[Reader]:
    """Everybody whom the frontends have pages for."""
    ports = world.ports
    [payroll, worker, *_] = data.firm(world, load([FUND])[FUND])
    staff = {
        row[1]: (row[2], row[3], row[4])
        for row in json.loads((var / "demo" / "sign-ins.json").read_text())
        if row[0] == FUND
    }
    whole: list[tuple[Frontend, str, tuple[str, ...]]] = [
        (PORTAL, "anyone", ()),
        (PORTAL, "person", tuple(worker[2:4])),
        (PORTAL, "employer", tuple(payroll[2:4])),
        (BACKOFFICE, "supervisor", staff["supervisor"]),
        (OPERATIONS, "operator", staff["operator"]),
    ]
    for frontend, who, credentials in whole:
        base = f"{addresses.pages(frontend.name, os.environ, ports)}/{FUND}"
        visitor = Visitor(world, FUND)
        if credentials:
            login, password, *secret = credentials
            visitor.enter(base, login, password, totp_secret="".join(secret))
        app, noting = _here(frontend, ports=ports, var=var)
        reader = Reader(frontend, who, base, visitor.session, app, noting)
        reader.find(visitor.session.get(f"{base}/?language=fr", timeout=60).url.partition("?")[0])
        yield reader


def _here(frontend: Frontend, *, ports: Mapping[str, int], var: Path) -> tuple[Flask, Noting]:
    """The frontend, built in this process as the platform's own is, with its calls noted."""
    own = processes.of_frontends(os.environ, ports=ports, var=var)[frontend.name]
    kept = chosen.settings(os.environ, ports=ports, credentials=Credentials(var / "secrets"))["frontends"]
    os.environ.update(own | {name: kept[name] for name in ("MONGODB_URI", "MONGODB_DATABASE")})
    app, noting = build(frontend, settings_.read(frontend.name)), Noting()
    app.extensions["sign_in"].http.mount("http://", noting)
    for name in own:
        os.environ.pop(name, None)
    return app, noting


def main() -> None:
    """Measure, print and write."""
    var = place.var(os.environ)
    environ = dict(os.environ)
    measured: list[Measured] = []
    first: dict[str, int] = {}
    for reader in readers(World(addresses.ports(environ), Reporter(lambda line: None)), var):
        fresh = [each for each in reader.seen if each not in {known.endpoint for known in measured}]
        measured += [reader.measure(endpoint) for endpoint in fresh]
        for language in ("ar", "fr") if reader.who == "anyone" else ():
            first[language] = first_load(f"{reader.base}/?language={language}")
    heads = ["frontend", "who", "page", "p50", "p95", "calls", "in sequence", "bare", ""]
    rows = [each.row for each in sorted(measured, key=lambda each: (each.frontend, -each.p95))]
    terminal.table("Pages, in ms", [heads, *rows])
    weights = [f"First page of a visit, in {language}: {size:,} bytes." for language, size in first.items()]
    load = " ".join(f"{each:.2f}" for each in os.getloadavg())
    lines = [HEADER, *weights, f"Load of the machine (1, 5, 15 minutes) at the end: {load}.", ""]
    lines += [f"| {' | '.join(row)} |" for row in itertools.chain([heads, ["---"] * len(heads)], rows)]
    WRITTEN.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
