"""Every check of a wage file: what is said, where, and what is never shown."""

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.payments.declarations import plausibility
from services.payments.declarations.examination import Examination
from services.payments.declarations.facts import DeclarationFacts, EmployerStanding
from services.payments.declarations.findings import FileRole, Finding, Phrase, Severity, in_words, value
from services.payments.declarations.report import Report
from services.payments.declarations.wages import PeriodWage, Unit, WageLine
from shared.funds.declarations import CheckSeverity
from shared.funds.fund import Fund
from shared.funds.layouts import FIELD_NAMES, PART_NAMES
from shared.funds.period import Period
from shared.kernel.partial_date import partial_date
from shared.languages.texts import Texts, read
from tests.payments.declarations.builders import (
    DZ_EMPLOYER,
    FUNDS,
    LAYOUTS,
    TN_EMPLOYER,
    Files,
    Worker,
    das_a,
    das_b,
    examined,
    facts,
    tn_122,
    workers,
)

ROOT = Path(__file__).parents[3]
HEADER = f"D2025E{DZ_EMPLOYER}.TXT"
DETAIL = f"D2025S{DZ_EMPLOYER}.TXT"
TN_FILE = f"DS{TN_EMPLOYER}0000.12026.txt"


def patched(files: Files, name: str, *, line: int, column: int, put: bytes) -> Files:
    """The same files with other bytes at one place; line and column count from 1."""
    content = files.by_name[name]
    newline = b"\r\n" if b"\r\n" in content else b"\n"
    found = content.split(newline)
    at = column - 1
    found[line - 1] = found[line - 1][:at] + put + found[line - 1][at + len(put) :]
    return files.having(name, newline.join(found))


Build = Callable[[], Files]


# --- What is accepted -------------------------------------------------------------------------------------------------

ACCEPTED: dict[str, tuple[Files, DeclarationFacts]] = {
    "das-b": (das_b(), facts()),
    "das-a": (das_a(), facts()),
    "tn-122": (tn_122(), facts("tn-cnss")),
    "tn-122 of three pages": (tn_122(workers(30)), facts("tn-cnss")),
    "a complement": (das_b(header={"type": "C"}), facts()),
    "days": (das_b(unit="J", duration=78), facts()),
    "the right control totals": (tn_122(), facts("tn-cnss", control_workers=2, control_wages_minor=6_300_000)),
    "accents": (das_b([Worker(1, {"family_name": "BÉJAÏA", "first_name": "Zoé"})]), facts()),
}


@pytest.mark.parametrize(("files", "given"), ACCEPTED.values(), ids=ACCEPTED)
def test_a_right_declaration_is_accepted_without_a_word(files: Files, given: DeclarationFacts) -> None:
    report, people = examined(files, given)

    assert report.findings == ()
    assert report.is_accepted
    assert report.workers == len(people)
    assert report.wages_minor == sum(wage.wage_minor for person in people for wage in person.wages)


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
def test_lf_or_crlf_and_the_last_line_ended_or_not_are_all_the_same(size: int) -> None:
    expected = examined(das_b(), facts())
    ended = das_b().by_name[DETAIL]

    for content in (
        ended,
        ended.rstrip(b"\r\n"),
        ended.replace(b"\r\n", b"\n"),
        ended.replace(b"\r\n", b"\n").rstrip(b"\n"),
    ):
        assert examined(das_b().having(DETAIL, content), facts(), chunk=size) == expected


AROUND: dict[str, Callable[[bytes], bytes]] = {
    "end of file of DOS": lambda content: content + b"\x1a",
    "many of them": lambda content: content.rstrip(b"\r\n") + b"\x1a" * 70,
    "zero bytes that fill a block": lambda content: content + b"\0" * 200,
    "one more line end": lambda content: content + b"\r\n",
    "blank lines": lambda content: b"\r\n" + content + b"\r\n  \r\n\t\r\n",
    "blanks taken off": lambda content: b"\r\n".join(line.rstrip() for line in content.splitlines()),
    "LF only": lambda content: content.replace(b"\r\n", b"\n"),
    "CR only": lambda content: content.replace(b"\r\n", b"\n").replace(b"\n", b"\r"),
    "CR CR LF": lambda content: content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\r\n"),
    "last line not ended": lambda content: content.rstrip(b"\r\n"),
    "form feeds": lambda content: b"\x0c" + content + b"\x0c",
    "small letters": lambda content: content.lower(),
}


