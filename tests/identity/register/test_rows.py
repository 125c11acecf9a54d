"""The register as CSV, in the shapes that spreadsheets give it; what is wrong in one row costs nobody else."""

import codecs
from collections.abc import Sequence
from pathlib import Path

import pytest

from services.identity.register import rows
from services.identity.register.rows import EncodingDiffers
from services.identity.register.rules import LineRefused

COLUMNS = ("number", "name", "address")
AMIRA, KARIM, SALMA = ("1", "Amira", "Alger"), ("2", "Karim", "Oran"), ("3", "Salma", "Tunis")


def read(path: Path, content: str | bytes) -> list[tuple[int, Sequence[str]]]:
    """The cells of each row, or the codes of its faults, with the number of its line."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = rows.read(path, columns=COLUMNS)
    return [
        (line, [fault.code for fault in row.faults] if isinstance(row, LineRefused) else tuple(row.values()))
        for line, row in found
    ]


def table(*given: Sequence[str], between: str = ";", end: str = "\n") -> str:
    return "".join(between.join(cells) + end for cells in (COLUMNS, *given))


@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_the_shapes_of_spreadsheets_are_read_alike(tmp_path: Path, between: str, end: str, mark: bytes) -> None:
    content = mark + table(AMIRA, KARIM, between=between, end=end).encode()
    assert read(tmp_path / "some.csv", content) == [(2, AMIRA), (3, KARIM)]


def test_w04_what_says_nothing_is_passed_over(tmp_path: Path) -> None:
    content = table(AMIRA, ("", "", ""), KARIM) + "\n;; \n\x1a"
    assert read(tmp_path / "some.csv", content) == [(2, AMIRA), (4, KARIM)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_u3_the_mark_of_another_encoding_is_named(tmp_path: Path, encoding: str) -> None:
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else b""
    with pytest.raises(EncodingDiffers):
        read(tmp_path / "some.csv", mark + table(AMIRA).encode(encoding))


def test_a_cell_may_have_lines(tmp_path: Path) -> None:
    content = table(("1", "Amira", '"5, rue des Oliviers\nBâtiment ""B""\n16000 Alger"'), KARIM)
    assert read(tmp_path / "some.csv", content) == [
        (2, ("1", "Amira", '5, rue des Oliviers\nBâtiment "B"\n16000 Alger')),
        (5, KARIM),
    ]


@pytest.mark.parametrize("below", [(), (("4", '"Nour"', "Sfax"),), tuple((str(n), "Nour", "Sfax") for n in range(9))])
def test_a_quote_that_is_never_closed_costs_its_own_line_alone(
    tmp_path: Path, below: tuple[tuple[str, ...], ...]
) -> None:
    content = table(AMIRA, ("2", '"Karim', "Oran"), SALMA, *below)
    found = read(tmp_path / "some.csv", content)
    assert found[:3] == [(2, AMIRA), (3, ["register.line-unreadable"]), (4, SALMA)]
    assert [cells for _, cells in found[3:]] == [(number, "Nour", town) for number, _, town in below]
