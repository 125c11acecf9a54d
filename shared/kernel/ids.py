"""Identifiers: made at the edge from a clock and chance that are handed in, so that rules stay pure."""

from datetime import datetime
from uuid import UUID


def uuid7(at: datetime, chance: bytes) -> UUID:
    """A time-ordered id (RFC 9562): 48 bits of milliseconds and 74 bits of the ten chance bytes given."""
    milliseconds = int(at.timestamp() * 1000)
    value = (milliseconds << 80) | int.from_bytes(chance[:10], "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)
