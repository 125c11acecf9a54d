"""The wage files that a fund reads, as data: fixed-width lines, one page of the folder `layouts` for each layout."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from shared.funds.faults import refuse

FIELD_NAMES = frozenset(
    {
        "activity",
        "address",
        "agency",
        "birth_on",
        "capped_wage",
        "category",
        "centre",
        "children",
        "city",
        "company",
        "control",
        "due_on",
        "duration",
        "employer",
        "end",
        "entered_on",
        "exploitation",
        "family_name",
        "family_net",
        "family_to_deduct",
        "family_to_pay",
        "family_to_return",
        "filler",
        "first_name",
        "full_name",
        "half_year",
        "insurance_number",
        "insurance_numbers",
        "issued_on",
        "left_on",
        "line_in_page",
        "month",
        "national_id",
        "number",
        "page",
        "postal_code",
        "quarter",
        "record",
        "remark",
        "short_name",
        "situation",
        "total",
        "transfer",
        "type",
        "unit",
        "wage",
        "workers",
        "year",
    }
)
"""What a field may be called: the checks read it by this name, and people are told its place under it."""
PART_NAMES = frozenset({"duration", "unit", "wage", "total"})
"""These may stand once for each part of the period: `wage_1`, `wage_2` and so on."""
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
    OPTIONAL_WORD = "optional-word"
    """The same, of which blanks and zeros are none."""
    CODE = "code"
    """A code of digits, of which all zeros is one too."""
    COUNT = "count"
    """A whole number: a year, a line's number, a duration."""
    AMOUNT = "amount"
    """Minor units of the fund's currency."""
    DAY = "day"
    """A date as ddmmyyyy."""
    YEAR_FIRST_DAY = "year-first-day"
    """A date as yyyymmdd."""
    BIRTH = "birth"
    """A date of birth as ddmmyyyy, with zeros for what is unknown."""
    LETTERS = "letters"
    """Text on the left, blanks on the right."""
    ONE_OF = "one-of"
    """One of a few capital letters."""
    CHOICE = "choice"
    """One of the `codes` of the field, with blanks on the right; blanks alone are one too where they are listed."""
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
    UPPER_NAME = "upper-name"
    """Capital letters without accents, digits, blanks and apostrophes: 38 characters."""


class FileEncoding(StrEnum):
    ASCII = "ascii"
    WINDOWS_1252 = "cp1252"


class Newline(StrEnum):
    LF = "lf"
    CRLF = "crlf"


@dataclass(frozen=True, kw_only=True)
class FieldCode:
    """A code of a field, and what it means for the line that it stands in. An empty one is that nothing stands
    there."""

    code: str
    rank: int
    """Its number, which counts in control sums."""
    is_unpaid: bool = False
    """Whether whoever is in this situation has neither work nor a wage in the period."""
    is_leaving: bool = False
    """Whether whoever is in this situation is not expected in the next period any more."""


class Persons(StrEnum):
    """Whom the lines of a kind are of, in a layout that answers a pre-filled file."""

    PREFILLED = "prefilled"
    """Those whom the fund's pre-filled file names: each of them, and nobody else."""
    ENTRANTS = "entrants"
    """Those whom it does not name."""


