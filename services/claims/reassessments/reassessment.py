"""A reassessment: what an award was last judged as, and the changed facts for which it is to be judged again."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.claims.benefits.explained import ExplainedSum
from services.claims.benefits.judgement import JudgedOutcome

CAUSES_MAX = 20
"""Of those that wait at once; what comes beyond is judged with them and not named."""
STEPS_MAX = 60


class Cause(StrEnum):
    """Why an award is judged again. Each has a sentence under `reassessment.cause.<cause>`."""

    WAGES_DECLARED = "wages-declared"
    """An employer declared wages, replaced a declaration or took one back."""
    REGISTER_CHANGED = "register-changed"
    """The fund's register says something else of the person, or of who depends on them."""
    AGE_REACHED = "age-reached"
    """Somebody has reached an age that the benefit asks about."""
    DEATH = "death"
    """A death was recorded, or taken back."""
    COVER_CHANGED = "cover-changed"
    """A cover that the benefit asks about began, was suspended, or ended."""
    REGISTER_ANSWERED = "register-answered"
    """A register of another administration answered."""
    SURVIVORS_CHANGED = "survivors-changed"
    """Another survivor of the same deceased, whose award is older, has more or less, or nothing any more."""
    FOLLOWED = "followed"
    """An award of an earlier release, which watched no facts for it."""


class Conclusion(StrEnum):
    """What came of it. Each has a sentence under `reassessment.conclusion.<conclusion>`."""

    SAME = "same"
    CHANGED = "changed"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class NotedCause:
    """A cause that waits. `reference` is what it came with: a declaration, a page of the register, another award."""

    cause: Cause
    at: datetime
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class LastJudged:
    """What the rules say of an award. `amount_minor` is what the period comes to by now, `difference_minor` what all
    that was granted for earlier ones falls short of by what is known now, or (below zero) goes beyond.

    `over_since_on` is the first day of the first period that a fact has ended. `failed` is the code of the condition
    that does not hold.
    """

    outcome: JudgedOutcome
    on: date
    amount_minor: int = 0
    difference_minor: int = 0
    failed: str = ""
    over_since_on: date | None = None
    sum: ExplainedSum | None = None


@dataclass(frozen=True, kw_only=True)
class ReassessmentStep:
    """One time that the award was judged again, for which causes, and what came of it."""

    at: datetime
    causes: tuple[NotedCause, ...]
    conclusion: Conclusion
    before_minor: int
    amount_minor: int
    difference_minor: int
    failed: str = ""


@dataclass(frozen=True, kw_only=True)
class Reassessment:
    """One for each award that lives. It depends on facts of the person and, of a survivor's, of the person who died.

    `next_look_at` is now while a cause waits, else the next day on which an age or the beginning of the award changes
    something.
    """

    award_id: str
    claim_type: str
    person_ref: str
    deceased_ref: str | None
    last: LastJudged
    causes: tuple[NotedCause, ...] = ()
    steps: tuple[ReassessmentStep, ...] = ()
    is_living: bool = True
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    version: int = 0
