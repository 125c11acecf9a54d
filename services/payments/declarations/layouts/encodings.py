"""Detects in which encoding a file was saved if it is not the layout's: people must know what to change."""

import codecs
import re

UTF_8, UTF_16, ARABIC = "UTF-8", "UTF-16", "Windows-1256"

_BOMS = ((codecs.BOM_UTF8, UTF_8), (codecs.BOM_UTF16_LE, UTF_16), (codecs.BOM_UTF16_BE, UTF_16))
_ARABIC_LETTER = rb"[\xc0-\xdf\xe1\xe3-\xe6\xec\xed\x81\x8d\x8e\x90]"
"""Letters of Windows-1256 in the places where Windows-1252 has letters with accents, mostly capitals."""

_ARABIC_RUN = re.compile(_ARABIC_LETTER + rb"{3}")
"""No name in Latin letters has three letters with accents in a row."""

_BEYOND_ASCII = bytes(range(0xC0, 0x100))

NULS_SHARE_MIN, NULS_SHARE_MAX = 0.8, 0.1
"""Of text in UTF-16 nearly every other byte is zero, and of those between hardly any."""


def other_encoding(head: bytes) -> str | None:
    """The name of the encoding of a file that begins like this, or None where it may be one of a layout."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    nuls = sorted(head[at::2].count(0) / max(1, len(head) // 2) for at in (0, 1))
    if nuls[1] >= NULS_SHARE_MIN and nuls[0] <= NULS_SHARE_MAX:
        return UTF_16
    if head.isascii():
        return None
    if is_utf_8(head):
        return UTF_8
    return ARABIC if is_arabic(head) else None


def is_utf_8(text: bytes) -> bool:
    """Whether bytes that are not all ASCII are UTF-8; the last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(text)
    except UnicodeDecodeError:
        return False
    return not text.isascii()


def is_arabic(text: bytes) -> bool:
    """Whether bytes that are read as Windows-1252 are Arabic in Windows-1256."""
    return _ARABIC_RUN.search(text) is not None


def is_without_latin(text: bytes) -> bool:
    """Whether a name is of letters beyond ASCII only: a short word of Arabic, read as Windows-1252."""
    return len(text.strip(b" ")) > 1 and not text.translate(None, b" '-.").translate(None, _BEYOND_ASCII)
