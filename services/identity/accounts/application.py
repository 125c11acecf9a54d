"""An application, as anybody may send it: for an account, or for the recovery of one.

It is stored encrypted until it is considered, then deleted.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.partial_date import PartialDate


class ApplicationKind(StrEnum):
    """What somebody applies for."""

    ACCOUNT = "account"
    RECOVERY = "recovery"


@dataclass(frozen=True, kw_only=True)
class ApplicantFacts:
    """What the applicant claims to be. Numbers stand as the fund keeps them; a recovery needs no e-mail address."""

    national_id: str
    insurance_number: str
    birth_on: PartialDate
    email: str | None


@dataclass(frozen=True, kw_only=True)
class Application:
    """An application that waits. `password_hash` is that of the account that is wished for."""

    application_id: str
    facts: ApplicantFacts
    password_hash: str | None
    applied_at: datetime
    wish: ApplicationKind = ApplicationKind.ACCOUNT
    is_scheduled: bool = False
    """Whether a job considers it: those of a release without the due queue have none."""
    version: int = 0
