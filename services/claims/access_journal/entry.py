"""An entry of the access journal: an agent of the fund looked at what claims keeps of a person."""

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

    CLAIM = "claim"
    CLAIMS = "claims"
    RIGHT = "right"
    PERSON = "person"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Who looked at what of whom, when and why. `reference` is that of the claim, where it is one claim."""

    entry_id: str
    person_ref: str
    by: str
    at: datetime
    purpose: Purpose
    looked_at: Looked
    reference: str = ""
    version: int = 0