@pytest.mark.parametrize(("build", "given"), [(das_b, facts()), (das_a, facts()), (tn_122, facts("tn-cnss"))])
@pytest.mark.parametrize("change", AROUND.values(), ids=AROUND)
def test_w04_what_programs_and_editors_leave_in_a_good_file_is_accepted_in_every_layout(
    build: Build, given: DeclarationFacts, change: Callable[[bytes], bytes]
) -> None:
    report, people = examined(Files({name: change(content) for name, content in build().by_name.items()}), given)
    expected, good = examined(build(), given)

    assert said(report) == []
    assert dataclasses.replace(report, lines=expected.lines) == expected
    assert [(each.insurance_number, each.wages) for each in people] == [
        (each.insurance_number, each.wages) for each in good
    ]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (b"N\x92DIAYE ", "N'DIAYE"),
        (b"N\x91DIAYE ", "N'DIAYE"),
        (b"N\xb4DIAYE ", "N'DIAYE"),
        (b"BEN\xa0ALI ", "BEN ALI"),
        (b"A\x96B     ", "A-B"),
        (b"A\xadB     ", "A-B"),
    ],
)
@pytest.mark.parametrize("build", [das_b, das_a])
def test_i02_signs_of_word_processors_in_a_name_are_those_of_a_keyboard(build: Build, typed: bytes, name: str) -> None:
    content = build().by_name[DETAIL]
    report, people = examined(build().having(DETAIL, content.replace(b"MANSOURI", typed)), facts())

    assert said(report) == []
    assert people[0].family_name == name


def test_a_good_line_becomes_a_worker() -> None:
    _, people = examined(das_b([Worker(1, {"left_on": date(2025, 12, 31), "wage_4": 0, "duration_4": 0})]), facts())

    quarters = tuple(PeriodWage(quarter, 3, Unit.MONTH, 9_001_000) for quarter in (1, 2, 3))
    entered, left = date(2020, 2, 1), date(2025, 12, 31)
    born = partial_date(1971, 2, 2)
    assert people == [
        WageLine(1, "900000000001", "MANSOURI", "LEILA", born, None, quarters, entered, left),
    ]


def test_a_quarterly_line_has_its_names_in_one_and_counts_as_a_full_quarter() -> None:
    _, people = examined(tn_122([Worker(1)]), facts("tn-cnss"))

    full = (PeriodWage(1, 3, Unit.MONTH, 3_150_000),)
    assert people == [WageLine(1, "0000000145", "BEN SALAH AMIRA", "", None, "00000001", full, None, None)]


def test_the_report_says_a_complement_and_the_sums_by_quarter() -> None:
    report, _ = examined(das_b([Worker(1)], header={"type": "C"}), facts())

    assert report.is_complement
    assert report.by_part == dict.fromkeys((1, 2, 3, 4), 9_001_000)


# --- What is refused, and warned of -----------------------------------------------------------------------------------


def second(**fields: Any) -> Build:
    """A DAS in profile B whose second worker is special."""
    return lambda: das_b([Worker(1), Worker(2, fields)])


def tn_second(**fields: Any) -> Build:
    return lambda: tn_122([Worker(1), Worker(2, fields)])


def head(**fields: Any) -> Build:
    return lambda: das_b(header=fields)


def spoilt(name: str, line: int, column: int, put: bytes, of: Build = das_b) -> Build:
    return lambda: patched(of(), name, line=line, column=column, put=put)


def file(name: str, change: Callable[[bytes], bytes]) -> Build:
    """A DAS in profile B, one file of which is changed as a whole."""
    return lambda: das_b().having(name, change(das_b().by_name[name]))


def longer_name(line: bytes) -> bytes:
    """A name of one letter more than it has place for; the blank that the line then has too much at its end is lost."""
    return line[:94] + b" " + line[94:121]


def only(name: str) -> Build:
    return lambda: Files({name: das_b().by_name[name]})


def renamed(build: Build, *names: str) -> Build:
    return lambda: Files(dict(zip(names, build().by_name.values(), strict=True)))


NOTHING_EARNED = {f"{name}_{quarter}": 0 for name in ("wage", "duration") for quarter in (1, 2, 3, 4)}
DZ, TN = facts(), facts("tn-cnss")

