"""An employer as the fund's register has it: documents needs the name, to print it and to show it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Employer:
    """What documents keeps of a registered employer."""

    employer_id: str
    name: str
    registered_at: datetime
    version: int = 0
