"""The pages of services have the frontends' values, in a style that their policy knows."""

import base64
import hashlib
from pathlib import Path

import pytest

from frontends.kit import colours as of_frontends
from shared.http.design import colours, page_style
from shared.http.design.page_style import of_fund, plain


def test_the_values_are_the_frontends_own() -> None:
    """Their text is compared by `tests/house/test_docs.py`; here, that it says the same."""
    assert colours.sheet("#f0e68c") == of_frontends.sheet("#f0e68c")
    for value in ("--ink: #1b2126", "--target: 2.75rem", "prefers-color-scheme: dark"):
        assert value in page_style.tokens()
    assert "--bs-" not in page_style.tokens(), "and nothing for a library that these pages do not load"


@pytest.mark.parametrize("colour", ["#0a6640", "#f0e68c", "#000000"])
def test_a_page_has_the_fund_s_colour_where_it_can_be_read_and_its_policy_fits(colour: str, tmp_path: Path) -> None:
    own = tmp_path / "own.css"
    own.write_text("/* a note */\n.own { color: var(--accent) }\n")
    style = of_fund(own, colour=colour)
    assert colours.readable(colour, ground=colours.DARK_GROUND) in style.text
    assert style.text.endswith(".own { color: var(--accent) }") and "a note" not in style.text
    assert style.source == f"'sha256-{base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()}'"
    assert "--accent:" not in plain(own).text
