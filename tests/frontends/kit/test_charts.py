"""Charts: round axes, the reading direction, gaps, and nothing that a text could break out of."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence

import pytest

from frontends.kit.charts import HEIGHT, WIDTH, Chart, Series, ticks

SVG = "{http://www.w3.org/2000/svg}"


def chart(*values: float | None, direction: str = "ltr", **more: object) -> Chart:
    labels = [f"week {number}" for number in range(len(values))]
    series = [Series(name="claims", values=values)]
    return Chart(
        title="Decided", labels=labels, series=series, say=lambda value: f"{value:g}", direction=direction, **more
    )  # type: ignore[arg-type]


def drawn(text: str, tag: str) -> list[ET.Element]:
    # Made by ourselves a line above: nothing of it comes from outside.
    return list(ET.fromstring(text).iter(tag))  # noqa: S314


@pytest.mark.parametrize(
    ("largest", "expected"),
    [
        (0, [0, 1]),
        (1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (3, [0, 1, 2, 3]),
        (7, [0, 2, 4, 6, 8]),
        (100, [0, 20, 40, 60, 80, 100]),
        (101, [0, 25, 50, 75, 100, 125]),
        (0.03, [0, 0.01, 0.02, 0.03]),
        (1_234_567, [0, 250_000, 500_000, 750_000, 1_000_000, 1_250_000]),
    ],
)
def test_the_axis_has_round_values(largest: float, expected: Sequence[float]) -> None:
    assert ticks(largest) == expected


@pytest.mark.parametrize("largest", [0.001, 0.7, 9.99, 10, 11, 49, 51, 999, 12_345, 1e9])
def test_the_axis_holds_the_largest_in_few_steps(largest: float) -> None:
    found = ticks(largest)
    assert found[-1] >= largest > found[-2]
    assert len(found) <= 6


def test_what_is_counted_has_no_halves() -> None:
    assert ticks(1, step_min=1) == [0, 1]
    assert ticks(3, step_min=1) == [0, 1, 2, 3]
    texts = [each.text for each in drawn(chart(2, is_whole=True).bars(), "text")]
    assert texts[:3] == ["0", "1", "2"]


def test_bars_are_read_from_the_side_that_the_page_is() -> None:
    left = [float(each.attrib["x"]) for each in drawn(chart(1, 2, 3).bars(), "rect")]
    right = [float(each.attrib["x"]) for each in drawn(chart(1, 2, 3, direction="rtl").bars(), "rect")]
    assert left == sorted(left)
    assert right == sorted(right, reverse=True)


def test_the_axis_stands_where_reading_begins() -> None:
    first = {
        direction: float(drawn(chart(1, direction=direction).bars(), "text")[0].attrib["x"])
        for direction in ("ltr", "rtl")
    }
    assert first["ltr"] < WIDTH / 4 < WIDTH * 3 / 4 < first["rtl"]


def test_a_bar_is_as_high_as_its_value() -> None:
    low, high = (float(each.attrib["height"]) for each in drawn(chart(25, 100).bars(), "rect"))
    assert high == pytest.approx(4 * low, abs=0.2)


def test_all_stays_inside() -> None:
    for direction in ("ltr", "rtl"):
        for each in drawn(chart(5, 0, 17, 3, direction=direction).bars(), "rect"):
            x, y, width, height = (float(each.attrib[name]) for name in ("x", "y", "width", "height"))
            assert 0 <= x <= x + width <= WIDTH
            assert 0 <= y <= y + height <= HEIGHT


def test_a_line_is_broken_where_nothing_is_known() -> None:
    text = chart(1, 2, None, 4).lines()
    assert len(drawn(text, "polyline")) == 2
    assert len(drawn(text, "circle")) == 3


def test_percentages_end_at_a_hundred() -> None:
    texts = [each.text for each in drawn(chart(40, unit_max=100).bars(), "text")]
    assert "100" in texts


def test_no_text_becomes_markup() -> None:
    odd = Chart(
        title='<script>"',
        labels=["<b>"],
        series=[Series(name="&", values=[1])],
        say=lambda value: f"<{value}>",
    )
    assert "<script>" not in odd.bars()
    assert drawn(odd.bars(), "script") == drawn(odd.lines(), "b") == []


def test_its_table_says_the_same() -> None:
    assert list(chart(1, None).rows) == [("week 0", ["1"]), ("week 1", ["–"])]


def test_nothing_at_all_is_empty_and_can_be_drawn() -> None:
    assert chart().is_empty
    assert chart(None).is_empty
    assert chart(0, None).is_empty
    assert not chart(0, 0.1).is_empty
    assert drawn(chart().lines(), "rect") == []


def test_many_columns_have_few_labels() -> None:
    texts = [each.text or "" for each in drawn(chart(*range(1, 91)).bars(), "text")]
    assert 3 <= sum(text.startswith("week") for text in texts) <= 6


def test_a_value_for_each_label() -> None:
    with pytest.raises(ValueError, match="for each label"):
        Chart(title="", labels=["a"], series=[Series(name="", values=[])], say=str)
