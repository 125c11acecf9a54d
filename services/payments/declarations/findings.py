"""What a check has to say about a file: where, what was found, what was expected. No personal value stands in it.

Findings are kept, shown and logged, so what a person's name, number, wage or birth date is described in a phrase ("11
digits", "a letter at 3"), never by showing it. Sentences in the reader's language stand in `texts.yaml`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from shared.funds.period import PeriodKind


class Severity(StrEnum):
    ERROR = "error"
    """The file is refused."""
    CONFIRM = "confirm"
    """The employer has to confirm it before the file is accepted."""
    WARNING = "warning"
    """Worth a look; the file is accepted all the same."""


RANKS = {Severity.ERROR: 0, Severity.CONFIRM: 1, Severity.WARNING: 2}
"""What is listed first where there is no room for all."""


class FileRole(StrEnum):
    """Which of a declaration's files. A layout of one file has a detail only."""

    HEADER = "header"
    DETAIL = "detail"


@dataclass(frozen=True)
class Phrase:
    """A few words by their code in `texts.yaml`, under `phrase.`, with their parameters."""

    code: str
    parameters: Mapping[str, str | int] = field(default_factory=dict)


def value(shown: str | int) -> Phrase:
    """Something that may be shown as it is: an employer's number, a year, a total."""
    return Phrase("value", {"value": shown})


def day(shown: date) -> Phrase:
    """A day that may be shown."""
    return Phrase("day", {"day": shown.isoformat()})


NOTHING = Phrase("nothing")


@dataclass(frozen=True)
class Remark:
    """What is wrong, without its place."""

    code: str
    field: str = ""
    found: Phrase = NOTHING
    expected: Phrase = NOTHING
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A finding at one place. `line` and `column` count from 1; 0 means the file or the line as a whole. `file_name` is
    what the sender called the file, empty where no file of that role was sent."""

    severity: Severity
    code: str
    file: FileRole
    line: int = 0
    column: int = 0
    field: str = ""
    found: Phrase = NOTHING
    expected: Phrase = NOTHING
    file_name: str = ""
    parts: PeriodKind = PeriodKind.QUARTER
    """Of what the number of its field is; of a quarter in what earlier releases kept."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """A finding's texts in one language."""

    field: str
    found: str
    expected: str
    hint: str


def in_words(finding: Finding, *, translate: Callable[[str, Mapping[str, str | int]], str]) -> Words:
    """A finding in the reader's language. `translate` gives the sentence of a code, with its parameters put in."""
    place = {"line": finding.line, "column": finding.column}
    return Words(
        field=field_in_words(finding.field, translate, parts=finding.parts),
        found=translate(_code_of(finding.found), finding.found.parameters),
        expected=translate(_code_of(finding.expected), finding.expected.parameters),
        hint=translate(finding.code, place),
    )


def _code_of(phrase: Phrase) -> str:
    """The code of a phrase's text. Earlier releases kept a valid day of any date under the code of a certain one."""
    is_any_day = phrase.code == "day" and not phrase.parameters
    return f"wage-file.phrase.{'valid-day' if is_any_day else phrase.code}"


def field_in_words(field: str, translate: Callable[[str, Mapping[str, str | int]], str], *, parts: PeriodKind) -> str:
    """A field's name in the reader's language; empty for none. Its number is that of one of the year's `parts`."""
    if not field:
        return ""
    name, _, number = field.rpartition("_")
    if number.isdigit():
        return translate(f"wage-file.field.{name}-of-{parts}", {"number": number})
    return translate(f"wage-file.field.{field.replace('_', '-')}", {})


@dataclass(frozen=True, kw_only=True)
class FindingKind:
    """What is the same in several findings, and how many they are: what is wrong, and how much that matters."""

    code: str
    severity: Severity
    count: int
    example: Finding
    """The first of them: what it says to do is said of all."""


def kinds(findings: Iterable[Finding]) -> list[FindingKind]:
    """The kinds of findings, the gravest first, of these the most frequent first."""
    by_kind: dict[tuple[Severity, str], list[Finding]] = {}
    for each in findings:
        by_kind.setdefault((each.severity, each.code), []).append(each)
    found = [
        FindingKind(code=code, severity=severity, count=len(each), example=each[0])
        for (severity, code), each in by_kind.items()
    ]
    return sorted(found, key=lambda kind: (RANKS[kind.severity], -kind.count, kind.code))
