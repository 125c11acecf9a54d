"""The wage files that a fund reads, as data: fixed-width lines, one page of the folder `layouts` for each layout."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

FIELD_NAMES = frozenset(
    {
        "address",
        "birth_on",
        "centre",
        "duration",
        "employer",
        "end",
        "entered_on",
        "exploitation",
        "family_name",
        "filler",
        "first_name",
        "full_name",
        "half_year",
        "insurance_number",
        "left_on",
        "line_in_page",
        "month",
        "national_id",
        "number",
        "page",
        "quarter",
        "remark",
        "short_name",
        "total",
        "type",
        "unit",
        "wage",
        "workers",
        "year",
    }
)
"""What a field may be called: the checks read it by this name, and people are told its place under it."""
PART_NAMES = frozenset({"duration", "unit", "wage", "total"})
"""These may stand once for each part of a year: `wage_1`, `wage_2` and so on."""
FIELDS_MAX = 200
LINE_LENGTH_MAX = 1_000


class FieldForm(StrEnum):
    """How a field is written."""

    DIGITS = "digits"
    """A number that is a name: every digit counts, the zeros on the left too."""
    OPTIONAL_DIGITS = "optional-digits"
    """The same, of which zeros and blanks are none."""
    WORD = "word"
    """Letters and digits that are a name, with blanks on the right."""
    CODE = "code"
    """A code of digits, of which all zeros is one too."""
    COUNT = "count"
    """A whole number: a year, a line's number, a duration."""
    AMOUNT = "amount"
    """Minor units of the fund's currency."""
    DAY = "day"
    """A date as ddmmyyyy."""
    BIRTH = "birth"
    """A date of birth as ddmmyyyy, with zeros for what is unknown."""
    LETTERS = "letters"
    """Text on the left, blanks on the right."""
    ONE_OF = "one-of"
    """One of a few capital letters."""
    FILLER = "filler"
    """Characters that mean nothing."""


class Pad(StrEnum):
    ZEROS = "zeros"
    BLANKS = "blanks"


class Characters(StrEnum):
    """The characters that a text may hold."""

    ASCII_NAME = "ascii-name"
    LATIN_NAME = "latin-name"
    PRINTABLE_ASCII = "printable-ascii"
    PRINTABLE_LATIN = "printable-latin"


class FileEncoding(StrEnum):
    ASCII = "ascii"
    WINDOWS_1252 = "cp1252"


class Newline(StrEnum):
    LF = "lf"
    CRLF = "crlf"


@dataclass(frozen=True, kw_only=True)
class LayoutField:
    """A stretch of a line. `name` is what the checks know it by (`FIELD_NAMES`; `wage_1` and so on in a file that tells
    the wages of a year part by part)."""

    name: str
    length: int
    form: FieldForm
    pad: Pad | None = None
    """What fills the field where its value is shorter, or absent. Zeros, and blanks in a filler, unless said."""
    characters: Characters = Characters.ASCII_NAME
    letters: str = ""
    """Of a `one-of`: the letters; a blank among them says that nothing may stand there."""
    minor_max: int | None = None
    """Of an amount: what is more is a mistake."""
    narrow: int = 0
    """Of an amount padded with blanks: the width in which it is written on the right, what follows staying blank."""

    def __post_init__(self) -> None:
        part = re.fullmatch("([a-z]+)_([1-9]|1[0-2])", self.name)
        if self.name not in FIELD_NAMES and not (part and part[1] in PART_NAMES):
            raise ValueError(f"name {self.name} is none of {', '.join(sorted(FIELD_NAMES))}")
        if not 0 < self.length <= LINE_LENGTH_MAX:
            raise ValueError(f"length is 1 to {LINE_LENGTH_MAX}")
        if (self.form is FieldForm.ONE_OF) != bool(self.letters):
            raise ValueError("letters belong to a one-of, which needs them")


@dataclass(frozen=True, kw_only=True)
class LineKind:
    """One kind of line. `signature` fits the first characters of a line that is meant to be of this kind."""

    signature: str
    fields: tuple[LayoutField, ...]

    def __post_init__(self) -> None:
        _compiled(self.signature, "signature")
        names = [field.name for field in self.fields]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"fields names {', '.join(twice)} twice")
        if not 0 < len(names) <= FIELDS_MAX:
            raise ValueError(f"fields are 1 to {FIELDS_MAX}")
        if sum(field.length for field in self.fields) > LINE_LENGTH_MAX:
            raise ValueError(f"a line is longer than {LINE_LENGTH_MAX} characters")

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(field.name for field in self.fields)


@dataclass(frozen=True, kw_only=True)
class FileLayout:
    """A layout of wage files: one file of details, or two with a header. The first kind of line that signs is meant."""

    version: str
    source: str
    """Where the table comes from, and how sure that is."""
    encoding: FileEncoding
    newline: Newline
    ends_with_newline: bool
    file_name: str
    """What a file's own name says: groups `employer`, `year`, and `quarter` (`month`, `half_year`), `establishment`
    where it says them."""
    lines_max: int
    """As many lines as the field of the line's number can count."""
    detail: tuple[LineKind, ...]
    header: tuple[LineKind, ...] = ()
    lines_per_page: int | None = None
    """Where lines are numbered by page: how many a page has."""
    detail_name: str = ""
    """How the name of a file of details is written, of `{employer}`, `{establishment}`, `{year}` and `{quarter}`,
    `{month}` or `{half_year}`. Where it is said, a declaration of this layout can be typed instead of sent."""
    header_name: str = ""
    """The same of its header."""

    def __post_init__(self) -> None:
        groups = _compiled(self.file_name, "file_name").groupindex
        for place, name in (("detail_name", self.detail_name), ("header_name", self.header_name)):
            if name and re.fullmatch(self.file_name, self._example(name), re.IGNORECASE) is None:
                raise ValueError(f"{place} {name} is not what file_name reads")
        if bool(self.header) != bool(self.header_name) and self.detail_name:
            raise ValueError("header_name belongs to a layout with a header, whose files' names are written")
        if missing := {"employer", "year"} - set(groups):
            raise ValueError(f"file_name has no group {', '.join(sorted(missing))}")
        if not self.detail:
            raise ValueError("detail is empty: a worker needs a line")
        for kind in self.detail:
            missing = {"employer", "year", "insurance_number"} - kind.names
            if missing:
                raise ValueError(f"detail has no field {', '.join(sorted(missing))}")
            if not kind.names & {"family_name", "full_name"}:
                raise ValueError("detail has neither family_name nor full_name")
            if not kind.names & {"wage", "wage_1"}:
                raise ValueError("detail has neither wage nor wage_1")
            if "line_in_page" in kind.names and not self.lines_per_page:
                raise ValueError("detail numbers lines by page, but lines_per_page is not said")

    def _example(self, name: str) -> str:
        """A name as it would be written, of an employer whose number fills its field."""
        lengths = [field.length for kind in self.detail for field in kind.fields if field.name == "employer"]
        try:
            return name.format_map({**NAME_PARTS, "employer": "1".zfill(max(lengths, default=1))})
        except (KeyError, ValueError, IndexError) as fault:
            raise ValueError(f"the name {name} may say {', '.join(sorted(NAME_PARTS))}") from fault


NAME_PARTS = {
    "employer": "0000000001",
    "establishment": "0000",
    "year": 2026,
    "quarter": 1,
    "month": 1,
    "half_year": 1,
}
"""What a written name may say, each as it may look."""


def _compiled(pattern: str, place: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as fault:
        raise ValueError(f"{place} is not a regular expression: {fault}") from fault
