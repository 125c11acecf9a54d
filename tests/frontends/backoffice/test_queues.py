"""Queues are data: a file that is right gives them, one that is wrong says all that is, and a change is taken up."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from frontends.backoffice.queue import QUEUES
from frontends.backoffice.queues import Queues, QueuesMalformed, read

NAMES = {"ar": "قائمة", "fr": "File", "en": "Queue"}


def row(**changed: Any) -> dict[str, Any]:
    return {"queue": "one", "names": NAMES, "source": "claims", "filters": {}, "scopes": ["claims:decide"], **changed}


def text(*rows: Any) -> str:
    return yaml.safe_dump({"queues": list(rows)}, allow_unicode=True)


def test_days_until_due_count_from_the_day_it_is() -> None:
    (queue,) = read(text(row(filters={"status": "submitted", "due_within_days": 5})))
    asked = queue.query(on=date(2026, 2, 26))
    assert asked == {"status": "submitted", "due_before": "2026-03-04"}  # the third of March is still within
    assert queue.query(on=date(2026, 2, 26)) == asked


@pytest.mark.parametrize(
    ("scopes", "names"),
    [({"claims:decide"}, ["one"]), ({"claims:medical"}, ["two"]), ({"ledger:read"}, []), (set(), [])],
)
def test_scopes_decide_who_sees_a_queue(tmp_path: Path, scopes: set[str], names: list[str]) -> None:
    path = tmp_path / "queues.yaml"
    path.write_text(text(row(), row(queue="two", source="medical", scopes=["claims:medical"])), encoding="utf-8")
    assert [each.queue for each in Queues(path).of(scopes)] == names


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (row(source="letters"), "source"),
        (row(names={"fr": "File"}), "names"),
        (row(queue="../x"), "letters, digits"),
        (row(queue=7), "letters, digits"),
        (row(filters={"person": "x"}), "no filter person"),
        (row(filters={"due_within_days": True}), "due_within_days is int"),
        (row(filters={"due_within_days": -1}), "due_within_days is 0"),
        (row(filters={"is_overdue": True, "assigned_to": "me"}), "status alone"),
        (row(filters={"is_payment_held": True, "status": "approved"}), "goes alone"),
        (row(source="medical", filters={"status": "submitted"}), "one queue"),
        (row(scopes="claims:decide"), "scopes"),
        ({"queue": "one"}, "a queue has"),
        (None, "a queue has"),
    ],
)
def test_a_queue_that_is_wrong_is_named_with_its_fault(wrong: Any, said: str) -> None:
    with pytest.raises(QueuesMalformed, match=rf"1: .*{said}"):
        read(text(wrong))


@pytest.mark.parametrize("broken", ["", "queues: 1", "queues: []", "[", text(row(), row()), "a: &b [*b"])
def test_a_file_that_is_none_of_queues_is_refused(broken: str) -> None:
    with pytest.raises(QueuesMalformed):
        read(broken)


def test_a_change_is_taken_up_while_running_and_a_fault_leaves_what_there_was(tmp_path: Path) -> None:
    path = tmp_path / "queues.yaml"

    def write(content: str, at_s: int) -> None:
        path.write_text(content, encoding="utf-8")
        os.utime(path, (at_s, at_s))

    write(text(row()), 1)
    queues = Queues(path)
    write(text(row(), row(queue="two")), 2)
    assert [each.queue for each in queues.all()] == ["one", "two"]
    write("queues: nothing", 3)
    assert [each.queue for each in queues.all()] == ["one", "two"]
    path.unlink()
    assert [each.queue for each in queues.all()] == ["one", "two"]


def test_the_queues_of_the_back_office_are_right() -> None:
    assert {each.source for each in QUEUES.all()} == {"claims", "medical"}
