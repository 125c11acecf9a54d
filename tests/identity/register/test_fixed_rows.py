"""The register in fixed columns: read by a layout of the fund as the CSV file is, in the odd shapes that they have."""

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from services.identity.register import fixed_rows, store
from services.identity.register.rules import PERSON_COLUMNS, Fault, LineRefused
from shared.funds.register_layouts import LINE_LENGTH_MAX, RegisterColumn, RegisterEncoding, RegisterLayout
from shared.storage.service_context import ServiceContext
from tests.identity.builders import csv_file, imported, karim, person_row, ref
from tests.kit.contexts import DZ, reading

WIDTH = 40


def layout_of(encoding: RegisterEncoding = RegisterEncoding.UTF_8) -> RegisterLayout:
    """Every column of the CSV file, forty characters each, with one blank between."""
    columns = [
        RegisterColumn(name=name, start=1 + at * (WIDTH + 1), width=WIDTH) for at, name in enumerate(PERSON_COLUMNS)
    ]
    return RegisterLayout(source="invented", encoding=encoding, columns=tuple(columns))


def line(row: Mapping[str, str]) -> str:
    return " ".join(row[name].ljust(WIDTH) for name in PERSON_COLUMNS)


def fixed_file(path: Path, rows: Sequence[Mapping[str, str]], *, encoding: str = "utf-8", end: str = "\n") -> Path:
    path.write_bytes("".join(line(row) + end for row in rows).encode(encoding))
    return path


def read(path: Path, layout: RegisterLayout) -> list[tuple[int, dict[str, str] | list[Fault]]]:
    found = fixed_rows.read(path, layout=layout, columns=PERSON_COLUMNS)
    return [(number, row.faults if isinstance(row, LineRefused) else row) for number, row in found]


AMIRA = person_row(family_name_ar="بن علي", first_name_ar="أميرة")
LATIN = person_row(family_name="Bénali", first_name="Françoise", family_name_ar="", first_name_ar="")


@pytest.mark.parametrize(
    ("row", "encoding"),
    [(AMIRA, RegisterEncoding.UTF_8), (AMIRA, RegisterEncoding.WINDOWS_1256), (LATIN, RegisterEncoding.WINDOWS_1252)],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_encoding_and_end_of_line_is_read_alike(
    tmp_path: Path, row: dict[str, str], encoding: RegisterEncoding, end: str
) -> None:
    path = fixed_file(tmp_path / "persons.txt", [row, karim()], encoding=encoding.value, end=end)
    rows = read(path, layout_of(encoding))
    assert rows == [(1, row), (2, karim())]


def test_what_editors_and_dos_leave_around_lines_is_passed_over(tmp_path: Path) -> None:
    """The mark of UTF-8, blanks that were cut off or added at the end, lines without anything, the end of file."""
    short = line(karim(bank_account="")).rstrip() + "\r\n"
    text = f"{line(AMIRA)}      \r\n   \r\n\r\n{short}\x1a"
    path = tmp_path / "persons.txt"
    path.write_bytes(codecs.BOM_UTF8 + text.encode())
    assert read(path, layout_of()) == [(1, AMIRA), (4, karim(bank_account=""))]


def test_a_line_that_ends_within_a_column_has_so_much_of_it_and_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "persons.txt"
    path.write_text(line(AMIRA)[: WIDTH + 1 + 5])
    ((_, row),) = read(path, layout_of())
    assert isinstance(row, dict)
    assert row["national_id"] == AMIRA["national_id"][:5] and {row[name] for name in PERSON_COLUMNS[2:]} == {""}


def test_what_lies_between_columns_means_nothing_and_what_lies_behind_them_refuses_the_line(tmp_path: Path) -> None:
    path = tmp_path / "persons.txt"
    between = line(AMIRA)[:WIDTH] + "|" + line(AMIRA)[WIDTH + 1 :]
    path.write_text(f"{between}\n{line(AMIRA)}x\n{'x' * 3 * LINE_LENGTH_MAX}\n{line(karim())}")
    too_long = [Fault("", "register.line-too-long")]
    assert read(path, layout_of()) == [(1, AMIRA), (2, too_long), (3, too_long), (4, karim())]


def test_bytes_that_the_encoding_does_not_have_refuse_their_column(tmp_path: Path) -> None:
    path = tmp_path / "persons.txt"
    path.write_bytes(line(LATIN).encode("cp1252"))
    ((_, faults),) = read(path, layout_of())
    assert faults == [Fault(name, "register.not-in-encoding") for name in ("family_name", "first_name")]
    path.write_bytes(line(LATIN).replace("é", "\x81").encode("latin-1"))  # a place that Windows-1252 leaves empty
    ((_, faults),) = read(path, layout_of(RegisterEncoding.WINDOWS_1252))
    assert faults == [Fault("family_name", "register.not-in-encoding")]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(codecs.BOM_UTF8, RegisterEncoding.WINDOWS_1256), (codecs.BOM_UTF16_LE, RegisterEncoding.UTF_8)],
)
def test_a_file_with_the_mark_of_another_encoding_is_refused_whole(
    tmp_path: Path, mark: bytes, encoding: RegisterEncoding
) -> None:
    path = tmp_path / "persons.txt"
    path.write_bytes(mark + line(karim()).encode())
    with pytest.raises(fixed_rows.EncodingDiffers):
        read(path, layout_of(encoding))


def test_an_operator_imports_it_as_the_csv_file_and_the_same_people_are_known(
    context: ServiceContext, tmp_path: Path
) -> None:
    fund = replace(context.funds[DZ], register_layouts={"fixed": layout_of(RegisterEncoding.WINDOWS_1256)})
    office = replace(context, funds={**context.funds, DZ: fund})
    path = fixed_file(tmp_path / "persons.txt", [AMIRA, karim(dependants="many")], encoding="cp1256", end="\r\n")
    status, (refused, done) = imported(office, "--persons", path, "--persons-layout", "fixed")
    assert (status, done) == (1, "Insured persons: 1 added, 0 changed, 0 unchanged, 1 lines refused.")
    assert refused.startswith("line 2, column dependants: ") and refused.endswith("[register.count-malformed]")
    kept = store.persons.load(reading(office), ref(AMIRA["insurance_number"]))
    assert (kept.civil.family_name_ar, kept.civil.first_name_ar) == ("بن علي", "أميرة")
    same = csv_file(tmp_path / "persons.csv", [AMIRA])
    assert imported(office, "--persons", same)[1] == [
        "Insured persons: 0 added, 0 changed, 1 unchanged, 0 lines refused."
    ]


def test_a_layout_that_the_fund_has_not_or_that_lacks_columns_is_said(context: ServiceContext, tmp_path: Path) -> None:
    path = fixed_file(tmp_path / "persons.txt", [AMIRA])
    status, said = imported(context, "--persons", path, "--persons-layout", "fixed")
    assert (status, said) == (2, ["The fund has no layout fixed; it has: -."])
    some = layout_of()
    fund = replace(context.funds[DZ], register_layouts={"some": replace(some, columns=some.columns[1:])})
    office = replace(context, funds={**context.funds, DZ: fund})
    status, said = imported(office, "--persons", path, "--persons-layout", "some")
    assert status == 2 and "missing: insurance_number." in said[0]