@dataclass(frozen=True, kw_only=True)
class LayoutField:
    """A stretch of a line. `name` is what the checks know it by (`FIELD_NAMES`; `wage_1` and so on in a file that tells
    the wages of its period part by part)."""

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
    count_max: int | None = None
    """Of a count: what is more is a mistake."""
    codes: tuple[FieldCode, ...] = ()
    """Of a choice: its codes."""
    sums: tuple[str, ...] = ()
    """Of a control sum: the fields of its line that it adds up, numbers as they are and codes by their rank."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        part = re.fullmatch("([a-z]+)_([1-9]|1[0-2])", self.name)
        if self.name not in FIELD_NAMES and not (part and part[1] in PART_NAMES):
            yield f"name {self.name} is none of {', '.join(sorted(FIELD_NAMES))}"
        if not 0 < self.length <= LINE_LENGTH_MAX:
            yield f"length is 1 to {LINE_LENGTH_MAX}"
        if (self.form is FieldForm.ONE_OF) != bool(self.letters):
            yield "letters belong to a one-of, which needs them"
        if (self.form is FieldForm.CHOICE) != bool(self.codes):
            yield "codes belong to a choice, which needs them"
        if wide := sorted(each.code for each in self.codes if len(each.code) > self.length):
            yield f"codes: {wide[0]} is longer than {self.length}"


@dataclass(frozen=True, kw_only=True)
class LineKind:
    """One kind of line. `signature` fits the first characters of a line that is meant to be of this kind."""

    signature: str
    fields: tuple[LayoutField, ...]
    record: str = ""
    """How such a line is named in its field `record`, and in the layout's `sequence`."""
    totals_of: tuple[str, ...] = ()
    """The records over whose lines the fields of this one are totals: each over the field of its own name, `workers`
    over the lines, `insurance_numbers` over the insurance numbers."""
    unit: str = ""
    """The letter of the unit of its durations, where no field says it."""
    persons: Persons | None = None
    """Whom such lines are of, where the layout answers a pre-filled file."""
    may_be_empty: bool = False
    """Whether a line with nothing in it says that there is no such line."""
    is_ordered: bool = False
    """Whether such lines stand in the order of their insurance numbers."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if unknown := {name for each in self.fields for name in each.sums} - self.names:
            yield f"sums names {', '.join(sorted(unknown))}, which is no field of the line"
        yield from _pattern_faults(self.signature, "signature")
        names = [each.name for each in self.fields]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            yield f"fields names {', '.join(twice)} twice"
        if not 0 < len(names) <= FIELDS_MAX:
            yield f"fields are 1 to {FIELDS_MAX}"
        if sum(each.length for each in self.fields) > LINE_LENGTH_MAX:
            yield f"a line is longer than {LINE_LENGTH_MAX} characters"

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(each.name for each in self.fields)


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
    `{month}` or `{half_year}`, and `{complement}`, the number of a complementary one. Where it is said, one of
    this layout can be typed instead of sent."""
    header_name: str = ""
    """The same of its header."""
    frame: tuple[LineKind, ...] = ()
    """Of a file of several kinds of lines: those that are no worker's."""
    sequence: tuple[str, ...] = ()
    """Of such a file: its records in their order, each once; with a `*` behind it as often as there is one, with a `+`
    at least once."""
    is_prefilled: bool = False
    """Whether it is written by the fund, for employers to answer."""
    is_complement: bool = False
    """Whether what is declared in it is always added to a declaration in force."""

    def __post_init__(self) -> None:
        refuse(self.faults())

    def faults(self, unread: Collection[str] = ()) -> Iterator[str]:
        """What does not fit together in the file."""
        if not {"detail", "frame", "sequence"} & set(unread):
            yield from self._sequence_faults()
        if not {"detail", "file_name", "detail_name", "header_name"} & set(unread):
            yield from self._name_faults()
        is_header_read = not {"header", "header_name"} & set(unread)
        if bool(self.header) != bool(self.header_name) and self.detail_name and is_header_read:
            yield "header_name belongs to a layout with a header, whose files' names are written"
        if "lines_max" not in unread and self.lines_max < 1:
            yield "lines_max is at least 1"
        if not self.detail and "detail" not in unread:
            yield "detail is empty: a worker needs a line"
        for kind in self.detail:
            missing = {"employer", "year", "insurance_number"} - kind.names
            if missing:
                yield f"detail has no field {', '.join(sorted(missing))}"
            if not kind.names & {"family_name", "full_name"}:
                yield "detail has neither family_name nor full_name"
            if not kind.names & {"wage", "wage_1"} and not self.is_prefilled:
                yield "detail has neither wage nor wage_1"
            if "line_in_page" in kind.names and not self.lines_per_page and "lines_per_page" not in unread:
                yield "detail numbers lines by page, but lines_per_page is not said"

    def _sequence_faults(self) -> Iterator[str]:
        """The records of the sequence are those of the lines, and totals are over lines of workers."""
        records = [kind.record for kind in (*self.detail, *self.frame)] if self.sequence or self.frame else []
        named = [each.rstrip("*+") for each in self.sequence]
        if sorted(records) != sorted(named) or len(set(named)) != len(named):
            yield "sequence names each record of detail and frame once"
        details = {kind.record for kind in self.detail}
        for kind in self.frame:
            if strange := sorted(set(kind.totals_of) - details):
                yield f"totals_of names {strange[0]}, which is no record of detail"

    def _name_faults(self) -> Iterator[str]:
        """What file_name reads is a file's name as it is written, and says whose it is and of when."""
        if no_pattern := list(_pattern_faults(self.file_name, "file_name")):
            yield from no_pattern
            return
        for place, name in (("detail_name", self.detail_name), ("header_name", self.header_name)):
            example = self._example(name)
            if example is None:
                yield f"the name {name} may say {', '.join(sorted(NAME_PARTS))}"
            elif name and re.fullmatch(self.file_name, example, re.IGNORECASE) is None:
                yield f"{place} {name} is not what file_name reads"
        if missing := {"employer", "year"} - set(re.compile(self.file_name).groupindex):
            yield f"file_name has no group {', '.join(sorted(missing))}"

    def _example(self, name: str) -> str | None:
        """A name as it would be written, of an employer whose number fills its field; None where it cannot be."""
        lengths = [each.length for kind in self.detail for each in kind.fields if each.name == "employer"]
        try:
            return name.format_map({**NAME_PARTS, "employer": "1".zfill(max(lengths, default=1))})
        except (KeyError, ValueError, IndexError):
            return None


NAME_PARTS = {
    "employer": "0000000001",
    "establishment": "0000",
    "year": 2026,
    "quarter": 1,
    "month": 1,
    "half_year": 1,
    "complement": 1,
}
"""What a written name may say, each as it may look."""


def _pattern_faults(pattern: str, place: str) -> Iterator[str]:
    try:
        re.compile(pattern)
    except re.error as fault:
        yield f"{place} is not a regular expression: {fault}"
