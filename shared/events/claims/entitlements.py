"""The rights that claims decides from wages."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.events.declaring import event


@dataclass(frozen=True, kw_only=True)
class Right:
    """What a page of wages does to one person's right to care; `reason` is a code with a text in claims.

    `status` is open or closed; `valid_until` stands where it is open. `version` counts the decisions about the person:
    one with a lower number than another, which may arrive after it, is out of date. Zero is not counted.
    `is_withdrawn`: the declaration no longer names the person.
    """

    person_ref: str
    status: str
    reason: str
    valid_until: date | None = None
    version: int = 0
    is_withdrawn: bool = False


@event(case="declaration_id")
class RightsDecided:
    """Rights were computed from a page of declared wages; identity refreshes the cards of those that are open, and
    takes back those of the others."""

    declaration_id: str
    employer_id: str
    page: int
    pages: int
    rights: tuple[Right, ...]
    decided_at: datetime


@event(case="person_ref")
class RightDecided:
    """A person's right was computed anew since a month that the person pays alone was paid, or its money taken back;
    identity refreshes the card, or takes it back. `month` is written as a period, such as 2026-M01."""

    person_ref: str
    month: str
    right: Right
    decided_at: datetime
