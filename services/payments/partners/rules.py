"""What may happen to endpoints and to the messages for them. Pure: time and chance are handed in.

The schedule of tries, what counts as success and when an endpoint is called no more are those of Standard Webhooks 1.0.
"""

from base64 import b64encode
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from services.payments.partners import delivery as deliveries
from services.payments.partners.delivery import Delivery
from services.payments.partners.endpoint import DisabledReason, Endpoint, Status, WebhookKind
from shared.events.payments.partners import EndpointDisabled
from shared.kernel.errors import Conflict, Forbidden, Invalid, Missing
from shared.kernel.outcome import Outcome
from shared.kernel.schedule import RetrySchedule

RETRY_WAITS = RetrySchedule((5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400), jitter=0.1)
"""Ten tries over 75 hours and a half."""

KEPT = timedelta(days=90)
"""How long a message is kept after its last try, for who looks back or asks for a replay: long enough for both sides to
close a quarter's books. The movements themselves stay in the ledger."""

ENDPOINTS_MAX = 10
URL_CHARACTERS_MAX = 500
SECRET_BYTES = 32
GONE = "410"
ENDPOINT_REMOVED = "endpoint-removed"


class EndpointUnknown(Missing):
    code = "partner.endpoint-unknown"


class DeliveryUnknown(Missing):
    code = "partner.delivery-unknown"


class UrlNotAllowed(Invalid):
    """The address is not one of HTTPS, or holds what does not belong there."""

    code = "partner.url-not-allowed"


class TooManyEndpoints(Conflict):
    code = "partner.too-many-endpoints"


class EndpointIsDisabled(Conflict):
    """Nothing is sent to an endpoint before it is enabled again."""

    code = "partner.endpoint-disabled"


class KindNotOffered(Forbidden):
    """An operator of mobile money is sent the answers to its own requests and nothing else; nobody else is sent any."""

    code = "partner.kind-not-offered"


class RangeEmpty(Invalid):
    """The end of the time stands before its beginning."""

    code = "partner.range-empty"


# --- Endpoints --------------------------------------------------------------------------------------------------------


def register(
    *, endpoint_id: str, client: str, url: str, kinds: Collection[WebhookKind], secret: str, others: int, at: datetime
) -> Endpoint:
    """A partner registers an endpoint. `others` is how many it has already."""
    if others >= ENDPOINTS_MAX:
        raise TooManyEndpoints(endpoints_max=ENDPOINTS_MAX)
    return Endpoint(
        endpoint_id=endpoint_id,
        client=client,
        url=_allowed(url),
        kinds=tuple(sorted(set(kinds))),
        secrets=(secret,),
        changed_at=at,
    )


def change(endpoint: Endpoint, *, url: str, kinds: Collection[WebhookKind], at: datetime) -> Endpoint:
    """The partner listens elsewhere, or for something else; what waits goes there. Secrets and state stay."""
    return replace(endpoint, url=_allowed(url), kinds=tuple(sorted(set(kinds))), changed_at=at)


def remove(endpoint: Endpoint, *, at: datetime) -> Endpoint:
    """The partner listens here no more."""
    return replace(endpoint, status=Status.REMOVED, reason=None, changed_at=at)


def check_kinds(kinds: Collection[WebhookKind], *, is_operator: bool) -> None:
    """Raises `KindNotOffered` where a partner may not have these kinds: an operator learns what it asked for itself,
    never what others paid."""
    if any((kind is WebhookKind.BILL_ANSWERED) != is_operator for kind in kinds):
        raise KindNotOffered


def new_secret(entropy: bytes) -> str:
    """A secret as both sides write it down."""
    return f"whsec_{b64encode(entropy).decode()}"


def change_secret(endpoint: Endpoint, *, secret: str, at: datetime) -> Endpoint:
    """From now on messages are signed with the new secret and with the one before it."""
    return replace(endpoint, secrets=(secret, endpoint.secrets[0]), changed_at=at)


