"""Every decision says when it was made, whether it is in force, and where it stands in the code."""

import re
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENTRIES = re.findall(
    r"^## (?P<number>\d+)\. .+\n(?P<head>.*)\n", (ROOT / "DECISIONS.md").read_text(encoding="utf-8"), re.MULTILINE
)
HEAD = re.compile(r"(\d{4}-\d\d-\d\d) · (accepted|replaced by (\d+(?:, \d+)*(?: and \d+)?)) · \[(.+)\]\((.+)\)")


def test_they_are_numbered_one_after_the_other() -> None:
    assert [int(number) for number, _ in ENTRIES] == list(range(1, len(ENTRIES) + 1))


@pytest.mark.parametrize(("number", "head"), ENTRIES, ids=lambda it: it if it.isdigit() else "")
def test_a_decision_has_a_date_a_status_and_a_link(number: str, head: str) -> None:
    found = HEAD.fullmatch(head)
    assert found, f"under the title of {number}: `2026-02-10 · accepted · [path](path)`, or `replaced by 12`"
    day, _, replaced_by, shown, path = found.groups()
    assert date.fromisoformat(day)
    assert shown == path and (ROOT / path).exists(), f"{path} is not there"
    assert all(int(number) < int(other) <= len(ENTRIES) for other in re.findall(r"\d+", replaced_by or ""))