# What is declared, what is known, and what must be said: file, line, column and code.
REFUSED: dict[str, tuple[Build, DeclarationFacts, list[str]]] = {
    # The files as such
    "empty": (file(DETAIL, lambda _: b""), DZ, ["detail 0:0 empty"]),
    "only line ends": (file(DETAIL, lambda _: b"\r\n\r\n"), DZ, ["detail 0:0 empty"]),
    "both empty": (lambda: Files({HEADER: b"", DETAIL: b""}), DZ, ["detail 0:0 empty"] * 2),
    "binary": (file(DETAIL, lambda _: b"PK\3\4\0\0" * 50), DZ, ["detail 0:0 binary"]),
    "a letter": (lambda: Files({"a.txt": b"Dear fund,\n"}), DZ, ["detail 0:0 layout-unknown"]),
    "no file": (lambda: Files({}), DZ, ["detail 0:0 layout-unknown"]),
    "another fund's": (tn_122, DZ, ["detail 0:0 layout-unknown"]),
    "no header": (only(DETAIL), DZ, ["header 0:0 file-missing"]),
    "no detail": (only(HEADER), DZ, ["detail 0:0 file-missing"]),
    "two headers": (file(HEADER, lambda line: line * 2), DZ, ["header 2:0 header-twice"]),
    "a short line": (file(DETAIL, lambda lines: lines[:-72]), DZ, ["detail 2:160 line-length"]),
    "a long line": (file(DETAIL, lambda lines: lines[:-2] + b"  "), DZ, ["detail 2:230 line-length"]),
    "an endless line": (file(DETAIL, lambda lines: lines + b" " * 9999), DZ, ["detail 3:230 line-length"]),
    "a spoilt header": (file(HEADER, lambda line: line[3:]), DZ, ["header 1:214 line-length"]),
    "a name of another": (renamed(das_b, HEADER.replace("E16", "E17"), DETAIL), DZ, ["header 0:0 name-differs"]),
    "a name of 2024": (renamed(das_b, HEADER, DETAIL.replace("2025", "24")), DZ, ["detail 0:0 name-differs"]),
    "a name of spring": (renamed(tn_122, TN_FILE.replace(".1", ".2")), TN, ["detail 0:0 name-differs"]),
    # Whose and of when
    "unknown employer": (das_b, facts(standing=EmployerStanding.UNKNOWN), ["detail 0:0 employer-unknown"]),
    "closed employer": (das_b, facts(standing=EmployerStanding.CLOSED), ["detail 0:0 employer-closed"]),
    "too early": (das_b, facts(received_on=date(2025, 12, 31)), ["detail 0:0 period-not-over"]),
    "two employers": (second(employer="1600000002"), DZ, ["detail 2:1 two-employers"]),
    "another year": (second(year=2024), DZ, ["detail 2:11 period-differs"]),
    "another quarter": (tn_second(quarter=2), TN, ["detail 2:16 period-differs"]),
    "a ninth quarter": (tn_second(quarter=9), TN, ["detail 2:16 period-differs"]),
    "an unknown type": (spoilt(HEADER, 1, 11, b"X"), DZ, ["header 1:11 letter-unknown"]),
    # The worker
    "a letter in the NSS": (spoilt(DETAIL, 2, 20, b"9O"), DZ, ["detail 2:20 insurance-number-malformed"]),
    "no NSS": (spoilt(DETAIL, 2, 20, b"0" * 12), DZ, ["detail 2:20 value-missing"]),
    "the same person twice": (second(insurance_number="900000000001"), DZ, ["detail 2:20 person-twice"]),
    "a name outside the charset": (spoilt(DETAIL, 2, 32, b"B\x81"), DZ, ["detail 2:32 characters"]),
    "accents in ASCII": (spoilt(DETAIL, 2, 33, b"\xc9", das_a), DZ, ["detail 2:33 characters"]),
    "30 February": (spoilt(DETAIL, 2, 92, b"30021990"), DZ, ["detail 2:92 birth-date-malformed"]),
    "born after the year": (second(birth_on=partial_date(2026, 1, 1)), DZ, ["detail 2:92 birth-date-after-period"]),
    "exit before entry": (second(left_on=date(2020, 1, 31)), DZ, ["detail 2:172 exit-before-entry"]),
    "entry after the year": (second(entered_on=date(2026, 1, 1)), DZ, ["detail 2:164 entry-after-period"]),
    # The amounts
    "a negative amount": (spoilt(DETAIL, 2, 104, b"-"), DZ, ["detail 2:104 amount-negative"]),
    "an overflowing amount": (spoilt(DETAIL, 2, 104, b"9" * 12), DZ, ["detail 2:104 amount-overflowing"]),
    "a decimal point": (spoilt(DETAIL, 2, 113, b"."), DZ, ["detail 2:104 amount-malformed"]),
    "four months": (second(duration_3=4), DZ, ["detail 2:132 duration-too-long"]),
    "93 days": (second(duration_3=93, unit_3="J"), DZ, ["detail 2:132 duration-too-long"]),
    "an unknown unit": (spoilt(DETAIL, 2, 103, b"Z"), DZ, ["detail 2:103 letter-unknown"]),
    "a worker's total": (lambda: das_a([Worker(1, {"total": 1})]), DZ, ["detail 1:147 line-total-differs"]),
    # The lines together
    "a gap in the numbers": (lambda: das_b([Worker(1), Worker(3)]), DZ, ["detail 2:15 number-gap"]),
    "numbers from two": (lambda: das_b([Worker(2), Worker(3)]), DZ, ["detail 1:15 number-gap"]),
    "a gap in the pages": (lambda: tn_122([Worker(1), Worker(13)]), TN, ["detail 2:20 number-gap"]),
    "a thirteenth line": (tn_second(line_in_page=13), TN, ["detail 2:20 number-gap"]),
    "a quarter's total": (head(total_2=1), DZ, ["header 1:147 total-differs"]),
    "the annual total": (head(total=1), DZ, ["header 1:195 total-differs"]),
    "the number of workers": (head(workers=3), DZ, ["header 1:211 workers-differ"]),
    "the typed number": (tn_122, facts("tn-cnss", control_workers=3), ["detail 0:0 control-workers-differ"]),
    "the typed total": (tn_122, facts("tn-cnss", control_wages_minor=1), ["detail 0:0 control-wages-differ"]),
}
WARNED: dict[str, tuple[Build, DeclarationFacts, list[str]]] = {
    "names of another form": (renamed(das_b, "a", "b"), DZ, ["header 0:0 name-malformed", "detail 0:0 name-malformed"]),
    "below the minimum, months": (second(wage_2=5_999_999), DZ, ["detail 2:120 below-minimum"]),
    "below the minimum, days": (
        second(wage_2=1_999_999, duration_2=26, unit_2="J"),
        DZ,
        ["detail 2:120 below-minimum"],
    ),
    "below the minimum, hours": (lambda: das_a([Worker(1, {"wage_1": 5_999_999})]), DZ, ["detail 1:95 below-minimum"]),
    "below the minimum, a quarter": (tn_second(wage=1_584_959), TN, ["detail 2:103 below-minimum"]),
    "no wages at all": (second(**NOTHING_EARNED), DZ, ["detail 2:104 no-wages"]),
    "gone before, nothing earned": (
        second(**NOTHING_EARNED, left_on=date(2024, 12, 31)),
        DZ,
        ["detail 2:104 no-wages"],
    ),
    "a wage without duration": (second(duration_1=0), DZ, ["detail 2:100 wage-without-duration"]),
    # W01, W03, W08: what a line lacks leaves the others alone
    "w01 a year of birth": (spoilt(DETAIL, 2, 92, b"00001950"), DZ, ["detail 2:92 birth-date-partial"]),
    "w01 a month and year": (spoilt(DETAIL, 2, 92, b"00031950"), DZ, ["detail 2:92 birth-date-partial"]),
    "w01 in profile A": (spoilt(DETAIL, 2, 83, b"00001950", das_a), DZ, ["detail 2:83 birth-date-partial"]),
    "w08 no birth date": (spoilt(DETAIL, 2, 92, b"0" * 8), DZ, ["detail 2:92 birth-date-missing"]),
    "w08 a blank birth date": (spoilt(DETAIL, 2, 83, b" " * 8, das_a), DZ, ["detail 2:83 birth-date-missing"]),
    "w03 no name at all": (spoilt(DETAIL, 1, 32, b" " * 60), DZ, ["detail 1:32 name-missing"]),
    "w03 no name in one column": (spoilt(TN_FILE, 1, 35, b" " * 60, tn_122), TN, ["detail 1:35 name-missing"]),
    "w08 no CIN": (spoilt(TN_FILE, 2, 95, b" " * 8, tn_122), TN, ["detail 2:95 national-id-missing"]),
    "w08 zeros for a CIN": (spoilt(TN_FILE, 2, 95, b"0" * 8, tn_122), TN, ["detail 2:95 national-id-missing"]),
    "w08 a passport for a CIN": (
        spoilt(TN_FILE, 2, 95, b"X123456 ", tn_122),
        TN,
        ["detail 2:95 national-id-malformed"],
    ),
    "w08 nothing earned": (spoilt(TN_FILE, 2, 103, b"0" * 10, tn_122), TN, ["detail 2:103 no-wages"]),
    "something in the filler": (spoilt(TN_FILE, 1, 113, b"x", tn_122), TN, ["detail 1:113 filler"]),
}


