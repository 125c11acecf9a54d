"""The arithmetic of the bench: ratios of pairs, their spread, and which goal a figure reaches."""

from pathlib import Path

import pytest

from bench.asking import percentile
from bench.pairs import Pairs, Run, Spread, alternate, cpu_us_each, rates
from bench.results import MISSED, Row, at_least, at_most, compared, write


def test_a_rate_is_things_a_second_and_cpu_is_per_thing() -> None:
    run = Run(done=200, seconds=4.0, cpu_s=0.5)
    assert (run.rate, run.cpu_us_each) == (50.0, 2_500.0)
    assert (Run(0, 0.0).rate, Run(0, 1.0).cpu_us_each) == (0.0, 0.0)


def test_a_ratio_is_the_median_of_the_pairs_and_not_of_the_sides() -> None:
    """The machine slows down fivefold in the middle: the ratio of medians would say 0.2."""
    ours = [Run(100, 1), Run(100, 1), Run(20, 1)]
    theirs = [Run(200, 1), Run(500, 5), Run(40, 1)]
    assert Pairs(ours, theirs).ratio == Spread(0.5, 0.5, 1.0)
    assert rates(ours) == Spread(100.0, 20.0, 100.0)
    assert cpu_us_each([Run(1, 1, 1e-6), Run(1, 1, 3e-6), Run(1, 1, 2e-6)]) == pytest.approx(2.0)


def test_pairs_of_unequal_length_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="shorter"):
        _ = Pairs([Run(1, 1), Run(1, 1)], [Run(1, 1)]).ratio


def test_sides_take_turns() -> None:
    order: list[str] = []

    def side(name: str) -> Run:
        order.append(name)
        return Run(1, 1)

    a, b = alternate(lambda: side("a"), lambda: side("b"), pairs=3)
    assert order == ["a", "b"] * 3 and len(a) == len(b) == 3


@pytest.mark.parametrize(("figure", "reached"), [(0.95, "target"), (0.94, "floor"), (0.8, "floor"), (0.79, MISSED)])
def test_what_should_be_large(figure: float, reached: str) -> None:
    assert at_least(figure, floor=0.8, target=0.95) == reached


@pytest.mark.parametrize(("figure", "reached"), [(0.5, "target"), (0.6, "floor"), (2.0, "floor"), (2.1, MISSED)])
def test_what_should_be_small(figure: float, reached: str) -> None:
    assert at_most(figure, floor=2.0, target=0.5) == reached


def test_percentiles() -> None:
    figures = [float(each) for each in range(100, 0, -1)]
    assert (percentile(figures, 0.5), percentile(figures, 0.99), percentile([], 0.99)) == (51.0, 100.0, 0.0)


def test_the_page_holds_every_row_and_what_it_was_measured_on(tmp_path: Path) -> None:
    row = compared("P3", "events", [Run(90, 1)], [Run(100, 1)], baseline="bare", floor=0.8, target=0.95)
    failed = Row("P4", "not measured", "TimeoutError: it never came", reached="**failed**")
    write(tmp_path / "page.md", [("p3: in", [row]), ("p4: out", [failed])], on=[("cores", "2")], took_s=90)
    page = (tmp_path / "page.md").read_text()
    assert "| cores | 2 |" in page and "## p4: out" in page and "it never came" in page
    assert "**0.90** (0.90–0.90)" in page and "0.8 / 0.95 | floor |" in page
