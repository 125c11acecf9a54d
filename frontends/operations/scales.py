"""How the values on an axis, and in a chart's table, are written."""

from frontends.kit import formats


def number(value: float) -> str:
    """A count, or a figure with one decimal."""
    return formats.number(int(value) if float(value).is_integer() else round(value, 1)).striptags()  # type: ignore[arg-type]


def percent(value: float) -> str:
    """A share of a hundred."""
    return formats.percent(value / 100).striptags()
