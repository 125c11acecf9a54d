"""An application for an account, as anybody may send it: kept sealed until it is considered, then forgotten."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the applicant claims to be. Numbers stand as the fund keeps them."""

    national_id: str
    insurance_number: str
    birth_on: date
    email: str


@dataclass(frozen=True, kw_only=True)
class Application:
    """An application that waits."""

    application_id: str
    facts: Facts
    password_hash: str
    applied_at: datetime
    version: int = 0