ONE_MONTH = {"wage_2": 0, "wage_3": 0, "wage_4": 0, "duration_2": 0, "duration_3": 0, "duration_4": 0}

# What touches rights: each must be confirmed.
CONFIRMED: dict[str, tuple[Build, DeclarationFacts, list[str]]] = {
    "r05 a duration without wage": (second(wage_1=0), DZ, ["detail 2:104 duration-without-wage"]),
    "r05 hours and next to nothing": (
        lambda: das_a([Worker(1, {"duration_1": 999, "wage_1": 100})]),
        DZ,
        ["detail 1:95 far-below-minimum"],
    ),
    "r05 less than half the minimum": (second(wage_2=2_999_999), DZ, ["detail 2:120 far-below-minimum"]),
    "r05 twelve months, gone in January": (
        second(left_on=date(2025, 1, 31)),
        DZ,
        ["detail 2:100 duration-beyond-employment"],
    ),
    "r05 three months, come in March": (
        second(entered_on=date(2025, 3, 1)),
        DZ,
        ["detail 2:100 duration-beyond-employment"],
    ),
    "r05 days, gone on the tenth": (
        second(left_on=date(2025, 1, 10), unit_1="J", duration_1=11, wage_1=1_000_000, **ONE_MONTH),
        DZ,
        ["detail 2:100 duration-beyond-employment"],
    ),
    "r05 hours, gone on the tenth": (
        lambda: das_a([Worker(1, {"left_on": date(2025, 1, 10), "duration_1": 121, **ONE_MONTH})]),
        DZ,
        ["detail 1:91 duration-beyond-employment"],
    ),
    "wages after the exit": (second(left_on=date(2024, 12, 31)), DZ, ["detail 2:172 wage-after-exit"]),
}


