"""The pages of operations: nobody sees one without the scope for it, and what is typed is read as it is meant."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, g
from werkzeug.exceptions import Forbidden

from frontends.kit.frontend import menu
from frontends.kit.sessions import Session
from frontends.kit.signin import SignedOut
from frontends.kit.typed import in_zone
from frontends.operations.campaign import so_far
from frontends.operations.dead_letters import is_event
from frontends.operations.figures import WEEKS, weeks_until
from frontends.operations.lanes import level
from frontends.operations.operations import OPERATIONS
from tests.kit.frontends import rendered, unreached

STAFF = {"sub": "s", "actor": "staff"}
APP = unreached(OPERATIONS, traces_url="http://traces.test/zipkin/traces/")
CHANGES = {"POST", "PUT", "DELETE"}


def own_pages(app: Flask) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Endpoint, method and arguments of every page that is of operations, and not of every frontend."""
    for rule in app.url_map.iter_rules():
        if "." in rule.endpoint:
            for method in rule.methods or set():
                if method in {"GET", *CHANGES}:
                    yield rule.endpoint, method, dict.fromkeys(rule.arguments, "claims")


PAGES = sorted(own_pages(APP), key=str)


def user(scope: str, actor: str = "staff") -> Session:
    return Session("secret", {"user": {"actor": actor, "scope": scope}})


def asked(endpoint: str, method: str, arguments: dict[str, str], session: Session) -> None:
    with APP.test_request_context(method=method):
        g.session = session
        APP.view_functions[endpoint](**arguments)


@pytest.mark.parametrize(("endpoint", "method", "arguments"), PAGES)
def test_a_page_is_for_who_is_signed_in(endpoint: str, method: str, arguments: dict[str, str]) -> None:
    with pytest.raises(SignedOut):
        asked(endpoint, method, arguments, Session("secret"))


@pytest.mark.parametrize(("endpoint", "method", "arguments"), PAGES)
@pytest.mark.parametrize(
    "session", [user("operations:act operations:read ledger:read", actor="employer"), user("claims:read")]
)
def test_a_page_is_for_staff_with_its_scope(
    endpoint: str, method: str, arguments: dict[str, str], session: Session
) -> None:
    with pytest.raises(Forbidden):
        asked(endpoint, method, arguments, session)


@pytest.mark.parametrize(("endpoint", "method", "arguments"), [page for page in PAGES if page[1] in CHANGES])
def test_who_may_only_look_changes_nothing(endpoint: str, method: str, arguments: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        asked(endpoint, method, arguments, user("operations:read ledger:read"))


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("", "2026-07-01T00:00:00+01:00"),
        ("9", "2026-07-01T09:00:00+01:00"),
        ("9:30", "2026-07-01T09:30:00+01:00"),
        ("09h30", "2026-07-01T09:30:00+01:00"),
        ("٠٩:٣٠", "2026-07-01T09:30:00+01:00"),
        ("\u200f23 59\u200f", "2026-07-01T23:59:00+01:00"),
        ("25:00", "2026-07-01T25:00"),
        ("9:99999999999", "2026-07-01T9:99999999999"),
        ("noon", "2026-07-01Tnoon"),
    ],
)
def test_an_hour_is_read_as_it_is_typed(clock: str, expected: str) -> None:
    assert in_zone("2026-07-01", clock, zone=ZoneInfo("Africa/Algiers")) == expected


def test_no_day_is_no_instant() -> None:
    assert in_zone("2026-13-45", "9", zone=ZoneInfo("Africa/Tunis")) == "2026-13-45T9"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "good"),
        ({"last_failed_at": "2026-03-02T11:00:00+00:00"}, "wait"),
        ({"last_failed_at": "2026-03-02T11:00:00+00:00", "last_done_at": "2026-03-02T10:00:00+00:00"}, "wait"),
        ({"last_failed_at": "2026-03-02T11:00:00+00:00", "last_done_at": "2026-03-02T12:30:00+01:00"}, "good"),
        ({"last_failed_at": "2026-03-02T11:00:00+00:00", "paused_until": "2026-03-02T12:00:01+00:00"}, "bad"),
        ({"last_failed_at": "2026-03-02T11:00:00+00:00", "paused_until": "2026-03-02T11:59:59+00:00"}, "wait"),
    ],
)
def test_who_is_away_is_told_from_who_was(said: dict[str, str], expected: str) -> None:
    lane = {"last_done_at": None, "last_failed_at": None, "paused_until": None, **said}
    assert level(lane, now=datetime(2026, 3, 2, 12, tzinfo=UTC)) == expected


def test_days_to_come_are_not_drawn_as_days_without_workers() -> None:
    days = [{"on": f"2026-01-{day:02d}", "workers": day} for day in (30, 31)]
    assert so_far(days, as_of="2026-01-30") == [30, None]
    assert so_far(days, as_of="2026-02-01") == [30, 31]


def test_weeks_follow_each_other_up_to_today() -> None:
    found = weeks_until(date(2026, 3, 1))
    assert len(found) == WEEKS
    assert found[-1] == (date(2026, 2, 23), date(2026, 3, 1))
    assert all((after[0] - before[1]).days == 1 for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0190d3c2-7b1e-7aaa-8000-000000000001", True), ("dz-cnas/claim-1", False), ("", False), ("٣", False)],
)
def test_an_event_is_told_from_a_key(text: str, expected: bool) -> None:
    assert is_event(text) is expected


def test_the_menu_names_groups_and_the_pages_of_the_one_that_is_open() -> None:
    entries = menu(OPERATIONS.navigation, here="dead_letters")
    assert [each.text for each in entries] == ["Overview", "Work", "Campaigns", "Money", "What operators did"]
    assert [each.text for each in entries if each.is_here] == ["Work"]
    assert sum(len(each.links) for each in entries) == len(OPERATIONS.navigation)
    scope = "operations:read ledger:read"
    shown = rendered(APP, APP.jinja_env.from_string('{% extends "frame.html" %}'), user=STAFF | {"scope": scope})
    assert shown.count('<nav class="menu') == 1, "no page of a group is open"
