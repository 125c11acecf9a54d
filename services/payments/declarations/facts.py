"""What the checks of a wage file are told beforehand: by the employer, the register and the fund's definition."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.funds.declarations import PlausibilityCheck
from shared.funds.fund import Fund
from shared.funds.period import Period


class Standing(StrEnum):
    """What the fund's register knows of the employer, for the period declared."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a file is held against. `plausibility` is the fund's table of what is looked at beyond its form; the control
    totals are what the employer typed beside the file, if anything."""

    fund: Fund
    employer_id: str
    standing: Standing
    period: Period
    received_on: date
    plausibility: Mapping[str, PlausibilityCheck]
    control_workers: int | None = None
    control_wages_minor: int | None = None
