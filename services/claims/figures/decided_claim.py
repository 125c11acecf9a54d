"""That a claim was decided, as operations count it: how long it took and who decided. Nothing of whom or what it is."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class DecidedClaim:
    """One decision. `took_s` counts from the filing; `appeal_outcome` is empty where it is of no appeal."""

    claim_id: str
    claim_type: str
    decided_on: date
    decided_at: datetime
    took_s: int
    is_by_rules: bool
    appeal_outcome: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        if self.took_s < 0:
            raise ValueError("a claim is decided after it was filed")
