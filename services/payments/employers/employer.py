"""An employer as payments needs to know it: whose wage files are taken, and whose name stands on a receipt."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class Employer:
    """A firm of the fund's register, as it stood at `registered_at`."""

    employer_id: str
    name: str
    sector: str
    is_open: bool
    affiliated_on: date
    language: str
    registered_at: datetime
    version: int = 0
