"""Each of the twenty points of the pages' design is shown by a browser test that names its number."""

import re
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
DESIGN = ROOT / "frontends" / "DESIGN.md"
SHOWN_IN = [*(ROOT / "tests" / "browser").glob("test_*.py"), ROOT / "tests" / "kit" / "crawl.py"]
NAMED = re.compile(r"(?<![a-z])points?[ _]((?:\d+(?:, | and )?)+)", re.IGNORECASE)
"""In a comment, or in the name of a test."""
POINTS = set(range(1, 21))
NOT_YET: Mapping[int, str] = {}
"""Points that no browser test shows, each with what is missing."""


def named() -> set[int]:
    texts = [path.read_text(encoding="utf-8") for path in SHOWN_IN]
    return {int(each) for text in texts for group in NAMED.findall(text) for each in re.findall(r"\d+", group)}


def test_every_point_stands_in_the_design_once() -> None:
    listed = re.findall(r"^(\d+)\. ", DESIGN.read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(each) for each in listed] == sorted(POINTS)


def test_every_point_is_shown_by_a_browser_test_that_names_it() -> None:
    assert named() <= POINTS
    assert POINTS - named() == NOT_YET.keys(), "show it, or take it off the list of what is missing"
