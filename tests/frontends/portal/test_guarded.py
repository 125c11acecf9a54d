"""Every page of the portal asks who one is, but for those that anybody may see."""

from collections.abc import Iterator

import pytest

from frontends.portal.portal import PORTAL
from tests.kit.frontends import unreached

FOR_ANYBODY = {"welcome", "accounts", "check", "simulate", "estimate", "unsubscribe"}
OWN = {"static_file", "live", "ready", "fund_style", "sign_in", "callback", "sign_out", "preferences", "stay"}


def guards() -> Iterator[tuple[str, tuple[str, ...] | None]]:
    for endpoint, view in unreached(PORTAL).view_functions.items():
        yield endpoint, getattr(view, "is_for", None)


@pytest.mark.parametrize(("endpoint", "is_for"), list(guards()), ids=lambda given: str(given))
def test_a_page_is_for_somebody(endpoint: str, is_for: tuple[str, ...] | None) -> None:
    if endpoint in OWN or endpoint.partition(".")[0] in FOR_ANYBODY:
        assert is_for is None
    else:
        assert is_for, f"{endpoint} asks nobody who they are"


def test_every_entry_of_the_navigation_is_a_page() -> None:
    endpoints = {endpoint for endpoint, _ in guards()}
    assert {link.endpoint for link in PORTAL.navigation} <= endpoints
