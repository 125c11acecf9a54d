"""A draft: a claim that its person has not filed yet. Nobody of the fund sees it, and it is deleted when it expires."""

from dataclasses import dataclass
from datetime import date, datetime

from services.claims.benefits.answer import GivenAnswer
from services.claims.claims.claim import LINES_MAX, PAPERS_MAX, ClaimLine

DRAFTS_MAX = 5
"""Of one person."""


@dataclass(frozen=True, kw_only=True)
class DraftPaper:
    """A paper that was uploaded for it; whether it is known and whose it is is asked when the claim is filed."""

    kind: str
    upload_id: str


@dataclass(frozen=True, kw_only=True)
class Content:
    """What has been filled in so far; all of it may still be missing."""

    claim_type: str | None = None
    care_on: date | None = None
    lines: tuple[ClaimLine, ...] = ()
    papers: tuple[DraftPaper, ...] = ()
    answers: tuple[GivenAnswer, ...] = ()

    def __post_init__(self) -> None:
        if len(self.lines) > LINES_MAX or len(self.papers) > PAPERS_MAX:
            raise ValueError("a draft has at most 50 lines and 20 papers")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A person's draft. `slot` is its place among those that one person may have; it is gone after `expires_at`."""

    draft_id: str
    person_ref: str
    slot: int
    content: Content
    saved_at: datetime
    expires_at: datetime
    version: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.slot <= DRAFTS_MAX:
            raise ValueError(f"a person has at most {DRAFTS_MAX} drafts")
