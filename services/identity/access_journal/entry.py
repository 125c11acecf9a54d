"""An entry of the access journal: an agent of the fund looked at what identity keeps of a person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    """Why an agent looks; each has a sentence under `access.purpose.<purpose>`."""

    HANDLING = "handling"
    PERSON_ASKED = "person-asked"
    COMPLAINT = "complaint"
    CONTROL = "control"


class Looked(StrEnum):
    """What was looked at; each has a sentence under `access.looked-at.<looked>`."""

    PERSON = "person"
    CARD = "card"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Who looked at what of whom, when and why."""

    entry_id: str
    person_ref: str
    by: str
    at: datetime
    purpose: Purpose
    looked_at: Looked
    version: int = 0
