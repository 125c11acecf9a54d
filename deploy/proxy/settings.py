"""What an installation says of its proxy: where it listens, by which addresses the services are known and found."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local.addresses import FRONTENDS, OPERATIONS, SERVICES

_HOST = r"(?:[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
SHAPES: Mapping[str, "re.Pattern[str]"] = {
    "_HOSTS": re.compile(rf"{_HOST}(?:,{_HOST})*"),
    "_BIND": re.compile(rf"(?:{_HOST}|\*):[0-9]{{1,5}}"),
    "_UPSTREAM": re.compile(rf"{_HOST}:[0-9]{{1,5}}"),
    "_ADDRESS": re.compile(rf"https?://{_HOST}(?::[0-9]{{1,5}})?(?:/[A-Za-z0-9_-]+)*/?"),
    "PROXY_CERTIFICATE_FILE": re.compile(r"[A-Za-z0-9_./-]+"),
    "PROXY_CERTIFICATE_KEY_FILE": re.compile(r"[A-Za-z0-9_./-]+"),
    "PROXY_PROCESSES": re.compile(r"auto|[1-9][0-9]?"),
    "PROXY_USER": re.compile(r"[A-Za-z0-9_-]+"),
    "PROXY_CONNECTIONS_MAX": re.compile(r"[1-9][0-9]{0,5}"),
}
"""By the end of its name, what a setting looks like: each becomes text of nginx's own language."""

SITE = ("ADDRESS", "UPSTREAM")
"""What is said of each service and frontend."""


class SettingsInvalid(Exception):
    """The proxy cannot be set up; the text names every setting that is missing or malformed."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """One service or frontend as its callers know it: `https://identity.fund.example`, or
    `http://127.0.0.1:8100/identity`. `more_hosts` are those of funds that have one of their own at a frontend."""

    service: str
    address: str
    upstream: str
    more_hosts: tuple[str, ...] = ()

    @property
    def is_frontend(self) -> bool:
        """Whether people read it: what the proxy itself answers is a page then."""
        return self.service in FRONTENDS

    @property
    def is_inner_alone(self) -> bool:
        """Whether it is for the operators' network and not there for anybody else."""
        return self.service == OPERATIONS

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""

    @property
    def path(self) -> str:
        """What stands before the service's own paths; empty where it has a host of its own."""
        return urlsplit(self.address).path.rstrip("/")


@dataclass(frozen=True, kw_only=True)
class TimeOuts:
    """In seconds. Of a head as a whole; of a body and of an answer between two pieces of it; of a silent connection; of
    the service from the last byte of the request on."""

    head_s: int = 10
    body_s: int = 20
    send_s: int = 20
    kept_s: int = 20
    service_s: int = 60


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`bind` is for callers from outside, `inner_bind` for the operators' network: what is said of operations, and the
    proxy's own health. Without a certificate it speaks HTTP: on one machine, or behind a balancer that ends TLS."""

    bind: str
    inner_bind: str
    sites: tuple[Site, ...]
    certificate_file: str = ""
    certificate_key_file: str = ""
    trusted_from: tuple[str, ...] = ()
    connections_max: int = 200
    processes: str = "auto"
    user: str = ""
    time_outs: TimeOuts = TimeOuts()

    @property
    def has_tls(self) -> bool:
        return bool(self.certificate_file)

    def by_host(self, *, is_inner: bool) -> Mapping[str, list[Site]]:
        """What is found at each host name, from outside or from the operators' network."""
        found: dict[str, list[Site]] = {}
        for site in self.sites:
            for host in (site.host, *site.more_hosts):
                if is_inner or not site.is_inner_alone:
                    found.setdefault(host, []).append(site)
        return found


def read(given: Mapping[str, str]) -> Settings:
    """Read them; `SettingsInvalid` names every one that is missing or malformed.

    `CLAIMS_ADDRESS` is the address by which callers know claims, `CLAIMS_UPSTREAM` the `host:port` of its webs.
    A frontend that is named has both too, and may have `PORTAL_HOSTS`, further host names; a fund may have its own
    pages and name none. `PROXY_TRUSTED_FROM` names the networks of balancers in front, whose `X-Forwarded-For` is
    believed.
    """
    frontends = [each for each in FRONTENDS if any(given.get(f"{each.upper()}_{what}") for what in SITE)]
    names = [f"{each.upper()}_{what}" for each in (*SERVICES, *frontends) for what in SITE]
    wrong = [f"{name} is missing" for name in ("PROXY_BIND", "PROXY_INNER_BIND", *names) if not given.get(name)] + [
        f"{name} is {text!r}" for name, text in given.items() if not _is_well_formed(name, text)
    ]
    has_certificate, has_key = (bool(given.get(f"PROXY_CERTIFICATE_{part}")) for part in ("FILE", "KEY_FILE"))
    if has_certificate != has_key:
        wrong.append("PROXY_CERTIFICATE_FILE and PROXY_CERTIFICATE_KEY_FILE come together")
    wrong += [
        f"{name} needs an address without a path"
        for name in (f"{each.upper()}_HOSTS" for each in frontends)
        if given.get(name) and urlsplit(given.get(name.replace("_HOSTS", "_ADDRESS"), "")).path.rstrip("/")
    ]
    if wrong:
        raise SettingsInvalid("; ".join(wrong))
    return Settings(
        bind=given["PROXY_BIND"],
        inner_bind=given["PROXY_INNER_BIND"],
        sites=tuple(
            Site(
                service=service,
                address=given[f"{service.upper()}_ADDRESS"],
                upstream=given[f"{service.upper()}_UPSTREAM"],
                more_hosts=tuple(filter(None, given.get(f"{service.upper()}_HOSTS", "").split(","))),
            )
            for service in (*SERVICES, *frontends)
        ),
        certificate_file=given.get("PROXY_CERTIFICATE_FILE", ""),
        certificate_key_file=given.get("PROXY_CERTIFICATE_KEY_FILE", ""),
        trusted_from=tuple(filter(None, given.get("PROXY_TRUSTED_FROM", "").split(","))),
        connections_max=int(given.get("PROXY_CONNECTIONS_MAX", "200")),
        processes=given.get("PROXY_PROCESSES", "auto"),
        user=given.get("PROXY_USER", ""),
    )


def of_file(path: Path) -> dict[str, str]:
    """`NAME=value`, line by line, as Kubernetes reads them too; a line that begins with # says something to people."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _is_well_formed(name: str, text: str) -> bool:
    if name == "PROXY_TRUSTED_FROM":
        return all(_is_network(each) for each in filter(None, text.split(",")))
    shape = next((shape for ending, shape in SHAPES.items() if name.endswith(ending)), None)
    return shape is None or not text or bool(shape.fullmatch(text))


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True
