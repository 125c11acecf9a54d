"""Identifiers: made at the edge from a clock and chance that are handed in, so that rules stay pure."""

from datetime import UTC, datetime
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""From when on ids count their milliseconds: none was made before."""


def uuid7(at: datetime, entropy: bytes) -> UUID:
    """A time-ordered id (RFC 9562, method 3): milliseconds, then the microseconds in them, then chance (ten bytes)."""
    milliseconds = int(at.timestamp()) * 1000 + at.microsecond // 1000
    value = (milliseconds << 80) | int.from_bytes(entropy[:10], "big")
    value = (value & ~(0xFFFF << 64)) | (0x7 << 76) | ((at.microsecond % 1000) << 64)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def first_id_at(at: datetime) -> str:
    """The smallest id that can be made at an instant: whatever was made before sorts before it."""
    return str(uuid7(max(at, EPOCH), bytes(10)))
