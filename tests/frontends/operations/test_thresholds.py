"""Thresholds are data: read with all their mistakes, and each sign has one."""

from pathlib import Path

import pytest

from frontends.operations.thresholds import (
    OWN_FILE,
    Threshold,
    ThresholdsWrong,
    level,
    of_installation,
    read,
    worst,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "good"), (0, "good"), (9.9, "good"), (10, "wait"), (99, "wait"), (100, "bad"), (1e9, "bad")],
)
def test_a_value_is_coloured_from_its_thresholds_on(value: float | None, expected: str) -> None:
    assert level(Threshold(wait=10, bad=100), value) == expected


def test_the_most_urgent_stands_for_all() -> None:
    assert worst(["good", "bad", "wait"]) == "bad"
    assert worst(["good", "wait"]) == "wait"
    assert worst([]) == "good"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "outbox: 5",
        "outbox: {wait: 5}",
        "outbox: {wait: many, bad: 5}",
        "outbox: {wait: 9, bad: 5}",
        "outbox: {wait: -1, bad: 5}",
    ],
)
def test_what_is_no_threshold_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "thresholds.yaml"
    path.write_text(text)
    with pytest.raises(ThresholdsWrong):
        read(path)


def test_an_installation_has_its_own_for_some_signs(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("dead-letters: {wait: 3, bad: 7}")
    found = of_installation({"OPERATIONS_THRESHOLDS": str(path)})
    assert found["dead-letters"] == Threshold(3, 7)
    assert found["outbox-age"] == read(OWN_FILE)["outbox-age"]
