"""An event on the wire: CloudEvents 1.0, Kafka binary mode. The body is the record's value, all else its headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.events import catalogue
from shared.kernel.errors import Invalid

Headers = list[tuple[str, bytes]]


_PARSERS = frozenset(["ce_id", "ce_type", "ce_fund", "ce_partitionkey", "ce_sequence", "traceparent"])


class EnvelopeMalformed(Invalid):
    """The record is not an event of this platform and cannot be handled."""

    code = "event.envelope-broken"


class EventTypeUnknown(Invalid):
    """No event of this type and version is declared here."""

    code = "event.type-unknown"


class EventBodyMalformed(Invalid):
    """The body does not fit the declared event."""

    code = "event.body-broken"


@dataclass(frozen=True)
class Envelope:
    """The headers of an event. `sequence` is the version of the thing that the event is about."""

    event_id: str
    type_name: str
    version: int
    fund_id: str
    key: str
    sequence: int
    traceparent: str


def headers(stored: Mapping[str, Any]) -> Headers:
    """The headers of an event as the outbox stores it."""
    values = {
        "ce_specversion": "1.0",
        "ce_id": stored["id"],
        "ce_type": f"{stored['type']}.v{stored['version']}",
        "ce_source": f"/{stored['topic']}",
        "ce_time": stored["at"].isoformat(),
        "ce_partitionkey": stored["key"],
        "ce_fund": stored["fund"],
        "ce_sequence": str(stored["sequence"]),
        "traceparent": stored["traceparent"],
        "content-type": "application/json",
    }
    return [(name, value.encode()) for name, value in values.items() if value]


def parsed(received: Sequence[tuple[str, bytes]]) -> Envelope:
    """The envelope of a record; raises `EnvelopeMalformed`. If a header is repeated, the first counts."""
    values = {name: value.decode("utf-8", "replace") for name, value in reversed(received) if name in _PARSERS}
    type_name, _, version = values.get("ce_type", "").rpartition(".v")
    needed = (values.get("ce_id"), type_name, values.get("ce_fund"), values.get("ce_partitionkey"))
    sequence = values.get("ce_sequence") or "0"
    if not (all(needed) and _is_count(version) and _is_count(sequence)):
        raise EnvelopeMalformed
    return Envelope(
        event_id=values["ce_id"],
        type_name=type_name,
        version=int(version),
        fund_id=values["ce_fund"],
        key=values["ce_partitionkey"],
        sequence=int(sequence),
        traceparent=values.get("traceparent", ""),
    )


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def event(envelope: Envelope, body: bytes | None) -> Any:
    """The event itself, or the error in it."""
    try:
        return catalogue.decode(envelope.type_name, envelope.version, body or b"")
    except LookupError as unknown:
        raise EventTypeUnknown(type=envelope.type_name[:80], version=envelope.version) from unknown
    except (ValueError, RecursionError) as broken:
        raise EventBodyMalformed(type=envelope.type_name[:80]) from broken
