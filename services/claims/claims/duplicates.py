"""What makes two claims look like one bill that is filed twice. Pure; an agent answers before either is approved."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.claims.claims.claim import DEAD, LASTING, Claim, ClaimLine


class Likeness(StrEnum):
    """In what two claims are alike; each has a sentence under `claim.duplicate.<likeness>`."""

    SAME_CARE = "same-care"
    """Another claim of the person has the same act, day and amount."""
    SAME_LINE = "same-line"
    """Two lines of one claim have the same act and amount."""
    SAME_BENEFIT = "same-benefit"
    """The person has another claim for the same benefit, which is no care: open, or granted and lasting."""
    SAME_PAPER = "same-paper"
    """The same file stands in another claim, be it another person's."""


@dataclass(frozen=True, kw_only=True)
class DuplicateFinding:
    """A likeness to a claim, which for two lines is the claim itself. Answered: an agent confirmed that both stand."""

    likeness: Likeness
    claim_id: str
    reference: str
    is_answered: bool


def findings(
    claim: Claim, others: Iterable[Claim], *, refused_lines: Collection[int] = ()
) -> tuple[DuplicateFinding, ...]:
    """What is alike in a claim and other claims that may still be paid, or were. A line that is refused pays nothing,
    so that nothing is paid twice by it."""
    lines = [line for number, line in enumerate(claim.lines, start=1) if number not in refused_lines]
    found = [_finding(Likeness.SAME_LINE, claim, claim)] if _has_twins(lines) else []
    for other in others:
        if other.status not in DEAD and other.claim_id != claim.claim_id and not _is_appeal_of(claim, other):
            found += [_finding(likeness, claim, other) for likeness in _likenesses(claim, lines, other)]
    return tuple(found)


def has_same_act(claim: Claim, other: Claim) -> bool:
    """Whether two claims are about the same act on the same day, at whatever amount."""
    return claim.care_on == other.care_on and not {line.act for line in claim.lines}.isdisjoint(
        line.act for line in other.lines
    )


def _is_appeal_of(one: Claim, other: Claim) -> bool:
    """Whether either is an appeal against the other."""
    return any(
        appeal.appealed is not None and appeal.appealed.claim_id == first.claim_id
        for appeal, first in ((one, other), (other, one))
    )


def _likenesses(claim: Claim, lines: Sequence[ClaimLine], other: Claim) -> Iterator[Likeness]:
    is_same_day = claim.person_ref == other.person_ref and claim.care_on == other.care_on
    if is_same_day and not set(map(_care, lines)).isdisjoint(map(_care, other.lines)):
        yield Likeness.SAME_CARE
    is_same_benefit = claim.person_ref == other.person_ref and claim.claim_type == other.claim_type
    if is_same_benefit and not claim.lines and other.status in LASTING:
        yield Likeness.SAME_BENEFIT
    if not claim.digests.isdisjoint(other.digests):
        yield Likeness.SAME_PAPER


def _has_twins(lines: Sequence[ClaimLine]) -> bool:
    return len(set(map(_care, lines))) < len(lines)


def _care(line: ClaimLine) -> tuple[str, int]:
    return line.act, line.paid_minor


def _finding(likeness: Likeness, claim: Claim, other: Claim) -> DuplicateFinding:
    is_answered = other.claim_id in claim.separate_from or claim.claim_id in other.separate_from
    return DuplicateFinding(
        likeness=likeness, claim_id=other.claim_id, reference=other.reference, is_answered=is_answered
    )
