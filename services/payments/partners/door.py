"""The way out to partners' endpoints. Addresses inside one's own network are not called: whoever may name an address
must not be able to make the platform call its own neighbours (server-side request forgery).

The name is looked up once, and the address that was looked at is the one that is called.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH

ANSWER_S = 15.0
TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 addresses behind a translator."""
PORTS = {"https": 443, "http": 80}


class NotCalled(Exception):
    """The address is none that may be called; the text is a word for why."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """Calls endpoints. `may_be_private` is for a local run and for tests. Safe to use from several threads."""

    may_be_private: bool
    timeout_s: float = ANSWER_S

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> str:
        """The status that was answered, or a word for what went wrong. Redirections are not followed."""
        parts = urlsplit(url)
        try:
            pool = self._pool(parts)
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

    def _pool(self, parts: SplitResult) -> urllib3.HTTPConnectionPool:
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        address = self._address(host, port)
        if parts.scheme == "https":
            return urllib3.HTTPSConnectionPool(
                address, port, server_hostname=host, assert_hostname=host, ca_certs=DEFAULT_CA_BUNDLE_PATH
            )
        if not self.may_be_private:
            raise NotCalled("not-encrypted")
        return urllib3.HTTPConnectionPool(address, port)

    def _address(self, host: str, port: int) -> str:
        try:
            found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError):
            raise NotCalled("no-such-host") from None
        if not self.may_be_private and not all(map(is_public, found)):
            raise NotCalled("address-not-allowed")
        return found[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the open network, also where it is written as another kind of address."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found.sixtofour is not None or found.teredo is not None or found in TRANSLATED:
            return False
    return found.is_global and not found.is_multicast
