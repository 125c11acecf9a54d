"""An employer as the fund's own register has it."""

from dataclasses import dataclass
from datetime import date

from services.identity.register.person import Contact


@dataclass(frozen=True, kw_only=True)
class Employer:
    """A registered employer. `is_open` is as of the day of the import: a later `closed_on` has yet to come."""

    employer_id: str
    name: str
    sector: str
    affiliated_on: date
    closed_on: date | None
    is_open: bool
    contact: Contact
    language: str
    version: int = 0