def said(report: Report) -> list[str]:
    return [
        f"{finding.file.value} {finding.line}:{finding.column} {finding.code.removeprefix('wage-file.')}"
        for finding in report.findings
    ]


@pytest.mark.parametrize(("build", "given", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused_at_its_place(build: Build, given: DeclarationFacts, expected: list[str]) -> None:
    report, people = examined(build(), given)

    assert said(report) == expected
    assert {finding.severity for finding in report.findings} == {Severity.ERROR}
    assert not report.is_accepted
    assert not any(f"detail {person.line}:" in place for person in people for place in expected)


def test_fields_that_stand_one_place_too_far_right_are_no_other_amount() -> None:
    """Each alone is a warning, but the wage that they stand around would be ten times smaller, or a CIN's digit."""
    shifted = b"\n".join(map(longer_name, tn_122().by_name[TN_FILE].split(b"\n")))

    report, people = examined(tn_122().having(TN_FILE, shifted), TN)

    assert people == []
    assert [f"{each.severity} {each.column} {each.code}" for each in report.findings if each.line == 1] == [
        "warning 95 wage-file.national-id-malformed",
        "warning 113 wage-file.filler",
        "error 103 wage-file.line-shifted",
    ]


@pytest.mark.parametrize(("build", "given", "expected"), WARNED.values(), ids=WARNED)
def test_what_is_strange_is_warned_of_and_accepted(build: Build, given: DeclarationFacts, expected: list[str]) -> None:
    report, people = examined(build(), given)

    assert said(report) == expected
    assert {finding.severity for finding in report.findings} == {Severity.WARNING}
    assert report.is_accepted
    assert len(people) == report.workers


@pytest.mark.parametrize(("build", "given", "expected"), CONFIRMED.values(), ids=CONFIRMED)
def test_what_touches_rights_is_to_be_confirmed(build: Build, given: DeclarationFacts, expected: list[str]) -> None:
    report, people = examined(build(), given)

    assert said(report) == expected
    assert {finding.severity for finding in report.findings} == {Severity.CONFIRM}
    assert (report.is_accepted, report.confirms, report.unreported) == (True, 1, 0)
    assert len(people) == report.workers


WITHIN_EMPLOYMENT = [
    second(left_on=date(2025, 1, 1), duration_1=1, **ONE_MONTH),
    second(
        entered_on=date(2025, 12, 31), duration_1=0, wage_1=0, **(ONE_MONTH | {"duration_4": 1, "wage_4": 9_000_000})
    ),
    second(left_on=date(2025, 1, 10), unit_1="J", duration_1=10, wage_1=1_000_000, **ONE_MONTH),
    second(entered_on=None, left_on=None),
]


@pytest.mark.parametrize("build", WITHIN_EMPLOYMENT)
def test_r05_work_within_the_employment_is_no_finding(build: Build) -> None:
    assert said(examined(build(), DZ)[0]) == []


def test_what_the_fund_does_not_look_at_is_no_finding_and_what_it_refuses_is_an_error() -> None:
    build, given, _ = CONFIRMED["r05 a duration without wage"]
    check = given.plausibility["duration-without-wage"]
    refusing = {"duration-without-wage": dataclasses.replace(check, severity=CheckSeverity.ERROR)}

    assert examined(build(), dataclasses.replace(given, plausibility={}))[0].findings == ()
    report, people = examined(build(), dataclasses.replace(given, plausibility=refusing))
    assert (report.is_accepted, [each.severity for each in report.findings]) == (False, [Severity.ERROR])
    assert len(people) == 1


@pytest.mark.parametrize(
    "fund", [each for each in FUNDS.values() if each.sections.declarations], ids=lambda fund: fund.fund_id
)
def test_every_check_of_a_fund_is_one_that_there_is(fund: Fund) -> None:
    for form in fund.declarations.forms.values():
        assert set(form.plausibility or {}) <= plausibility.CODES
        assert all(set(check.sentence) == set(fund.languages) for check in (form.plausibility or {}).values())


EXACT_MINIMUM = [
    (second(wage_2=6_000_000), facts()),
    (second(wage_2=2_000_000, duration_2=26, unit_2="J"), facts()),
    (lambda: das_a([Worker(1, {"wage_1": 6_000_000})]), facts()),
    (lambda: tn_122([Worker(1, {"wage": 1_664_208})]), facts("tn-cnss")),
    # Of that time the definition knows no minimum.
    (lambda: tn_122([Worker(1, {"wage": 1, "year": 2015})]), facts("tn-cnss", period=Period(2015, 1))),
]


@pytest.mark.parametrize(("build", "given"), EXACT_MINIMUM)
def test_the_minimum_itself_is_enough(build: Callable[[], Files], given: DeclarationFacts) -> None:
    codes = [finding.code for finding in examined(build(), given)[0].findings]

    assert "wage-file.below-minimum" not in codes


@pytest.mark.parametrize("blank", [32, 62], ids=["family name", "first name"])
def test_w03_one_name_is_enough_in_either_column(blank: int) -> None:
    report, people = examined(patched(das_b(), DETAIL, line=1, column=blank, put=b" " * 30), DZ)

    assert (report.findings, len(people)) == ((), 2)
    assert [bool(people[0].family_name), bool(people[0].first_name)] == [blank != 32, blank != 62]


def test_w01_a_birth_known_by_its_year_is_kept_so() -> None:
    _, people = examined(patched(das_b(), DETAIL, line=1, column=92, put=b"00001950"), DZ)

    assert people[0].birth_on == "1950"


def test_w08_a_worker_with_nothing_earned_has_no_work_either() -> None:
    report, people = examined(patched(tn_122(), TN_FILE, line=2, column=103, put=b"0" * 10), TN)

    assert people[1].wages == ()
    assert (report.workers, report.wages_minor) == (2, 3_150_000)


# --- U3: encodings ----------------------------------------------------------------------------------------------------


def saved_as(encoding: str, **names: str) -> Files:
    """A DAS in profile B with names put in, its detail saved anew in an encoding."""
    text = (
        das_b().by_name[DETAIL].decode("cp1252").replace("MANSOURI".ljust(30), names.get("name", "MANSOURI").ljust(30))
    )
    return das_b().having(DETAIL, text.encode(encoding))


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (saved_as("utf-8-sig"), "UTF-8"),
        (saved_as("utf-8", name="BÉJAÏA"), "UTF-8"),
        (saved_as("utf-8", name="حماية"), "UTF-8"),
        (saved_as("utf-16"), "UTF-16"),
        (saved_as("utf-16-le"), "UTF-16"),
        (saved_as("utf-16-be", name="حماية"), "UTF-16"),
        (saved_as("cp1256", name="بن علي"), "Windows-1256"),
        (saved_as("utf-8", name="MANSOURI ９"), "UTF-8"),  # a full-width digit
    ],
)
def test_u03_the_encoding_is_named_once_and_nothing_else(files: Files, named: str) -> None:
    report, people = examined(files, DZ)

    assert said(report) == ["detail 0:0 encoding"]
    (finding,) = report.findings
    assert (finding.found, finding.expected) == (value(named), value("Windows-1252 (ANSI)"))
    assert people == []


