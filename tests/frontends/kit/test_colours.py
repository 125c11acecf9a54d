"""Every fund's colour can be read, on light and on dark ground."""

import pytest

from frontends.kit import colours


@pytest.mark.parametrize(
    "colour", ["#0a6640", "#0b4f8a", "#ffe100", "#000000", "#ffffff", "#808080", "not a colour", ""]
)
@pytest.mark.parametrize("ground", [colours.LIGHT_GROUND, colours.DARK_GROUND])
def test_any_colour_becomes_readable(colour: str, ground: str) -> None:
    assert colours.contrast(colours.readable(colour, ground=ground), ground) >= colours.CONTRAST_MIN


def test_a_colour_that_is_readable_stays() -> None:
    assert colours.readable("#0a6640", ground=colours.LIGHT_GROUND) == "#0a6640"


@pytest.mark.parametrize(("one", "other", "expected"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48)])
def test_contrast_is_that_of_wcag(one: str, other: str, expected: float) -> None:
    assert colours.contrast(one, other) == pytest.approx(expected, abs=0.01)


def test_a_sheet_holds_nothing_but_colours() -> None:
    assert "url(" not in colours.sheet("#0a6640") and "</" not in colours.sheet("</style>")
