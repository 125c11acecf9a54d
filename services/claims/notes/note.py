"""A note of the fund's own people about a claim. The person never sees it, nor does whoever it is not for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NOTES_MAX = 200
"""Of one claim and audience."""
TEXT_CHARACTERS_MAX = 2_000


class Audience(StrEnum):
    """Whose notes they are: they alone write and read them."""

    AGENTS = "agents"
    MEDICAL_CONTROL = "medical-control"


@dataclass(frozen=True, kw_only=True)
class Note:
    """What somebody of the fund wrote down about a claim. It is not changed; what was wrong is said in the next one."""

    note_id: str
    claim_id: str
    audience: Audience
    text: str
    by: str
    at: datetime
    version: int = 0

    def __post_init__(self) -> None:
        if not 0 < len(self.text) <= TEXT_CHARACTERS_MAX:
            raise ValueError(f"a note has 1 to {TEXT_CHARACTERS_MAX} characters")
