"""How a text becomes the octets of one or more SMS (3GPP TS 23.038 and 23.040). Pure.

smpplib can do it too, but cuts through escapes and emoji, writes § for `, and draws lots for the reference.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from shared.kernel.errors import Invalid

PARTS_MAX = 8
"""Eight Arabic parts are 536 characters: more than that is a letter."""

GSM_7, UCS_2 = 0, 8
"""Values of `data_coding` in SMPP."""

_GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE = "\x1b"
_GSM_OCTETS = {character: bytes([place]) for place, character in enumerate(_GSM) if character != _ESCAPE} | {
    character: bytes([_GSM.index(_ESCAPE), place])
    for character, place in zip("\f^{}\\[~]|€", b"\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65", strict=True)
}

# Octets in a message that stands alone, and in a part beside its six octets of header. In the GSM alphabet an octet
# here is a character of seven bits on the air.
_ALONE = {GSM_7: 160, UCS_2: 140}
_IN_PART = {GSM_7: 153, UCS_2: 134}


class SmsTooLong(Invalid):
    """The text would need more parts than we send."""

    code = "sms.too-long"


@dataclass(frozen=True)
class Parts:
    """What goes over the wire for one text."""

    coding: int
    bodies: tuple[bytes, ...]

    @property
    def has_header(self) -> bool:
        """Whether each body begins with the header that says which part of which message it is."""
        return len(self.bodies) > 1


def parts(text: str, *, message_id: str) -> Parts:
    """The text in the GSM alphabet if that has all its characters, otherwise in UCS-2, in as few parts as possible.

    The reference that ties parts together comes from the message's id: a second attempt repeats it, so a phone that
    got half of the first can still put the message together. `SmsTooLong` beyond `PARTS_MAX`.
    """
    coding = GSM_7 if all(character in _GSM_OCTETS for character in text) else UCS_2
    characters = [_GSM_OCTETS[one] if coding == GSM_7 else one.encode("utf-16-be", "replace") for one in text]
    whole = b"".join(characters)
    if len(whole) <= _ALONE[coding]:
        return Parts(coding, (whole,))
    cut = list(_cut(characters, octets_max=_IN_PART[coding]))
    if len(cut) > PARTS_MAX:
        raise SmsTooLong(parts=len(cut), parts_max=PARTS_MAX)
    reference = crc32(message_id.encode()) & 0xFF
    return Parts(coding, tuple(bytes([5, 0, 3, reference, len(cut), place]) + one for place, one in enumerate(cut, 1)))


def _cut(characters: list[bytes], *, octets_max: int) -> Iterator[bytes]:
    """Between characters only: an escape stays with what it escapes, and an emoji in one piece."""
    part = b""
    for character in characters:
        if len(part) + len(character) > octets_max:
            yield part
            part = b""
        part += character
    yield part
