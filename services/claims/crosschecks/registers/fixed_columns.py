"""Lines of fixed columns, as registers exchange them by night: a table says what stands where. Pure.

The tables stand in `layouts/`: another register of this kind is another table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from shared.kernel import yaml_text
from shared.kernel.errors import Invalid

LAYOUTS = Path(__file__).parent / "layouts"


class AnswersIncomplete(Invalid):
    """The last line is missing or counts other lines than there are: the file is not all there, or not yet."""

    code = "register.answers-incomplete"


class ColumnTooNarrow(Invalid):
    """A value has more characters than its column."""

    code = "register.column-too-narrow"


class ColumnKind(StrEnum):
    TEXT = "text"
    """On the left, filled with blanks."""
    NUMBER = "number"
    """Digits, on the right, filled with zeros."""
    DATE = "date"
    """Year, month, day in eight digits."""


class Column(msgspec.Struct, frozen=True):
    """A stretch of a line. With `value` it is always the same."""

    name: str
    width: int
    kind: ColumnKind = ColumnKind.TEXT
    value: str = ""

    def write(self, value: object) -> str:
        """The stretch with a value in it. Raises `ColumnTooNarrow`: nothing is cut off."""
        if isinstance(value, date):
            text = value.strftime("%Y%m%d")
        elif self.kind is ColumnKind.NUMBER:
            text = str(value or 0).rjust(self.width, "0")
        else:
            text = str(value or "").ljust(self.width)
        if len(text) != self.width or not text.isprintable():
            raise ColumnTooNarrow
        return text


@dataclass(frozen=True)
class ReadLine:
    """A line that was read: which record it is, and its columns as text."""

    record: str
    values: Mapping[str, str]


class ColumnLayout(msgspec.Struct, frozen=True):
    """A layout: the records of files of questions and of files of answers, and what the register's own words mean."""

    name: str
    source: str
    encoding: str
    newline: str
    questions: dict[str, tuple[Column, ...]]
    answers: dict[str, tuple[Column, ...]]
    words: dict[str, str]

    def __post_init__(self) -> None:
        for records in (self.questions, self.answers):
            widths = {sum(column.width for column in columns) for columns in records.values()}
            if len(widths) != 1 or not all(columns[0].value for columns in records.values()):
                raise ValueError(f"{self.name}: all records are equally wide and begin with their code")

    def write(self, record: str, values: Mapping[str, object]) -> str:
        """One line of a file of questions."""
        return "".join(each.write(each.value or values.get(each.name)) for each in self.questions[record])

    def file(self, lines: Iterable[str]) -> bytes:
        """A whole file, each line ended. Raises UnicodeEncodeError for what the encoding does not have."""
        return "".join(line + self.newline for line in lines).encode(self.encoding)

    def read(self, body: bytes) -> tuple[list[ReadLine], int]:
        """The answers in a file, and how many of its lines are none. Raises `AnswersIncomplete`."""
        lines: list[ReadLine] = []
        wrong = 0
        for text in body.decode(self.encoding, errors="replace").splitlines():
            if not text.strip():
                continue
            found = self._line(text)
            if found is None:
                wrong += 1
            else:
                lines.append(found)
        answers = [line for line in lines if line.record == "answer"]
        count = lines[-1].values.get("count", "") if lines and lines[-1].record == "trailer" else ""
        if not (count.isascii() and count.isdigit() and int(count) == len(answers) + wrong):
            raise AnswersIncomplete
        return answers, wrong

    def _line(self, text: str) -> ReadLine | None:
        for record, columns in self.answers.items():
            width = sum(column.width for column in columns)
            if text.startswith(columns[0].value) and not text[width:].strip():
                values, at = {}, 0
                for column in columns:
                    values[column.name] = text[at : at + column.width].strip()
                    at += column.width
                return ReadLine(record, values)
        return None


def day(text: str) -> date:
    """The day of a column of dates. Raises ValueError."""
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007  a day


@cache
def layout(name: str) -> ColumnLayout:
    """The layout of a name. ValueError where there is none, or it does not add up."""
    path = LAYOUTS / f"{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(each.stem for each in LAYOUTS.glob("*.yaml")))
        raise ValueError(f"no layout {name}; there are {known}")
    try:
        return msgspec.convert({"name": name, **yaml_text.parse(path.read_text(encoding="utf-8"))}, ColumnLayout)
    except msgspec.ValidationError as wrong:
        raise ValueError(f"{path.name}: {wrong}") from wrong
