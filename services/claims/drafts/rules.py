"""What may happen to a draft. Pure: the fund, the person's other drafts and the time are handed in."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from services.claims.claims.claim import ClaimPaper
from services.claims.claims.submission import ClaimFiling
from services.claims.drafts.draft import DRAFTS_MAX, Content, Draft
from shared.funds.fund import Fund
from shared.funds.procedure import DRAFT_DAYS
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.outcome import Outcome


class DraftUnknown(Missing):
    """There is none of this id, or its time is over."""

    code = "draft.unknown"


class TooManyDrafts(Conflict):
    code = "draft.too-many"


class TypeMissing(Invalid):
    """The draft does not say which benefit is asked for."""

    code = "draft.type-missing"


def begin(
    content: Content, *, draft_id: str, person_ref: str, taken: Collection[int], fund: Fund, at: datetime
) -> Outcome[Draft]:
    """A person begins a claim and saves what there is of it. `taken` are the slots of their other drafts."""
    free = [slot for slot in range(1, DRAFTS_MAX + 1) if slot not in taken]
    if not free:
        raise TooManyDrafts(drafts_max=DRAFTS_MAX)
    begun = Draft(
        draft_id=draft_id,
        person_ref=person_ref,
        slot=free[0],
        content=content,
        saved_at=at,
        expires_at=_expires_at(content, fund=fund, at=at),
    )
    return Outcome(begun)


def edit(draft: Draft, content: Content, *, fund: Fund, at: datetime) -> Outcome[Draft]:
    """The person saves it anew, whole; its time begins anew, too."""
    must_live(draft, at=at)
    expires_at = _expires_at(content, fund=fund, at=at)
    return Outcome(replace(draft, content=content, saved_at=at, expires_at=expires_at))


def must_live(draft: Draft, *, at: datetime) -> None:
    """Raises `DraftUnknown` for one whose time is over, though it may not be purged yet."""
    if draft.expires_at <= at:
        raise DraftUnknown


def filing_of(draft: Draft) -> ClaimFiling:
    """What the person files with it. Raises `TypeMissing`; anything else that is lacking is for filing to say."""
    content = draft.content
    if content.claim_type is None:
        raise TypeMissing
    papers = tuple(
        ClaimPaper(kind=paper.kind, upload_id=paper.upload_id, added_at=draft.saved_at) for paper in content.papers
    )
    return ClaimFiling(
        claim_type=content.claim_type,
        care_on=content.care_on,
        lines=content.lines,
        papers=papers,
        answers=content.answers,
    )


def _expires_at(content: Content, *, fund: Fund, at: datetime) -> datetime:
    definition = fund.claim_types.get(content.claim_type or "")
    return at + timedelta(days=(definition.procedure.draft_days if definition else None) or DRAFT_DAYS)
