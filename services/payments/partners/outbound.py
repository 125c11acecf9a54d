"""Outbound calls to partners' endpoints. Private addresses are not called, to prevent server-side request forgery. The
name is resolved once, and the address that was checked is the one that is called.
"""

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Self, TypeVar
from urllib.parse import SplitResult, urlsplit

import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection

Connection = TypeVar("Connection", bound=HTTPConnection)

ANSWER_S = 15.0
GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that is given out in the open network (IANA, RFC 4291). Outside of it lie the translators (64:ff9b::/96,
64:ff9b:1::/48, ::ffff:0:0:0/96), IPv4-compatible, site-local (fec0::/10), link-local, unique local and others."""
NOT_PUBLIC_6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "3ffe::/16",  # the test network that was given back
        "5f00::/16",  # segment routing
    )
)
NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carriers' own
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # relays of 6to4
        "198.18.0.0/15",  # benchmarking
        "240.0.0.0/4",
    )
)
ISATAP = 0x0000_5EFE
"""The first half of an interface id behind which an IPv4 address stands; with a bit set where that is a public one."""
PORTS = {"https": 443, "http": 80}


class NotCalled(Exception):
    """The address is none that may be called; the text is a word for why."""


class Deadline:
    """Ends a call at its deadline: a read time-out restarts with each byte that arrives."""

    def __init__(self, seconds: float) -> None:
        self.has_passed = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for each in self._sockets:
                each.close()
            self._sockets.clear()

    def of(self, kind: type[Connection]) -> type[Connection]:
        """The kind of connection, each of which is cut at the deadline: from its first byte on, handshake and all."""
        guard = self._guard

        class Guarded(kind):  # type: ignore[valid-type,misc]  # a class made for one call
            def _new_conn(self) -> socket.socket:
                made: socket.socket = super()._new_conn()
                guard(made)
                return made

        return Guarded

    def _guard(self, made: socket.socket) -> None:
        """A second handle of the same connection: TLS takes the first one over."""
        handle = made.dup()
        with self._lock:
            self._sockets.append(handle)
            if self.has_passed:
                _cut(handle)

    def _pass(self) -> None:
        with self._lock:
            self.has_passed = True
            for each in self._sockets:
                _cut(each)


def _cut(handle: socket.socket) -> None:
    with suppress(OSError):  # it has ended already
        handle.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True, kw_only=True)
class OutboundClient:
    """Calls endpoints. `may_be_private` is for a local run and for tests; `timeout_s` is for a whole call. Safe to use
    from several threads."""

    may_be_private: bool
    timeout_s: float = ANSWER_S

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> str:
        """The status that was answered, or a word for what went wrong. Redirections are not followed."""
        with Deadline(self.timeout_s) as deadline:
            answer = self._post(urlsplit(url), body, headers=headers, deadline=deadline)
            return "timeout" if deadline.has_passed else answer  # a head that was cut off looks like a whole one

    def _post(self, parts: SplitResult, body: bytes, *, headers: Mapping[str, str], deadline: "Deadline") -> str:
        try:
            pool = self._pool(parts, deadline)
        except NotCalled as why:
            return str(why)
        try:
            answer = pool.urlopen(
                "POST",
                (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
                body=body,
                headers={"Host": parts.netloc, "Content-Type": "application/json", **headers},
                redirect=False,
                retries=False,
                timeout=urllib3.Timeout(total=self.timeout_s),
                preload_content=False,
            )
            return str(answer.status)
        except urllib3.exceptions.NewConnectionError:
            return "unreachable"
        except urllib3.exceptions.TimeoutError:
            return "timeout"
        except urllib3.exceptions.SSLError:
            return "certificate"
        except urllib3.exceptions.HTTPError:
            return "unreachable"
        finally:
            pool.close()

    def _pool(self, parts: SplitResult, deadline: "Deadline") -> urllib3.HTTPConnectionPool:
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        address = self._address(host, port)
        if parts.scheme == "https":
            secure = urllib3.HTTPSConnectionPool(
                address, port, server_hostname=host, assert_hostname=host, ca_certs=DEFAULT_CA_BUNDLE_PATH
            )
            secure.ConnectionCls = deadline.of(HTTPSConnection)
            return secure
        if not self.may_be_private:
            raise NotCalled("not-encrypted")
        pool = urllib3.HTTPConnectionPool(address, port)
        pool.ConnectionCls = deadline.of(HTTPConnection)
        return pool

    def _address(self, host: str, port: int) -> str:
        try:
            found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError):
            raise NotCalled("no-such-host") from None
        if not self.may_be_private and not all(map(is_public, found)):
            raise NotCalled("address-not-allowed")
        return found[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the open network (global unicast), also where it is written as another kind."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        return found in GLOBAL_UNICAST and found.scope_id is None and found.is_global and not _leads_elsewhere(found)
    is_reserved = any(found in network for network in NOT_PUBLIC_4)
    return found.is_global and not found.is_multicast and not found.is_reserved and not is_reserved


def _leads_elsewhere(address: IPv6Address) -> bool:
    """Whether it is one of documentation or of a protocol, or holds an IPv4 address that a tunnel would call."""
    if any(address in network for network in NOT_PUBLIC_6):
        return True
    return int(address) >> 32 & 0xFFFF_FFFF & ~0x0200_0000 == ISATAP
