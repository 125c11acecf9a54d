"""Files of several kinds of lines: the reference's example byte for byte, and each rule that holds between lines."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.declarations.correcting import correct
from services.payments.declarations.findings import FileRole, Severity
from services.payments.declarations.layouts.layout import Layout
from services.payments.declarations.prefilled import Prefilled, PrefilledPerson
from tests.payments.declarations.answers import (
    ANSWER,
    COMPLEMENT,
    EXAMPLE,
    EXPECTED,
    NAME,
    PREFILLED,
    SARA,
    YOUSSEF,
    checked,
    composed,
    worker,
    written,
)

NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 '", min_size=1, max_size=60).filter(str.strip).map(str.strip)
LINE = {name: at for at, name in enumerate(("B00", "B01", "SARA", "YOUSSEF", "B03", "OMAR", "B05", "B06"))}


def codes(lines: Sequence[bytes], **given: Any) -> list[tuple[str, int, int]]:
    return [(each.code, each.line, each.column) for each in checked(lines, **given).report.findings]


def changed(name: str, column: int, to: str) -> list[bytes]:
    """The example, one of its lines with other bytes from a column on."""
    lines = list(EXAMPLE)
    line = lines[LINE[name]]
    lines[LINE[name]] = line[: column - 1] + to.encode() + line[column - 1 + len(to) :]
    return lines


# --- Read and written -------------------------------------------------------------------------------------------------


def test_the_example_of_the_reference_is_accepted_and_added_up() -> None:
    examined = checked(EXAMPLE)

    assert examined.report.findings == ()
    assert (examined.report.workers, examined.report.wages_minor) == (3, 1_050_000)
    assert examined.report.capped == {1: 900_000}
    assert [each.situation for each in examined.workers] == ["", "CS", ""]


def values_of(lines: Sequence[bytes], layout: Layout) -> list[dict[str, Any]]:
    found = []
    for line in lines:
        values, faults = layout.kind(FileRole.DETAIL, line).read(line)
        assert faults == []
        found.append(values)
    return found


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_what_is_read_is_written_byte_for_byte(newline: bytes) -> None:
    layout = replace(ANSWER, newline=newline)

    assert b"".join(layout.write(values_of(EXAMPLE, layout), role=FileRole.DETAIL)) == written(EXAMPLE, newline=newline)
    assert checked([written(EXAMPLE, newline=newline)[:-1]]).report.is_accepted


@given(
    st.lists(
        st.tuples(st.integers(1, 999_999_999), NAMES, st.integers(0, 26), st.integers(0, 9_999_999)),
        max_size=8,
        unique_by=lambda each: each[0],
    ),
    st.integers(0, 8),
)
def test_whatever_is_composed_is_accepted_and_written_again_as_it_was(people: list[Any], known: int) -> None:
    expected = Prefilled(
        "00000000000007", tuple(PrefilledPerson(f"{number:09d}", name) for number, name, *_ in sorted(people[:known]))
    )
    rows = [
        worker(f"{number:09d}", name, "AB123456", duration=days, wage=wage, capped_wage=min(wage, 600_000))
        for number, name, days, wage in people
    ]
    lines = composed(rows, expected=expected)

    assert b"".join(ANSWER.write(values_of(lines, ANSWER), role=FileRole.DETAIL)) == written(lines)
    report = checked(lines, prefilled=expected, plausibility={}).report
    assert report.findings == () and report.workers == len(people)
    assert report.wages_minor == sum(wage for *_, wage in people)


def test_the_pre_filled_file_and_the_complement_are_written_by_the_same_rules() -> None:
    rows = [worker(SARA.insurance_number, SARA.full_name), worker(YOUSSEF.insurance_number, YOUSSEF.full_name)]
    prefilled = composed(rows, layout=PREFILLED)
    complement = composed([worker("188888882")], layout=COMPLEMENT)

    assert [line[:3] for line in prefilled] == [b"A00", b"A01", b"A02", b"A02", b"A03"]
    assert prefilled[4].rstrip() == b"A03" + EXAMPLE[4][3:79]
    assert [line[:3] for line in complement] == [b"E00", b"E01", b"E02", b"E03", b"E04", b"E05", b"E06"]
    assert not complement[2][16:].strip(b"0 ") and not complement[3][16:].strip(b"0 ")
    assert {len(line) for line in (*prefilled, *complement)} == {260}


@pytest.mark.parametrize("name", ["DS_1234567_012026.txt", "DS_1234567_202601.txt", "ds_1234567_012026.TXT"])
def test_the_month_may_stand_before_the_year_in_a_name_or_behind_it(name: str) -> None:
    assert checked(EXAMPLE, name=name).report.findings == ()


@pytest.mark.parametrize("name", ["DS_1234567_112025.txt", "DS_1234567_202511.txt"])
def test_another_month_in_the_name_is_found(name: str) -> None:
    assert [code for code, *_ in codes(EXAMPLE, name=name)] == ["wage-file.name-differs"]


# --- Rules ------------------------------------------------------------------------------------------------------------

WRONG = [
    # what is changed, and each finding: code, line, column
    (("SARA", 138, "0000000000124806812"), [("wage-file.control-sum-differs", 3, 138)]),
    (("SARA", 112, "27"), [("wage-file.duration-too-long", 3, 112)]),
    (
        ("SARA", 127, "000600001"),
        [("wage-file.control-sum-differs", 3, 138), ("wage-file.capped-above-ceiling", 3, 127)],
    ),
    (("SARA", 136, "XX"), [("wage-file.code-unknown", 3, 136)]),
    (("SARA", 86, "03"), [("wage-file.prefilled-changed", 3, 86)]),
    (("SARA", 26, "ALAWI"), [("wage-file.prefilled-name-changed", 3, 26)]),
    (("SARA", 26, "alaoui"), [("wage-file.characters", 3, 26)]),
    (("B00", 4, "00000000012346"), [("wage-file.prefilled-other", 1, 4)]),
    (("B00", 18, "A0"), [("wage-file.code-unknown", 1, 18)]),
    (("B01", 4, "1234568"), [("wage-file.employer-differs", 2, 4)]),
    (("B03", 17, "000003"), [("wage-file.record-total-differs", 5, 17)]),
    (("B03", 65, "000000279012341"), [("wage-file.record-total-differs", 5, 65)]),
    (("B05", 44, "000000000300001"), [("wage-file.record-total-differs", 7, 44)]),
    (("B06", 72, "0000000000469851268"), [("wage-file.record-total-differs", 8, 72)]),
    (("OMAR", 86, "        "), []),
    (("OMAR", 26, " " * 60), [("wage-file.person-unidentified", 6, 26)]),
    (("B03", 1, "B09"), [("wage-file.record-unknown", 5, 1), ("wage-file.record-misplaced", 6, 1)]),
]


@pytest.mark.parametrize(("change", "found"), WRONG)
def test_what_is_wrong_is_found_at_its_place(change: tuple[str, int, str], found: list[Any]) -> None:
    lines = changed(*change)

    named = [each for each in codes(lines) if each in found]
    assert sorted(named) == sorted(found)
    first = {each.code for each in checked(lines).report.findings if each.severity is Severity.ERROR}
    # A total is not held against lines that could not be counted, so one mistake is one finding or two.
    assert first <= {code for code, *_ in found} | {"wage-file.record-total-differs", "wage-file.control-sum-differs"}


def test_the_totals_tell_of_a_line_that_was_changed_with_its_control_sum() -> None:
    rows = [worker(SARA.insurance_number, SARA.full_name), worker(YOUSSEF.insurance_number, YOUSSEF.full_name)]
    other = composed([{**rows[0], "wage": 510_000, "capped_wage": 510_000}, rows[1]])
    lines = composed(rows)
    lines[2] = other[2]

    assert codes(lines) == [("wage-file.record-total-differs", 5, column) for column in (98, 113, 126)] + [
        ("wage-file.record-total-differs", 8, column) for column in (44, 59, 72)
    ]


CONTRADICTION, WORK_ALONE = "wage-file.situation-with-wages", "wage-file.duration-without-wage"


def of(*rows: dict[str, Any]) -> list[tuple[str, int, int]]:
    return codes(composed(rows))


SARA_ROW = worker(SARA.insurance_number, SARA.full_name)
YOUSSEF_ROW = worker(YOUSSEF.insurance_number, YOUSSEF.full_name)
OMAR_ROW = worker("188888882")


def test_everybody_who_was_pre_filled_has_to_come_back() -> None:
    assert of(SARA_ROW) == [("wage-file.prefilled-missing", 0, 0)]
    (missing,) = checked(composed([SARA_ROW])).report.findings
    assert missing.expected.parameters == {"line": 2}


def test_who_was_not_pre_filled_is_no_answer_and_who_was_is_no_entrant() -> None:
    nobody = Prefilled(EXPECTED.transfer, ())
    only_sara = Prefilled(EXPECTED.transfer, (SARA,))

    assert codes(composed([SARA_ROW, YOUSSEF_ROW]), prefilled=only_sara) == [("wage-file.prefilled-stranger", 4, 17)]
    assert codes(composed([SARA_ROW, YOUSSEF_ROW], expected=nobody), prefilled=only_sara) == [
        ("wage-file.entrant-known", 4, 17),
    ]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({**SARA_ROW, "situation": "CS"}, [CONTRADICTION] * 3),
        (
            {**SARA_ROW, "situation": "MP", "wage": 0, "capped_wage": 0},
            [WORK_ALONE, CONTRADICTION],
        ),
        ({**SARA_ROW, "situation": "MP", "duration": 0, "wage": 0, "capped_wage": 0}, []),
        ({**SARA_ROW, "situation": "IL"}, []),
        ({**SARA_ROW, "situation": "SO"}, ["wage-file.return-differs"]),
        ({**SARA_ROW, "situation": "DE", "family_to_return": 60_000}, []),
        ({**SARA_ROW, "wage": 400_000}, ["wage-file.capped-above-wage"]),
        ({**SARA_ROW, "wage": 900_000, "capped_wage": 600_000}, []),
        ({**SARA_ROW, "wage": 900_000, "capped_wage": 500_000}, ["wage-file.capped-too-low"]),
        ({**SARA_ROW, "duration": 0}, ["wage-file.wage-without-duration"]),
        ({**SARA_ROW, "duration": 26, "wage": 0, "capped_wage": 0}, ["wage-file.duration-without-wage"]),
    ],
)
def test_a_worker_s_line_holds_in_itself(row: dict[str, Any], found: list[str]) -> None:
    assert [code for code, *_ in of(row, YOUSSEF_ROW)] == found


@pytest.mark.parametrize(
    ("row", "found", "severity"),
    [
        (worker(None, national_id=None), "wage-file.person-unidentified", Severity.ERROR),
        (worker(None), "wage-file.entrant-without-number", Severity.WARNING),
        (worker("188888882", name=""), "wage-file.person-unidentified", Severity.ERROR),
    ],
)
def test_an_entrant_is_known_by_a_name_and_a_number(row: dict[str, Any], found: str, severity: Severity) -> None:
    report = checked(composed([SARA_ROW, YOUSSEF_ROW, row])).report

    assert (found, severity) in [(each.code, each.severity) for each in report.findings]
    assert report.is_accepted is (severity is Severity.WARNING)


def test_two_entrants_without_a_number_are_two_unless_they_have_one_card() -> None:
    rows = [worker(None, f"ENTRANT {number}", f"AB12345{number}") for number in (1, 2)]
    twice = [rows[0], {**rows[1], "national_id": "AB123451"}]

    assert checked(composed([SARA_ROW, YOUSSEF_ROW, *rows])).report.workers == 4
    assert ("wage-file.person-twice", 7, 17) in codes(composed([SARA_ROW, YOUSSEF_ROW, *twice]))


def test_answers_stand_in_the_order_of_their_numbers() -> None:
    lines = list(EXAMPLE)
    lines[2], lines[3] = lines[3], lines[2]

    assert codes(lines) == [("wage-file.not-in-order", 4, 17)]


@pytest.mark.parametrize("gone", range(8))
def test_no_record_may_be_missing(gone: int) -> None:
    lines = [line for at, line in enumerate(EXAMPLE) if at != gone]
    found = [(code, line) for code, line, _column in codes(lines)]

    if gone in (2, 3):  # answers of the pre-filled file, whose totals tell
        assert {code for code, _line in found} == {"wage-file.record-total-differs", "wage-file.prefilled-missing"}
    elif gone == 7:
        assert found == [("wage-file.record-missing", 0)]
    else:
        assert found == [("wage-file.record-misplaced", gone + 1)]


@pytest.mark.parametrize("twice", [0, 1, 4, 6, 7])
def test_no_record_may_come_twice(twice: int) -> None:
    lines = [*EXAMPLE[: twice + 1], *EXAMPLE[twice:]]

    assert ("wage-file.record-misplaced", twice + 2, 1) in codes(lines)


def test_who_has_no_entrants_says_so_with_one_line_of_zeros() -> None:
    lines = composed([SARA_ROW, YOUSSEF_ROW])

    assert [line[:3] for line in lines].count(b"B04") == 1
    report = checked(lines).report
    assert (report.findings, report.workers) == ((), 2)


def test_sums_that_follow_from_the_lines_are_put_right() -> None:
    spoilt = changed("B06", 72, "0000000000000000001")
    spoilt[LINE["SARA"]] = spoilt[LINE["SARA"]].replace(b"ALAOUI SARA", b"alaoui sara")
    spoilt[LINE["YOUSSEF"]] = spoilt[LINE["YOUSSEF"]][:137] + b"0000000000000000009" + b" " * 104
    made = correct([(NAME, written(spoilt, newline=b"\n"))], layouts=[ANSWER, COMPLEMENT])

    assert made is not None
    assert made.files[0].content == written(EXAMPLE)
    assert {change.code for change in made.changes} == {
        "line-end",
        "wage-file.characters",
        "wage-file.control-sum-differs",
        "wage-file.record-total-differs",
    }
