"""How a text becomes the octets of one or more SMS (3GPP TS 23.038 and 23.040). Pure.

smpplib can do it too, but cuts through escapes and emoji, writes § for `, and draws lots for the reference.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import combining, normalize
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


_WRITTEN_OTHERWISE = {
    **dict.fromkeys("\u00a0\u202f\u2007\u2009\u2002\u2003\u200a", " "),
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\u202a\u202b\u202c\ufeff", ""),
    "\u2026": "...",
    "\u2022": "-",
    "\u00b7": ".",
    "\u00d7": "x",
    "\u0153": "oe",
    "\u0152": "OE",
    "\u00b0": "o",
    "\u00ba": "o",
    "\u00aa": "a",
    "\u20a3": "F",
    "\u2116": "No",
    "`": "'",
    "\u00b4": "'",
    "\t": " ",
}
_QUOTED = re.compile("\u00ab[ \u00a0\u202f]*|[ \u00a0\u202f]*\u00bb")


def shortened(text: str) -> str:
    """The same text in the GSM alphabet, where it says the same there: no-break spaces, curly signs and accents that
    the alphabet lacks (it has é, è, à and ù, but no ç and no ê) make 70 letters an SMS out of 160.

    A text that has letters of another script stays as it is: it needs UCS-2 anyhow.
    """
    short = "".join(map(_short, _QUOTED.sub('"', normalize("NFC", text))))
    return short if all(character in _GSM_OCTETS for character in short) else text


def _short(character: str) -> str:
    if character in _GSM_OCTETS:
        return character
    if character in _WRITTEN_OTHERWISE:
        return _WRITTEN_OTHERWISE[character]
    bare = "".join(each for each in normalize("NFKD", character) if not combining(each))
    return bare if bare and all(each in _GSM_OCTETS for each in bare) else character


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
