"""The files of fixed columns in which a fund's own register of persons and employers may come, as data: one page of the
folder `register-layouts` for each. Without one they come as CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from shared.funds.faults import refuse

LINE_LENGTH_MAX = 4_000


class RegisterEncoding(StrEnum):
    UTF_8 = "utf-8"
    WINDOWS_1252 = "cp1252"
    WINDOWS_1256 = "cp1256"


@dataclass(frozen=True, kw_only=True)
class RegisterColumn:
    """A stretch of a line, by the name that it has as a column of the CSV file. What stands in it is written as there;
    blanks around it mean nothing."""

    name: str
    start: int
    """Where it begins; the first character of a line is 1."""
    width: int

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if self.start < 1 or self.width < 1 or self.end > LINE_LENGTH_MAX:
            yield f"{self.name} lies outside of 1 to {LINE_LENGTH_MAX}"

    @property
    def end(self) -> int:
        """The place of its last character."""
        return self.start + self.width - 1


@dataclass(frozen=True, kw_only=True)
class RegisterLayout:
    """A layout of register files: no header, one line for each person or employer. What lies between its columns is
    passed over."""

    source: str
    """Where the table comes from, and how sure that is."""
    encoding: RegisterEncoding
    columns: tuple[RegisterColumn, ...]

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not self.columns:
            yield "columns is empty"
        names = [each.name for each in self.columns]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            yield f"columns names {', '.join(twice)} twice"
        in_order = sorted(self.columns, key=lambda each: each.start)
        for column, following in pairwise(in_order):
            if following.start <= column.end:
                yield f"columns: {following.name} begins within {column.name}"

    @property
    def length(self) -> int:
        """How long a line is at most, beside blanks."""
        return max(each.end for each in self.columns)
