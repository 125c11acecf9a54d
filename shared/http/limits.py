"""Rate limits. A caller with a valid token is counted by identity, from any address; a caller without one is counted by
address. So no caller can use up another's quota, or that of an office with the same address. Routes that check secrets,
send or print have quotas of their own, which replace the default ones and are declared in their service's wiring.

Each web process counts for itself, in memory: a counter in the database would cost every request a round trip. With
several processes a caller may have the quota once in each; divide the setting by their number where that matters.
"""

import ipaddress
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, current_app, g, request
from limits import RateLimitItem, parse

from shared.http import problems
from shared.http.problems import TooManyRequests
from shared.kernel.actors import Actor, ActorKind

ADDRESS, SUBJECT, CLIENT = "address", "subject", "client"
DEFAULT_QUOTAS: Mapping[str, str] = {ADDRESS: "300/minute", SUBJECT: "600/minute", CLIENT: "3000/minute"}
"""Without a token, for a person who signed in, for a machine; the settings may override it."""

COUNTERS_MAX = 50_000
"""About 14 MB. Beyond it the oldest counters are dropped, and their callers start again at zero."""

NOT_COUNTED = frozenset({"live", "ready"})
IPV6_CUSTOMER_BITS = 64
NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""The prefix under which IPv6-only networks represent IPv4 addresses (RFC 6052)."""
UNKNOWN = "unknown"
_HOST_AND_PORT = re.compile(
    r"\[(?P<bracketed>[^\[\]]*)\](:\d*)? | (?P<v4>[^:\[\]]*)(:\d*)? | (?P<v6>[^\[\]]*)", re.VERBOSE
)


class Counters:
    """Counters of fixed windows, in memory, with a limit on their number."""

    def __init__(self, count_max: int = COUNTERS_MAX) -> None:
        self._count_max = count_max
        self._rows: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, key: tuple[str, str], *, window_s: int) -> tuple[int, float]:
        """Count one more; returns the count in this window, and the seconds that are left of it."""
        now_s = time.time()
        with self._lock:
            count, ends_s = self._rows.get(key, (0, 0.0))
            if ends_s <= now_s:
                self._rows.pop(key, None)  # keeps the rows in the order of their windows' starts
                count, ends_s = 0, now_s + window_s
            self._rows[key] = (count + 1, ends_s)
            if len(self._rows) > self._count_max:
                self._rows.popitem(last=False)
        return count + 1, ends_s - now_s


@dataclass
class Limits:
    """The quotas of one process. `by_name` has the three default ones and, by their endpoint, those of single routes;
    `guarded` are the endpoints that need a token."""

    by_name: Mapping[str, RateLimitItem]
    guarded: Collection[str]
    counters: Counters = field(default_factory=Counters)

    def before(self) -> None:
        """Count requests to public endpoints by address; the others are counted once their token is verified."""
        if request.endpoint not in self.guarded and request.endpoint not in NOT_COUNTED:
            self._count_address()

    def caller(self, actor: Actor) -> None:
        """Count a caller whose token is valid."""
        kind = CLIENT if actor.kind is ActorKind.CLIENT else SUBJECT
        self._count(kind, f"{g.fund.fund_id}:{actor.subject}")

    def after(self, answer: Response) -> Response:
        """A guarded route without a valid token counts by address after all; adds the headers about the quota to the
        response."""
        if request.endpoint in self.guarded and "quota" not in g:
            try:
                self._count_address()
            except TooManyRequests as refused:
                answer = problems.of_failure(refused)
        if "quota" in g:
            answer.headers.extend(g.quota)
        return answer

    def _count_address(self) -> None:
        self._count(ADDRESS, network(request.remote_addr or ""))

    def _count(self, kind: str, who: str) -> None:
        """Under the route's own quota, or the default one of such callers."""
        route = request.endpoint or ""
        name = route if route in self.by_name else kind
        quota = self.by_name[name]
        window_s = quota.get_expiry()
        count, left_s = self.counters.add((name, who), window_s=window_s)
        reset_s, left = max(1, round(left_s)), max(0, quota.amount - count)
        g.quota = [
            ("RateLimit-Policy", f'"{name}";q={quota.amount};w={window_s}'),
            ("RateLimit", f'"{name}";r={left};t={reset_s}'),
        ]
        if count > quota.amount:
            raise TooManyRequests(retry_after_s=reset_s)


def network(address: str) -> str:
    """The caller that an address identifies. Proxies write it with a port, in brackets or with a zone. An IPv4 address
    is the same caller in its IPv6 forms; an IPv6 customer has 2^64 addresses. All values that are no address are one
    caller."""
    found = _HOST_AND_PORT.fullmatch(address.strip().strip('"'))
    host = (found["bracketed"] or found["v4"] or found["v6"] or "") if found else ""
    try:
        read = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(read, ipaddress.IPv4Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    if read in NAT64:
        return str(ipaddress.IPv4Address(read.packed[-4:]))
    return str(ipaddress.ip_network((read.packed, IPV6_CUSTOMER_BITS), strict=False))


def quotas(*given: Mapping[str, str]) -> dict[str, RateLimitItem]:
    """Quotas by name, such as `300/minute`; a later one replaces an earlier. ValueError names the one that is
    invalid."""
    found: dict[str, RateLimitItem] = {}
    for name, text in {name: text for each in (DEFAULT_QUOTAS, *given) for name, text in each.items()}.items():
        try:
            found[name] = parse(text)
        except ValueError:
            raise ValueError(f"{name}: {text!r} is no quota, such as 300/minute") from None
    return found


def install(app: Flask, limits: Limits) -> None:
    """Count every request of the app but those about its health."""
    app.extensions["limits"] = limits
    app.before_request(limits.before)
    app.after_request(limits.after)


def count(actor: Actor) -> None:
    """Count the caller of this request, whose token is valid. Raises `TooManyRequests`."""
    found: Any = current_app.extensions["limits"]
    found.caller(actor)
