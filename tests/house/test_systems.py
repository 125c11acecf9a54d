"""The page of systems names tests that exist, for each of the fifteen systems."""

import re

from tests.house.test_layout import ROOT

PAGE = (ROOT / "docs" / "systems.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (S\d+) [^|]+ \| [^|]+ \| (.+) \|$", re.MULTILINE)
SHOWN_BY = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
SYSTEMS = [f"S{number}" for number in range(1, 16)]


def test_each_system_has_its_rows_in_order() -> None:
    assert list(dict.fromkeys(system for system, _ in ROW.findall(PAGE))) == SYSTEMS


def test_each_row_names_a_test_that_exists() -> None:
    rows = [line for line in PAGE.splitlines() if re.match(r"\| S\d", line)]
    assert len(rows) == len(ROW.findall(PAGE)), "a row has another shape"
    missing = []
    for row in rows:
        named = SHOWN_BY.findall(row)
        assert len(named) == 1, row
        ((path, test),) = named
        file = ROOT / path
        if not file.exists() or not re.search(rf"^def {test}\(", file.read_text(encoding="utf-8"), re.MULTILINE):
            missing.append(f"{path}::{test}")
    assert missing == []
