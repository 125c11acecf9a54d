"""An entry of the access journal: an agent of the fund looked at what a service keeps of a person or of an employer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    """Why an agent looks; each has a sentence under `access.purpose.<purpose>`."""

    HANDLING = "handling"
    PERSON_ASKED = "person-asked"
    COMPLAINT = "complaint"
    CONTROL = "control"


@dataclass(frozen=True, kw_only=True)
class AccessEntry:
    """Who looked at what of whom, when and why: of a person or of an employer, the other one is empty.

    `looked_at` is one of the service's own words, each with a sentence under `access.looked-at.<word>`; `reference` is
    that of the thing, where it was one thing that has one. `is_act`: the agent did not only look, but did something
    with it for the person who was present.
    """

    entry_id: str
    person_ref: str = ""
    employer_id: str = ""
    by: str
    at: datetime
    purpose: Purpose
    looked_at: str
    reference: str = ""
    is_act: bool = False
    version: int = 0

    def __post_init__(self) -> None:
        if bool(self.person_ref) == bool(self.employer_id):
            raise ValueError("an entry is about a person or about an employer")
