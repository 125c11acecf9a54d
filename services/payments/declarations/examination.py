"""Reads a declaration's files as streams: finds their layout, has every line checked, gives the good lines on."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from services.payments.declarations.checks import Checker, encoded_otherwise, of_facts
from services.payments.declarations.facts import DeclarationFacts
from services.payments.declarations.findings import FileRole, Finding, Phrase, Severity, value
from services.payments.declarations.layouts.detection import SAMPLE_LINES_MAX, Detected, detect
from services.payments.declarations.layouts.encodings import other_encoding
from services.payments.declarations.layouts.layout import Layout
from services.payments.declarations.layouts.lines import LINE_LENGTH_MAX, lines
from services.payments.declarations.report import FINDINGS_MAX, Report
from services.payments.declarations.wages import WageLine

SAMPLE_BYTES = SAMPLE_LINES_MAX * LINE_LENGTH_MAX
NAME_SHOWN_MAX = 100
BLANK = b" \t\r\n\x0c\x1a\0"
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f]")
"""What no line has. Zero bytes behind the last one are of a program that fills its last block."""


@dataclass(frozen=True)
class Source:
    """A file as it was sent: its own name and its bytes, in chunks of any size."""

    name: str
    chunks: Iterable[bytes]


class Examination:
    """One reading of a declaration's files. Go through it to the end for the workers, then ask for the report.

    Workers come as they are read, before the report is known: nothing of them may be booked until it accepts the file.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        facts: DeclarationFacts,
        layouts: Sequence[Layout],
        findings_max: int = FINDINGS_MAX,
    ) -> None:
        self._sources = sources
        self._facts = facts
        self._layouts = layouts
        self._findings_max = findings_max
        self.layout: Layout | None = None
        self.report: Report | None = None
        self.is_refused = False
        """Whether an error was found already, so that the workers need not be stored."""
        self.file_names: dict[FileRole, str] = {}
        """What the sender called each of the files, once it is known which is which."""

    def __iter__(self) -> Iterator[WageLine]:
        heads, streams = [], []
        for source in self._sources:
            head, stream = _head(source.chunks)
            heads.append(head)
            streams.append(stream)
        samples = [[line.content for line in islice(lines([head]), SAMPLE_LINES_MAX)] for head in heads]
        detected = detect(samples, layouts=self._layouts)
        if detected is not None:
            self.file_names = dict(zip(detected.roles, (source.name for source in self._sources), strict=True))
        unreadable = _unreadable(self._sources, heads, detected, layouts=self._layouts)
        if detected is None or unreadable:
            self.report = _refusal(unreadable)
            return
        self.layout = detected.layout
        checker = Checker(detected.layout, facts=self._facts, findings_max=self._findings_max)
        for source, stream, role in zip(self._sources, streams, detected.roles, strict=True):
            checker.name(source.name, role=role)
            for line in lines(stream):
                worker = checker.feed(line, role=role)
                self.is_refused = checker.has_errors
                if worker is not None:
                    yield worker
        self.report = checker.finish()


@dataclass(frozen=True)
class Examined:
    """A reading that went to its end. The workers are all of them, or none where the report refuses the files."""

    report: Report
    layout: Layout | None
    workers: tuple[WageLine, ...]
    file_names: Mapping[FileRole, str] = field(default_factory=dict)


def examine(sources: Sequence[Source], *, facts: DeclarationFacts, layouts: Sequence[Layout]) -> Examined:
    """Read the files to their end. Memory is that of the workers, about a kilobyte each; of the files, a chunk."""
    reading = Examination(sources, facts=facts, layouts=layouts)
    workers: list[WageLine] = []
    for worker in reading:
        if reading.is_refused:
            workers.clear()
        else:
            workers.append(worker)
    if reading.report is None:
        raise AssertionError("a reading that ended has its report")
    kept = tuple(workers if reading.report.is_accepted else ())
    return Examined(reading.report, reading.layout, kept, reading.file_names)


def nothing(facts: DeclarationFacts, *, establishment: str) -> Examined:
    """What it comes to that an employer has nothing to declare: no file is read, so that only what the register and
    the calendar say can stand against it."""
    report = _refusal(
        tuple(
            Finding(
                severity=remark.severity,
                code=remark.code,
                file=FileRole.DETAIL,
                found=remark.found,
                expected=remark.expected,
            )
            for remark in of_facts(facts)
        )
    )
    return Examined(replace(report, establishment=establishment), None, ())


def _head(chunks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes of a stream, and the whole stream again."""
    rest = iter(chunks)
    head = b""
    for chunk in rest:
        head += chunk
        if len(head) >= SAMPLE_BYTES:
            break
    return head[:SAMPLE_BYTES], chain([head], rest)


def _unreadable(
    sources: Sequence[Source], heads: Sequence[bytes], detected: Detected | None, *, layouts: Sequence[Layout]
) -> tuple[Finding, ...]:
    """What is wrong with files of which no line can be read, each named."""
    roles = detected.roles if detected else (FileRole.DETAIL,) * len(heads)
    layout = detected.layout if detected else layouts[0]
    found = []
    for source, head, role in zip(sources, heads, roles, strict=True):
        name = value(source.name[:NAME_SHOWN_MAX])
        if not head.strip(BLANK):
            found.append(Finding(severity=Severity.ERROR, code="wage-file.empty", file=role, found=name))
        elif encoding := other_encoding(head):
            said = encoded_otherwise(encoding, layout=layout)
            wrong = Finding(
                severity=Severity.ERROR, code=said.code, file=role, found=said.found, expected=said.expected
            )
            found.append(wrong)
        elif b"\0" in head and _NO_TEXT.search(head.rstrip(BLANK)):
            found.append(Finding(severity=Severity.ERROR, code="wage-file.binary", file=role, found=name))
    if detected is None and not found:
        first = next(iter(lines([heads[0]])), None) if heads else None
        length = Phrase("characters", {"count": first.length if first else 0})
        found.append(
            Finding(severity=Severity.ERROR, code="wage-file.layout-unknown", file=FileRole.DETAIL, found=length)
        )
    return tuple(found)


def _refusal(findings: tuple[Finding, ...]) -> Report:
    return Report(
        findings=findings,
        errors=len(findings),
        warnings=0,
        lines=0,
        workers=0,
        wages_minor=0,
        by_part={},
        is_complement=False,
    )
