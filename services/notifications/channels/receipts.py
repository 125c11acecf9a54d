"""Delivery receipts, which an SMS centre sends for a message that it accepted earlier (SMPP 3.4, appendix B and 5.3.2).
Pure.

Centres write them as text, as optional parameters, or both, and some name the message otherwise than they did when they
took it: the same number once in decimal digits and once in hexadecimal ones, or with zeros in front.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

UCS_2 = 8
RECEIPT_TYPES = frozenset({0x04, 0x20})
"""Of `esm_class`, bits 2 to 5: a delivery receipt, and a notification while the centre still tries."""
TYPE_BITS = 0x3C
ID_CHARACTERS_MAX = 65

_ID = re.compile(r"\bid:\s*(?P<id>[^\s:]+)", re.IGNORECASE)
_STAT = re.compile(r"\bstat(?:us)?:\s*(?P<stat>[A-Za-z_]+)", re.IGNORECASE)
_ERROR = re.compile(r"\berr:\s*(?P<err>[0-9A-Za-z]+)", re.IGNORECASE)
_DECIMAL, _HEXADECIMAL = re.compile("[0-9]+"), re.compile("[0-9a-f]+")
_ID_BITS_MAX = 64
"""Longer numbers are no counters that are written in two bases."""


class DeliveryState(StrEnum):
    """What became of a message, as far as its receipt says."""

    DELIVERED = "delivered"
    FAILED = "failed"
    UNDER_WAY = "under-way"


STATUSES = {
    "DELIVRD": DeliveryState.DELIVERED,
    "DELIVERED": DeliveryState.DELIVERED,
    "UNDELIV": DeliveryState.FAILED,
    "UNDELIVERED": DeliveryState.FAILED,
    "UNDELIVERABLE": DeliveryState.FAILED,
    "EXPIRED": DeliveryState.FAILED,
    "DELETED": DeliveryState.FAILED,
    "REJECTD": DeliveryState.FAILED,
    "REJECTED": DeliveryState.FAILED,
    "FAILED": DeliveryState.FAILED,
}
"""What the words of receipts mean. `ENROUTE`, `ACCEPTD`, `UNKNOWN` and any other value decide nothing."""

_STATES = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}
"""The values of the parameter `message_state` (5.2.28), in the words of the text form."""


@dataclass(frozen=True)
class DeliveryReceipt:
    """What the centre reports later about a message that it accepted. It may come more than once, and before the answer
    by which the message was taken. `recipient` is the number as the centre writes it."""

    provider_id: str
    delivery: DeliveryState
    status: str
    error: str = ""
    recipient: str = field(default="", repr=False)


def read(
    *, esm_class: int, data_coding: int, text: bytes, source_addr: str, parameters: Mapping[str, object]
) -> DeliveryReceipt | None:
    """The receipt that a message from the centre is; None where it is something else, such as an SMS of a person.

    `parameters` are the optional ones by name. What stands there counts more than the text.
    """
    named = _text(parameters.get("receipted_message_id"))
    if not named and esm_class & TYPE_BITS not in RECEIPT_TYPES:
        return None
    said = text.decode("utf-16-be" if data_coding == UCS_2 else "latin-1", "replace")
    provider_id = named or _found(_ID, "id", said)
    state = parameters.get("message_state")
    status = _STATES.get(state, "UNKNOWN") if isinstance(state, int) else _found(_STAT, "stat", said).upper()
    if not provider_id or not status or len(provider_id) > ID_CHARACTERS_MAX:
        return None
    return DeliveryReceipt(
        provider_id=provider_id,
        delivery=STATUSES.get(status, DeliveryState.UNDER_WAY),
        status=status,
        error=_found(_ERROR, "err", said),
        recipient=source_addr,
    )


def match_key(provider_id: str) -> str:
    """The id without what centres write now so and now otherwise: case, blanks, zeros in front."""
    bare = provider_id.strip().lower()
    return (bare.lstrip("0") or "0") if _HEXADECIMAL.fullmatch(bare) else bare


def match_keys(provider_id: str) -> tuple[str, ...]:
    """The keys under which the message of a receipt may be kept, the likeliest first: its id as it is, and the same
    number as hexadecimal or as decimal digits."""
    key = match_key(provider_id)
    others = []
    if _DECIMAL.fullmatch(key) and int(key).bit_length() <= _ID_BITS_MAX:
        others.append(f"{int(key):x}")
    if _HEXADECIMAL.fullmatch(key) and int(key, 16).bit_length() <= _ID_BITS_MAX:
        others.append(str(int(key, 16)))
    return tuple(dict.fromkeys((key, *others)))


def is_same_number(one: str, other: str) -> bool:
    """Whether two ways of writing a telephone number may mean the same: centres leave the country or its plus out."""
    digits = [re.sub("[^0-9]", "", number)[-8:] for number in (one, other)]
    return bool(digits[0]) and digits[0] == digits[1]


def _found(pattern: "re.Pattern[str]", name: str, text: str) -> str:
    found = pattern.search(text)
    return found[name] if found else ""


def _text(value: object) -> str:
    """An optional parameter of octets, which ends with a null octet."""
    if isinstance(value, bytes):
        return value.decode("latin-1").rstrip("\0").strip()
    return value.rstrip("\0").strip() if isinstance(value, str) else ""
