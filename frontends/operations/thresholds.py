"""From which value on a sign is to be watched or acted upon: data, so that each installation has its own."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

OWN_FILE = Path(__file__).with_name("thresholds.yaml")
LEVELS = ("good", "wait", "bad")
"""From calm to urgent; the words by which states are coloured."""


class ThresholdsWrong(Exception):
    """The file is none of thresholds: the pages would colour nothing, or all."""


@dataclass(frozen=True)
class Threshold:
    """The values from which on a sign is no longer good."""

    wait: float
    bad: float


def read(path: Path) -> Mapping[str, Threshold]:
    """By sign; ThresholdsWrong naming what is missing or in the wrong order."""
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(given, dict):
        raise ThresholdsWrong(f"{path}: no table")
    found: dict[str, Threshold] = {}
    for sign, limits in given.items():
        try:
            threshold = Threshold(float(limits["wait"]), float(limits["bad"]))
        except (KeyError, TypeError, ValueError):
            raise ThresholdsWrong(f"{path}: {sign} needs numbers for `wait` and `bad`") from None
        if not 0 <= threshold.wait <= threshold.bad:
            raise ThresholdsWrong(f"{path}: {sign} is watched before it is bad")
        found[str(sign)] = threshold
    return found


def of_installation(environ: Mapping[str, str] = os.environ) -> Mapping[str, Threshold]:
    """The installation's own where it names a file, for each sign that stands in it; ours for the rest."""
    own = environ.get("OPERATIONS_THRESHOLDS", "")
    return {**read(OWN_FILE), **(read(Path(own)) if own else {})}


def level(threshold: Threshold, value: float | None) -> str:
    """How a value is coloured; what is not there is good."""
    if value is None or value < threshold.wait:
        return "good"
    return "bad" if value >= threshold.bad else "wait"


def worst(levels: Iterable[str]) -> str:
    """The most urgent of several."""
    return max(levels, key=LEVELS.index, default="good")