def test_u03_a_letter_in_another_encoding_far_below_is_named_too() -> None:
    text = das_b(workers(400)).by_name[DETAIL].decode("cp1252").splitlines(keepends=True)
    for at in (350, 380):
        text[at] = text[at].replace("A", "É", 1)
    report, _ = examined(das_b(workers(400)).having(DETAIL, "".join(text).encode("utf-8")), DZ)
    assert said(report) == ["detail 351:0 encoding"]

    text[350] = text[350][:31] + "بن علي".ljust(30) + text[350][61:]
    arabic = "".join(text[:380]).encode("cp1256")
    report, _ = examined(das_b(workers(400)).having(DETAIL, arabic), DZ)
    assert "detail 351:32 characters" in said(report)


@pytest.mark.parametrize("name", ["BÉJAÏA", "ÉÈ-NOËL", "Zoé", "ÇELİK".replace("İ", "I"), "AÏT-ÀÉ"])
def test_u03_accents_in_the_right_encoding_are_no_other_encoding(name: str) -> None:
    report, _ = examined(saved_as("cp1252", name=name), DZ)
    assert report.findings == ()


# --- U4: findings that people can read --------------------------------------------------------------------------------


def in_french(report: Report, texts: Texts) -> list[tuple[str, str]]:
    words = [
        in_words(finding, translate=lambda code, more: texts.translate(code, "fr", more)) for finding in report.findings
    ]
    return [(each.found, each.expected) for each in words]


