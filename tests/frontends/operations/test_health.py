"""How a service stands: what is urgent is said, and what is not known is not called good."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from frontends.kit.api import Problem, Unreachable
from frontends.operations.health import Answer, Health, of_service
from frontends.operations.thresholds import OWN_FILE, read

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
THRESHOLDS = read(OWN_FILE)
CALM: Mapping[str, Any] = {
    "arrivals": {"events_last_hour": 12, "requests_last_hour": 3},
    "outbox": {"waiting": 0, "oldest_at": None},
    "inbox": {
        "taken": 7,
        "last_taken_at": "2026-03-02T11:59:00+00:00",
        "parked": 0,
        "workers": [
            {
                "worker": "host:1",
                "at": "2026-03-02T11:59:50+00:00",
                "is_ready": True,
                "missing": [],
                "last_taken_at": None,
                "behind": [
                    {"topic": "claims", "partition": 0, "records": 3},
                    {"topic": "claims", "partition": 1, "records": 4},
                ],
            }
        ],
    },
    "dead_letters": {"letters": 0, "groups": 0, "oldest_parked_at": None},
    "jobs": {"due": 0, "oldest_due_at": None, "failed": 0, "oldest_failed_at": None},
}


def answered(answer: Answer) -> Health:
    return of_service("claims", summary=answer, thresholds=THRESHOLDS, now=NOW)


def health(**said: Mapping[str, Any]) -> Health:
    return answered({**CALM, **{name: {**CALM[name], **changed} for name, changed in said.items()}})


def worker(**said: Any) -> Health:
    return health(inbox={"workers": [{**CALM["inbox"]["workers"][0], **said}]})


def test_a_calm_service_is_good() -> None:
    found = health()
    assert found.level == "good"
    assert found.workers[0].lag == found.lag.number == 7
    assert not found.is_away


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"outbox": {"waiting": 3, "oldest_at": "2026-03-02T11:59:58+00:00"}}, "good"),
        ({"outbox": {"waiting": 3, "oldest_at": "2026-03-02T11:59:00+00:00"}}, "wait"),
        ({"outbox": {"waiting": 3, "oldest_at": "2026-03-02T13:54:00+02:00"}}, "bad"),
        ({"outbox": {"waiting": 100, "oldest_at": "2026-03-02T11:59:59+00:00"}}, "wait"),
        ({"dead_letters": {"letters": 1, "oldest_parked_at": "2026-03-02T11:59:59+00:00"}}, "wait"),
        ({"dead_letters": {"letters": 1, "oldest_parked_at": "2026-03-01T11:00:00+00:00"}}, "bad"),
        ({"jobs": {"failed": 1, "oldest_failed_at": "2026-03-02T11:59:00+00:00"}}, "wait"),
        ({"jobs": {"due": 5, "oldest_due_at": "2026-03-02T11:59:50+00:00"}}, "good"),
        ({"jobs": {"due": 1, "oldest_due_at": "2026-03-02T11:00:00+00:00"}}, "bad"),
    ],
)
def test_what_needs_somebody_is_said(said: Mapping[str, Mapping[str, Any]], expected: str) -> None:
    assert health(**said).level == expected


def test_numbers_come_with_their_age() -> None:
    found = health(dead_letters={"letters": 5, "oldest_parked_at": "2026-03-02T10:30:00+00:00"})
    assert (found.letters.number, found.letters.oldest_at) == (5, "2026-03-02T10:30:00+00:00")
    assert (found.arrivals.number, found.requests) == (12, 3)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"is_ready": False, "missing": ["brokers"]}, "bad"),
        ({"at": "2026-03-02T11:58:00+00:00"}, "wait"),
        ({"at": "2026-03-02T11:00:00+00:00"}, "bad"),
    ],
)
def test_a_worker_that_is_silent_or_not_ready_is_seen(said: Mapping[str, Any], expected: str) -> None:
    assert worker(**said).level == expected


def test_a_service_without_a_worker_takes_nothing() -> None:
    assert health(inbox={"workers": []}).level == "bad"


@pytest.mark.parametrize("answer", [Unreachable("claims"), Problem(500, {})])
def test_a_service_that_says_nothing_is_away(answer: Answer) -> None:
    found = answered(answer)
    assert found.is_away
    assert found.level == "bad"
    assert found.taken is None
