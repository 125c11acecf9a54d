"""Every page of the portal asks who one is, but for those that anybody may see."""

from collections.abc import Iterator

import pytest

from frontends.kit.app import build
from frontends.kit.settings import SERVICES, Settings
from frontends.portal.portal import PORTAL

FOR_ANYBODY = {"welcome", "accounts", "check"}
OWN = {"static_file", "live", "ready", "fund_style", "sign_in", "callback", "sign_out", "preferences", "stay"}


def guards() -> Iterator[tuple[str, tuple[str, ...] | None]]:
    settings = Settings(
        bind="127.0.0.1:1",
        public_url="http://127.0.0.1:1",
        fund_ids=("xx-fund",),
        hosts={},
        addresses=dict.fromkeys(SERVICES, "http://127.0.0.1:1"),
        issuer="http://127.0.0.1:1",
        client_id="portal",
        mongodb_uri="mongodb://127.0.0.1:1",
        mongodb_database="none",
        is_secure=True,
        trusted_proxies=0,
        traces_url="",
        threads=1,
        log_level="INFO",
    )
    for endpoint, view in build(PORTAL, settings).view_functions.items():
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
