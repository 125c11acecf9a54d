"""What came out: rows, printed as they come and written to `RESULTS.md` at the end, with what they were measured on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.pairs import Pairs, Run, Spread, cpu_us_each, rates

MISSED = "**missed**"
HEADER = """# Figures

Written by `make bench`; nothing here is typed by hand. Ours and its baseline run in turn (A-B-A-B) on the same engines
with the same data; a ratio is the median of the pairs' ratios, with the lowest and the highest in brackets. Absolute
figures move by a factor of two when the machine has something else to do: compare ratios, not them. *CPU* is the time
of our own process a thing done, without engines. Baselines are programs in `bench/baselines` and `bench/peers`.
"""


@dataclass(frozen=True)
class Row:
    """One line of the results. `reached` is the target, the floor, neither, or empty where there is no goal."""

    goal: str
    what: str
    ours: str
    beside: str = ""
    ratio: str = ""
    aim: str = ""
    reached: str = ""

    def __str__(self) -> str:
        cells = [self.goal, self.what, self.ours, self.beside, self.ratio, self.aim, self.reached]
        return "| " + " | ".join(cells) + " |"


def compared(
    goal: str,
    what: str,
    ours: Sequence[Run],
    theirs: Sequence[Run],
    *,
    baseline: str,
    floor: float | None = None,
    target: float | None = None,
) -> Row:
    """Rates side by side, and the ratio of the pairs."""
    ratio = Pairs(ours, theirs).ratio
    return Row(
        goal,
        what,
        _shown(ours),
        f"{baseline}: {_shown(theirs)}",
        f"**{ratio.median:.2f}** ({ratio.low:.2f}–{ratio.high:.2f})",
        "" if floor is None else f"{floor:g} / {target:g}",
        "" if floor is None or target is None else at_least(ratio.median, floor=floor, target=target),
    )


def at_least(figure: float, *, floor: float, target: float) -> str:
    """Which goal a figure reaches that should be large."""
    return "target" if figure >= target else "floor" if figure >= floor else MISSED


def at_most(figure: float, *, floor: float, target: float) -> str:
    """Which goal a figure reaches that should be small."""
    return "target" if figure <= target else "floor" if figure <= floor else MISSED


def spread(figures: Spread, unit: str) -> str:
    return f"{figures.median:,.0f} ({figures.low:,.0f}–{figures.high:,.0f}) {unit}"


def _shown(runs: Sequence[Run]) -> str:
    cpu = cpu_us_each(runs)
    return spread(rates(runs), "/s") + (f", CPU {cpu:,.0f} µs" if cpu else "")


TABLE = "| goal | what | ours | beside it | ratio | floor / target | reached |\n|---|---|---|---|---|---|---|\n"


def write(
    path: Path, parts: Sequence[tuple[str, Sequence[Row]]], *, on: Sequence[tuple[str, str]], took_s: float
) -> None:
    """Write the page, whole or with the parts that there are."""
    path.parent.mkdir(exist_ok=True)
    sections = [HEADER, "| measured on | |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in on)]
    for title, rows in parts:
        sections.append(f"## {title}\n\n{TABLE}" + "\n".join(map(str, rows)))
    sections.append(f"Took {took_s / 60:.0f} minutes.")
    path.write_text("\n\n".join(sections) + "\n")
