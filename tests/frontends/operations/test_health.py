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
CALM: Mapping[str, Answer] = {
    "outbox": {"waiting": 0, "oldest_at": None, "carried_until": None, "errands": []},
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
    "groups": {"items": []},
    "jobs": {"items": [], "next": None},
}


def health(**said: Answer) -> Health:
    return of_service("claims", **{**CALM, **said}, thresholds=THRESHOLDS, now=NOW)


def worker(**said: Any) -> Health:
    inbox: Any = CALM["inbox"]
    return health(inbox={**inbox, "workers": [{**inbox["workers"][0], **said}]})


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
        ({"groups": {"items": [{"letters": 1, "oldest_parked_at": "2026-03-02T11:59:59+00:00"}]}}, "wait"),
        ({"groups": {"items": [{"letters": 1, "oldest_parked_at": "2026-03-01T11:00:00+00:00"}]}}, "bad"),
        ({"jobs": {"items": [{"since_at": "2026-03-02T11:59:00+00:00"}], "next": None}}, "wait"),
        ({"outbox": Unreachable("claims")}, "bad"),
        ({"groups": Problem(500, {})}, "bad"),
    ],
)
def test_what_needs_somebody_is_said(said: Mapping[str, Answer], expected: str) -> None:
    assert health(**said).level == expected


def test_letters_of_all_groups_are_added_and_the_oldest_is_named() -> None:
    groups = {
        "items": [
            {"letters": 2, "oldest_parked_at": "2026-03-02T11:00:00+00:00"},
            {"letters": 3, "oldest_parked_at": "2026-03-02T10:30:00+00:00"},
        ]
    }
    found = health(groups=groups).letters
    assert (found.number, found.oldest_at) == (5, "2026-03-02T10:30:00+00:00")


def test_the_earliest_instant_is_told_across_zones() -> None:
    jobs = {
        "items": [{"since_at": "2026-03-02T11:30:00+00:00"}, {"since_at": "2026-03-02T12:00:00+01:00"}],
        "next": "x",
    }
    found = health(jobs=jobs).jobs
    assert found.oldest_at == "2026-03-02T12:00:00+01:00"
    assert found.is_at_least


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
    inbox: Any = CALM["inbox"]
    assert health(inbox={**inbox, "workers": []}).level == "bad"


def test_a_service_that_says_nothing_is_away() -> None:
    away = Unreachable("claims")
    found = health(outbox=away, inbox=away, groups=away, jobs=away)
    assert found.is_away
    assert found.level == "bad"
    assert found.taken is None
