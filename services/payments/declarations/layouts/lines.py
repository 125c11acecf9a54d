"""Cuts a stream of bytes into lines, whatever it holds: a gigabyte without a line's end costs no more memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LINE_LENGTH_MAX = 1024
"""No layout comes near; of a longer line only the beginning is kept, and its whole length is counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end. `length` is its whole length, of which `content` may be the beginning only."""

    number: int
    content: bytes
    length: int


def lines(chunks: Iterable[bytes]) -> Iterator[Line]:
    """The lines of a file given in chunks of any size, ended by LF or CRLF; the last one need not be ended."""
    number, kept, length = 1, b"", 0
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            yield _line(number, kept + piece, length + len(piece))
            number, kept, length = number + 1, b"", 0
        length += len(rest)
        kept = (kept + rest[: LINE_LENGTH_MAX + 1])[: LINE_LENGTH_MAX + 1]
    if length:
        yield _line(number, kept, length)


def _line(number: int, content: bytes, length: int) -> Line:
    if len(content) == length and content.endswith(b"\r"):
        return Line(number, content[:-1], length - 1)
    return Line(number, content[:LINE_LENGTH_MAX], length)
