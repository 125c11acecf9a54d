"""Charts drawn on the server: bars and lines as SVG, in the reading direction of the page, each beside its table.

In a page that is read from the right the axis stands on the right and the first column is the rightmost. Nothing of it
needs a script; colours come from the style sheet, so that it prints and follows the theme.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 480, 240
TOP, BOTTOM, AXIS_SIDE, FAR_SIDE = 14, 30, 64, 10
"""Room around the plot, for the texts of its axes."""
TICKS_MAX = 5
LABELS_MAX = 6
FILLED = 0.7
"""The share of a column's room that its bars take."""
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, kw_only=True)
class Series:
    """What is drawn in one colour: a value for each label, None where there is none. `is_before` is what the other is
    compared with, such as last year's, drawn paler."""

    name: str
    values: Sequence[float | None]
    is_before: bool = False


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart with its title, the labels of its columns in reading order, and its series. `say` writes a value as
    people read it, `unit_max` is the end of the axis where it is known (100 for percentages)."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    say: Callable[[float], str]
    direction: str = "ltr"
    unit_max: float | None = None
    is_whole: bool = False
    """Whether values are counted, so that the axis has no halves."""

    def __post_init__(self) -> None:
        if any(len(each.values) != len(self.labels) for each in self.series):
            raise ValueError(f"{self.title}: a value, or none, for each label")

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw: no value, or nothing but zeros."""
        return not any(value for each in self.series for value in each.values)

    @property
    def rows(self) -> Iterator[tuple[str, list[str]]]:
        """Its table: a label and the value of each series; a dash for none."""
        for number, label in enumerate(self.labels):
            values = (each.values[number] for each in self.series)
            yield label, ["–" if value is None else self.say(value) for value in values]

    def bars(self) -> Markup:
        """As bars, those of several series side by side."""
        return self._drawn(self._bars())

    def lines(self) -> Markup:
        """As lines with a dot at each value; a line is broken where there is none."""
        return self._drawn(self._lines())

    @property
    def _top_value(self) -> float:
        largest = max((value for each in self.series for value in each.values if value is not None), default=0)
        return self._ticks(max(largest, self.unit_max or 0))[-1]

    def _ticks(self, largest: float) -> list[float]:
        return ticks(largest, step_min=1 if self.is_whole else 0)

    def _x(self, share: float) -> float:
        """A place along the labels, from 0 to 1 in reading order."""
        plot = WIDTH - AXIS_SIDE - FAR_SIDE
        return round(AXIS_SIDE + share * plot if self.direction == "ltr" else WIDTH - AXIS_SIDE - share * plot, 1)

    def _y(self, value: float) -> float:
        return round(HEIGHT - BOTTOM - value / self._top_value * (HEIGHT - TOP - BOTTOM), 1)

    def _drawn(self, marks: Iterator[str]) -> Markup:
        parts = [
            f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" direction="{escape(self.direction)}" '
            f'aria-label="{escape(self.title)}">',
            *self._axes(),
            *marks,
            "</svg>",
        ]
        return Markup("".join(parts))  # noqa: S704 (every text in it was escaped)

    def _axes(self) -> Iterator[str]:
        for value in self._ticks(self._top_value):
            y = self._y(value)
            yield f'<line class="axis" x1="{self._x(0)}" x2="{self._x(1)}" y1="{y}" y2="{y}"/>'
            x = self._x(0) + (-8 if self.direction == "ltr" else 8)
            # The end of a text is the side of the axis in both directions.
            yield f'<text x="{x}" y="{y + 5}" text-anchor="end">{escape(self.say(value))}</text>'
        every = math.ceil(len(self.labels) / LABELS_MAX)
        for number, label in enumerate(self.labels):
            if number % every == 0:
                x = self._x((number + 0.5) / len(self.labels))
                yield f'<text x="{x}" y="{HEIGHT - 8}" text-anchor="middle">{escape(label)}</text>'

    def _bars(self) -> Iterator[str]:
        room = 1 / max(1, len(self.labels))
        thick = room * FILLED / max(1, len(self.series))
        for place, each in enumerate(self.series):
            for number, value in enumerate(each.values):
                if value is None:
                    continue
                begin = (number + (1 - FILLED) / 2) * room + place * thick
                left = min(self._x(begin), self._x(begin + thick))
                width = abs(self._x(begin + thick) - self._x(begin))
                y = self._y(value)
                yield (
                    f'<rect class="bar{" before" * each.is_before}" x="{left}" y="{y}" width="{width:.1f}" '
                    f'height="{self._y(0) - y:.1f}">{self._tip(each, number, value)}</rect>'
                )

    def _lines(self) -> Iterator[str]:
        count = len(self.labels)
        for each in self.series:
            kind = " before" * each.is_before
            for piece in _pieces(each.values):
                points = " ".join(f"{self._x((number + 0.5) / count)},{self._y(value)}" for number, value in piece)
                yield f'<polyline class="line{kind}" points="{points}"/>'
                for number, value in piece:
                    x, tip = self._x((number + 0.5) / count), self._tip(each, number, value)
                    yield f'<circle class="dot{kind}" cx="{x}" cy="{self._y(value)}" r="3.5">{tip}</circle>'

    def _tip(self, series: Series, number: int, value: float) -> str:
        return f"<title>{escape(self.labels[number])}, {escape(series.name)}: {escape(self.say(value))}</title>"


def ticks(largest: float, *, step_min: float = 0) -> list[float]:
    """Round values from zero to the first that is not below the largest: at most five steps, none below `step_min`."""
    if largest <= 0:
        return [0, 1]
    rough = largest / TICKS_MAX
    power = 10 ** math.floor(math.log10(rough))
    step = max(step_min, next(each * power for each in STEPS if each * power >= rough * (1 - 1e-9)))
    count = math.ceil(largest / step - 1e-9)
    return [round(number * step, 10) for number in range(count + 1)]


def _pieces(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    piece: list[tuple[int, float]] = []
    for number, value in enumerate(values):
        if value is not None:
            piece.append((number, value))
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece
