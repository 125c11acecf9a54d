"""Throttles lock out who guesses, and the owner never for long: strangers cannot use them to lock somebody out."""

import pytest

from tests.identity.builders import AMIRA_NIN, considered, forgotten, ways_back
from tests.identity.conftest import IdentityHarness

NEW = "quatre chiens sous la table"
LOCKED_AT_MOST_S = 15 * 60


def strangers_fail(harness: IdentityHarness, times: int, login: str = AMIRA_NIN) -> int:
    """A stranger fails from one browser after another; how long they are told to wait in the end, in seconds."""
    answer = None
    for _ in range(times):
        answer = harness.browser().submit(login, "wrong")
    return int(answer.headers.get("Retry-After", 0)) if answer else 0


def strangers_are_throttled(harness: IdentityHarness, hours: int) -> None:
    """As long as it takes: a try at each moment at which the door opens."""
    for _ in range(hours * 4):
        wait_s = strangers_fail(harness, 5)
        assert wait_s <= LOCKED_AT_MOST_S
        harness.clock.move(seconds=wait_s)
    strangers_fail(harness, 1)


def test_a_browser_that_was_in_before_comes_in_whatever_strangers_do(harness: IdentityHarness) -> None:
    own = harness.browser()
    own.tokens(AMIRA_NIN)
    strangers_are_throttled(harness, hours=2)
    assert harness.browser().submit(AMIRA_NIN).status_code == 429, "strangers hold the common door"
    assert own.submit(AMIRA_NIN).status_code == 303


def test_a_session_goes_on_whatever_strangers_do(harness: IdentityHarness) -> None:
    own = harness.browser()
    tokens = own.tokens(AMIRA_NIN)
    strangers_are_throttled(harness, hours=1)
    assert own.refresh(tokens["refresh_token"]).status_code == 200


def test_from_a_new_browser_an_owner_waits_a_quarter_of_an_hour_at_most(harness: IdentityHarness) -> None:
    strangers_are_throttled(harness, hours=2)
    for _ in range(20):
        harness.browser().submit(AMIRA_NIN, "wrong")  # while locked: does not count
    harness.clock.move(seconds=LOCKED_AT_MOST_S)
    assert harness.browser().submit(AMIRA_NIN).status_code == 303


def test_the_way_back_leads_in_while_strangers_hold_the_door(harness: IdentityHarness) -> None:
    """The link brings a door of the owner's own, so they need not race the strangers for the moment it opens."""
    strangers_are_throttled(harness, hours=1)
    assert harness.browser().ask("/accounts/recovery", forgotten()).status_code == 202
    considered(harness.context)
    link = ways_back(harness.context)[-1]
    body = {"token": link["token"], "password": NEW}
    assert harness.browser().ask("/accounts/recovery/password", body).status_code == 200
    assert harness.browser().submit(AMIRA_NIN, NEW).status_code == 429
    owner = harness.browser()
    assert owner.submit(AMIRA_NIN, NEW, device=link["device"]).status_code == 303
    assert owner.submit(AMIRA_NIN, NEW).status_code == 303, "and the browser is known from now on"


@pytest.mark.parametrize("device", ["", "x", "x.y", "é"])
def test_a_device_that_nobody_was_given_is_none(harness: IdentityHarness, device: str) -> None:
    strangers_fail(harness, 5)
    assert harness.browser().submit(AMIRA_NIN, device=device).status_code == 429


def test_the_door_of_a_device_shuts_too(harness: IdentityHarness) -> None:
    own = harness.browser()
    own.tokens(AMIRA_NIN)
    assert [own.submit(AMIRA_NIN, "wrong").status_code for _ in range(5)] == [422, 422, 422, 422, 429]
    assert own.submit(AMIRA_NIN).status_code == 429
    assert harness.browser().submit(AMIRA_NIN).status_code == 303, "and the common one does not"


def test_one_time_codes_cannot_be_guessed(harness: IdentityHarness) -> None:
    """Five wrong codes with the right password lock the login: of a million, three are right at any time."""
    browser = harness.browser(client_id="backoffice")
    wrong = "000000" if harness.codes() != "000000" else "111111"
    assert [browser.submit("nadia", code=wrong).status_code for _ in range(6)] == [422, 422, 422, 422, 429, 429]
    assert browser.submit("nadia", code=harness.codes()).status_code == 429
    harness.clock.move(seconds=61)
    assert browser.submit("nadia", code=harness.codes()).status_code == 303


def test_a_code_is_taken_once_even_from_another_browser(harness: IdentityHarness) -> None:
    code = harness.codes()
    assert harness.browser(client_id="backoffice").submit("nadia", code=code).status_code == 303
    assert harness.browser(client_id="backoffice").submit("nadia", code=code).status_code == 422
