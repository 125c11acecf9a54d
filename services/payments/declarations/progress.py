"""How far the check of a wage file has come, for whoever waits for it; what it found is not known before its end.
Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CheckStep(StrEnum):
    """What the check does. Each has a sentence under `declaration.progress.<step>`."""

    READING = "reading"
    SAVING = "saving"
    """Every line is read and none stands against booking it: the workers are kept."""


@dataclass(frozen=True, kw_only=True)
class CheckProgress:
    """So many lines, or workers, of so many. `received_at` is that of the receipt that is checked: files that are sent
    once more are checked once more."""

    declaration_id: str
    received_at: datetime
    step: CheckStep
    done: int
    of: int
    at: datetime
    version: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.done <= self.of:
            raise ValueError("what is done is a part of the whole")


class LineCount:
    """Counts the lines of files as their bytes are read. How many there are is computed from the first line of each: in
    a file of fixed columns all are as long."""

    def __init__(self, *, bytes_in_all: int, note: Callable[[int, int], None]) -> None:
        self._bytes_in_all = bytes_in_all
        self._note = note
        self._bytes_read = 0
        self._line_bytes = 0

    def counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks; before each but the first of all it is noted how many lines were read."""
        for chunk in chunks:
            if self._bytes_read:
                self._note(self._lines(self._bytes_read), self._lines(self._bytes_in_all))
            if not self._line_bytes:
                self._line_bytes = chunk.find(b"\n") + 1 or len(chunk)
            yield chunk
            self._bytes_read = min(self._bytes_read + len(chunk), self._bytes_in_all)

    def _lines(self, size: int) -> int:
        return -(-size // self._line_bytes)