def retire_secret(endpoint: Endpoint, *, at: datetime) -> Endpoint:
    """The partner knows the new secret: the old one signs no more."""
    return replace(endpoint, secrets=endpoint.secrets[:1], changed_at=at)


def enable(endpoint: Endpoint, *, at: datetime) -> Endpoint:
    """The partner listens again: what still waits goes on where it stood; what failed is asked for by replay."""
    return replace(endpoint, status=Status.ENABLED, reason=None, changed_at=at)


def judge(endpoint: Endpoint, tried: Delivery, *, at: datetime) -> Outcome[Endpoint] | None:
    """The effect of an attempt on the endpoint: disabled where it is gone, or where a message failed permanently."""
    is_gone = tried.last_answer == GONE
    if endpoint.status is not Status.ENABLED or not (is_gone or tried.status is deliveries.Status.FAILED):
        return None
    return _disable(endpoint, DisabledReason.GONE if is_gone else DisabledReason.NOT_ANSWERING, at=at)


def give_up(endpoint: Endpoint, *, at: datetime) -> Outcome[Endpoint] | None:
    """An operator gave its job up: it is called no more until its partner enables it. None where it is not called."""
    return _disable(endpoint, DisabledReason.GIVEN_UP, at=at) if endpoint.status is Status.ENABLED else None


def _disable(endpoint: Endpoint, reason: DisabledReason, *, at: datetime) -> Outcome[Endpoint]:
    event = EndpointDisabled(
        endpoint_id=endpoint.endpoint_id, partner=endpoint.client, reason=reason.value, disabled_at=at
    )
    return Outcome(replace(endpoint, status=Status.DISABLED, reason=reason, changed_at=at), (event,))


def _allowed(url: str) -> str:
    """HTTPS anywhere; plain HTTP to an address of one's own network only, which is called in a local run alone."""
    try:
        parts = urlsplit(url)
        host, has_port = parts.hostname or "", parts.port != 0
    except ValueError as malformed:
        raise UrlNotAllowed from malformed
    is_plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= URL_CHARACTERS_MAX
    is_bare = not parts.username and not parts.password and not parts.fragment
    if not (is_plain and is_bare and host and has_port):
        raise UrlNotAllowed
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_of_own_network(host)):
        raise UrlNotAllowed
    return url


def _is_of_own_network(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return False


# --- Deliveries -------------------------------------------------------------------------------------------------------


def address(endpoint: Endpoint, delivery: Delivery) -> str:
    """Where a message goes: the endpoint's address, with the message's own path below it."""
    if not delivery.path:
        return endpoint.url
    parts = urlsplit(endpoint.url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}{delivery.path}"))


def answered(delivery: Delivery, *, answer: str, at: datetime, entropy: float) -> Delivery:
    """A try came to this: a status of 2xx is success, all else is not. `entropy` is at least 0 and below 1."""
    tried = replace(delivery, tries=delivery.tries + 1, last_try_at=at, last_answer=answer)
    if len(answer) == 3 and answer.startswith("2"):
        return replace(tried, status=deliveries.Status.DELIVERED, next_try_at=None)
    if answer == GONE or tried.tries >= RETRY_WAITS.tries_max:
        return replace(tried, status=deliveries.Status.FAILED, next_try_at=None)
    return replace(tried, next_try_at=RETRY_WAITS.next_at(at, tries=tried.tries, entropy=entropy))


def end(delivery: Delivery, *, at: datetime) -> Delivery:
    """Its endpoint was removed: it is sent no more."""
    return replace(
        delivery, status=deliveries.Status.FAILED, next_try_at=None, last_try_at=at, last_answer=ENDPOINT_REMOVED
    )


def again(delivery: Delivery, *, at: datetime) -> Delivery:
    """Send it once more under its id, whatever came of it: the receiver knows what it has."""
    return replace(delivery, status=deliveries.Status.WAITING, tries=0, next_try_at=at)