@pytest.mark.parametrize(
    ("build", "given", "found", "expected"),
    [
        (lambda: tn_122([Worker(1), Worker(13)]), TN, "page 2, ligne 1", "page 1, ligne 2"),
        (tn_second(line_in_page=13), TN, "page 1, ligne 13", "page 1, ligne 2"),
        (lambda: das_b([Worker(1), Worker(3)]), DZ, "ligne numéro 3", "ligne numéro 2"),
        (head(total=1), DZ, "0.01 DZD", "720120.00 DZD"),
        (tn_122, facts("tn-cnss", control_wages_minor=1_000), "6300.000 TND", "1.000 TND"),
        (file(DETAIL, lambda _: b""), DZ, DETAIL, ""),
        (file(DETAIL, lambda _: b"PK\3\4\0\0" * 50), DZ, DETAIL, ""),
    ],
)
def test_u04_what_was_found_and_expected_can_be_read(
    texts: Texts, build: Build, given: DeclarationFacts, found: str, expected: str
) -> None:
    assert in_french(examined(build(), given)[0], texts) == [(found, expected)]


def test_u04_a_number_that_no_line_has_is_not_echoed_by_the_next() -> None:
    people = [Worker(number, {"line_in_page": 13} if number == 2 else {}) for number in range(1, 6)]
    assert said(examined(tn_122(people), TN)[0]) == ["detail 2:20 number-gap"]


def test_u04_a_name_that_says_what_the_lines_say_is_not_said_twice() -> None:
    other = das_b(header={"employer": "1600000002"}, employer="1600000002")
    named = Files({name.replace("16000", "16000").replace("0001", "0002"): it for name, it in other.by_name.items()})
    assert said(examined(named, DZ)[0]) == ["header 1:1 employer-differs", "detail 1:1 employer-differs"]


def test_u04_a_tab_is_named_where_it_stands() -> None:
    content = das_b().by_name[DETAIL].replace(b" " * 8, b"\t", 1)
    assert said(examined(das_b().having(DETAIL, content), DZ)[0]) == ["detail 1:40 tab"]


# --- How findings are told --------------------------------------------------------------------------------------------


def test_a_whole_file_of_another_employer_is_said_once_and_gives_no_worker() -> None:
    report, people = examined(das_b(workers(20), header={"employer": "1600000002"}, employer="1600000002"), facts())

    assert [(f.code, f.file.value, f.line) for f in report.findings] == [
        ("wage-file.employer-differs", "header", 1),
        ("wage-file.employer-differs", "detail", 1),
    ]
    assert people == []


def test_a_whole_file_of_another_quarter_is_said_once_and_gives_no_worker() -> None:
    report, people = examined(tn_122(workers(20), quarter=2), facts("tn-cnss"))

    assert [(f.code, f.line, f.found) for f in report.findings] == [
        ("wage-file.period-differs", 1, Phrase("value", {"value": "2026-Q2"}))
    ]
    assert people == []


def test_several_faults_of_a_line_are_all_said() -> None:
    files = das_b()
    for column, put in ((15, b"X"), (20, b"X"), (92, b"X"), (104, b"X"), (164, b"X")):
        files = patched(files, DETAIL, line=1, column=column, put=put)

    assert [finding.column for finding in examined(files, DZ)[0].findings] == [15, 20, 92, 104, 164]


def test_sums_are_not_held_against_the_header_when_a_line_cannot_be_read() -> None:
    files = patched(das_b(), DETAIL, line=1, column=104, put=b"-")

    assert said(examined(files, DZ)[0]) == ["detail 1:104 amount-negative"]


def test_a_line_that_cannot_be_read_leaves_no_gap_in_the_numbers() -> None:
    lines = das_b(workers(3)).by_name[DETAIL].split(b"\r\n")
    short = b"\r\n".join([lines[0], lines[1][:150], *lines[2:]])

    report, _ = examined(das_b(workers(3)).having(DETAIL, short), DZ)

    assert said(report) == ["detail 2:151 line-length"]


def test_the_first_findings_are_listed_and_the_others_counted() -> None:
    people = [Worker(number, {"birth_on": partial_date(2026, 6, 1)}) for number in range(1, 31)]

    report, _ = examined(das_b(people), facts(), findings_max=10)

    assert (len(report.findings), report.errors, report.unreported) == (10, 30, 20)


