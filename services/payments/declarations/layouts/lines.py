"""Cuts a stream of bytes into lines, whatever it holds: a gigabyte without a line's end costs no more memory.

What programs and editors leave around the lines of a good file is passed over here, for every layout: the end of file
of DOS (0x1A), form feeds, zero bytes, lines with nothing in them, and whichever end of line. Blanks that an editor took
off the end of a line are the business of its kind (`layout.RecordKind.trimmed_length`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LINE_LENGTH_MAX = 1024
"""No layout comes near; of a longer line only the beginning is kept, and its whole length is counted."""

_AROUND = b"\x1a\x0c\0"
"""What stands around lines and means nothing: the end of file of DOS, the form feed between printed pages, and the zero
bytes that fill a last block."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line without its end. `length` is its whole length in bytes, of which `content` may be the beginning only.

    `number` counts every line from 1, those that are passed over too, as an editor does.
    """

    number: int
    content: bytes
    length: int


def lines(chunks: Iterable[bytes]) -> Iterator[FileLine]:
    """The lines of a file given in chunks of any size, ended by LF, CRLF or CR; the last one need not be ended. Lines
    with nothing in them are counted and left out."""
    number, kept, length, is_after_cr = 1, b"", 0, False
    for chunk in chunks:
        # The second half of a CRLF that two chunks share ends nothing.
        whole = chunk[1:] if is_after_cr and chunk[:1] == b"\n" else chunk
        is_after_cr = chunk[-1:] == b"\r" if chunk else is_after_cr
        *ended, rest = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for piece in ended:
            if line := _line(number, kept + piece, length + len(piece)):
                yield line
            number, kept, length = number + 1, b"", 0
        length += len(rest)
        kept = (kept + rest[: LINE_LENGTH_MAX + 1])[: LINE_LENGTH_MAX + 1]
    if line := _line(number, kept, length):
        yield line


def _line(number: int, content: bytes, length: int) -> FileLine | None:
    if length > LINE_LENGTH_MAX:
        return FileLine(number, content[:LINE_LENGTH_MAX], length)
    bare = content.strip(_AROUND)
    return FileLine(number, bare, len(bare)) if bare and not bare.isspace() else None