def test_errors_are_listed_before_warnings_when_there_is_no_room_for_all() -> None:
    people = [Worker(number, {"duration_1": 0}) for number in range(1, 21)]
    people += [Worker(number, {"birth_on": partial_date(2026, 6, 1)}) for number in range(21, 26)]

    report, _ = examined(das_b(people), facts(), findings_max=10)

    assert sum(finding.severity is Severity.ERROR for finding in report.findings) == report.errors == 5
    assert (report.warnings, report.unreported) == (20, 15)


def test_a_file_longer_than_its_numbers_can_count_is_refused_once() -> None:
    layout = dataclasses.replace(LAYOUTS["das-b"], lines_max=2)
    reading = Examination(das_b(workers(5)).sources(), facts=DZ, layouts=[layout])

    list(reading)

    assert reading.report is not None
    assert said(reading.report) == ["detail 3:0 too-many-lines"]


@pytest.fixture(scope="module")
def texts() -> Texts:
    return read([ROOT / "services/payments/texts.yaml"])


EVERY_FILE = [(build, given) for build, given, _ in (*REFUSED.values(), *WARNED.values(), *CONFIRMED.values())]


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_every_finding_has_its_words_in_each_language(texts: Texts, language: str) -> None:
    def translate(code: str, parameters: Mapping[str, str | int]) -> str:
        check = DZ.plausibility.get(code.removeprefix("wage-file."))
        return check.sentence[language] if check else texts.translate(code, language, parameters)

    for build, given in EVERY_FILE:
        for finding in examined(build(), given)[0].findings:
            words = in_words(finding, translate=translate)
            assert not any("wage-file." in text or "{" in text for text in dataclasses.astuple(words)), finding
            assert words.hint
            assert not {words.found, words.expected} & {"day", "value", "count", "position"}, (
                "a name in a value's place"
            )


def test_each_code_phrase_and_field_has_its_text_and_no_text_is_left_over(texts: Texts) -> None:
    source = "".join(path.read_text() for path in (ROOT / "services/payments/declarations").rglob("*.py"))
    codes = set(re.findall(r'"(wage-file\.[a-z-]+)"', source)) - {f"wage-file.{code}" for code in plausibility.CODES}
    phrases = {f"wage-file.phrase.{code}" for code in re.findall(r'Phrase\(\s*"([a-z-]+)"', source)}
    phrases |= {f"wage-file.phrase.{code}-at" for code in ("letter", "space", "sign")}
    fields = {
        f"wage-file.field.{name}".replace("_", "-")
        for name in (
            *FIELD_NAMES,
            *(f"{each}-of-{part}" for each in PART_NAMES for part in ("half-year", "quarter", "month")),
        )
    }

    assert {code for code in texts.by_code if code.startswith("wage-file.")} == codes | phrases | fields
    assert all(set(sentences) == {"ar", "fr", "en"} for sentences in texts.by_code.values())


def test_words_are_said_of_the_quarter_that_the_field_is_of(texts: Texts) -> None:
    finding = Finding(
        severity=Severity.ERROR,
        code="wage-file.amount-malformed",
        file=FileRole.DETAIL,
        field="wage_2",
        found=Phrase("letter-at", {"position": 3}),
    )

    words = in_words(finding, translate=lambda code, parameters: texts.translate(code, "fr", parameters))

    assert (words.field, words.found) == ("Salaire du trimestre 2", "une lettre en position 3")


@pytest.mark.parametrize("code", ["valid-day", "day"])
def test_what_is_expected_of_a_day_is_said_also_where_an_earlier_release_kept_it(texts: Texts, code: str) -> None:
    finding = Finding(
        severity=Severity.ERROR,
        code="wage-file.birth-date-malformed",
        file=FileRole.DETAIL,
        field="birth_on",
        expected=Phrase(code),
    )

    words = in_words(finding, translate=lambda code, parameters: texts.translate(code, "en", parameters))

    assert words.expected == "a valid date (ddmmyyyy)"


def test_no_finding_shows_a_name_a_number_a_wage_or_a_birth_date() -> None:
    for build, given in EVERY_FILE:
        files = build()
        report, _ = examined(files, given)
        published = json.dumps(msgspec.to_builtins(report.findings))
        for worker in das_people(files):
            for personal in worker:
                assert not personal or personal not in published


def das_people(files: Files) -> list[tuple[str, ...]]:
    """What is personal in the lines of a profile B detail, as it stands there."""
    content = files.by_name.get(DETAIL, b"")
    lines = [line.decode("cp1252", "replace") for line in content.split(b"\r\n") if len(line) == 229]
    return [(line[19:31], line[31:40].strip(), line[91:99], line[103:115].lstrip("0") or "none") for line in lines]
