"""An award: the right to a cover, or to a payment of every period, that a granted claim opened."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.claims.benefits.explained import ExplainedSum
from shared.funds.law import Law

AWARD_STEPS_MAX = 100
BY_FACTS = "system:reassessments"
"""Who ends, suspends and resumes an award where facts have changed: nobody of the fund."""


class Status(StrEnum):
    """Where an award stands. Each has a sentence under `award.step.<status>`."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


MOVES: dict[Status, frozenset[Status]] = {
    Status.ACTIVE: frozenset({Status.SUSPENDED, Status.ENDED}),
    Status.SUSPENDED: frozenset({Status.ACTIVE, Status.ENDED}),
    Status.ENDED: frozenset(),
}


class AwardKind(StrEnum):
    """What the award is a right to. Each has a sentence under `award.kind.<kind>`."""

    COVER = "cover"
    PAYMENT = "payment"


class SuspensionReason(StrEnum):
    """Why nothing follows from an award for now. Each has a sentence under `award.suspended-for.<reason>`."""

    LIFE_CERTIFICATE_MISSING = "life-certificate-missing"
    UNDER_CONTROL = "under-control"
    FACTS_NOT_KNOWN = "facts-not-known"
    ASKED_BY_PERSON = "asked-by-person"
    REGISTER_ANSWER_CHANGED = "register-answer-changed"
    """A register answers something else than what the award was granted with."""
    CONDITIONS_NOT_MET = "conditions-not-met"
    """Facts have changed, and a condition of the benefit does not hold any more."""


class EndReason(StrEnum):
    """Why an award has ended. Each has a sentence under `award.ended-for.<reason>`."""

    TERM_OVER = "term-over"
    FACT = "fact"
    """A fact of the person, by which the benefit's definition says that it ends."""
    DEATH = "death"
    REMARRIED = "remarried"
    RENOUNCED = "renounced"
    REPLACED = "replaced"
    CONDITIONS_NOT_MET = "conditions-not-met"


@dataclass(frozen=True, kw_only=True)
class AwardStep:
    """A change of status: when it was made, and from which day it counts. `reason` is a code of the status."""

    status: Status
    at: datetime
    on: date
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class AwardTerms:
    """What was granted; health data. `code` shows the award to whoever holds it, such as a pharmacy. `covers` and
    `percent` are those of a cover; `sum` is what a payment came to at the decision. `law` is the one by which it is a
    cover of that length, or is paid so; None in what an earlier release opened."""

    code: str
    covers: tuple[str, ...] = ()
    percent: str = ""
    sum: ExplainedSum | None = None
    law: Law | None = None


@dataclass(frozen=True, kw_only=True)
class BeforeDeath:
    """How an award stood before its person died: what it is again where that was an error."""

    status: Status
    reason: str
    until_on: date | None
    proof_due_on: date | None


@dataclass(frozen=True, kw_only=True)
class Award:
    """An award and everything that happened to it. Both ends of its time are included; without `until_on` a fact ends
    it. `proof_due_on` is the day by which the person proves that they live, where that is asked; `reminded_of` the day
    (of the end, or of that proof) of which they were reminded last. `before_death` stands where it ends, or has ended,
    by the death of its person. `decided_again_at` is when facts that changed last made something else of it;
    `is_followed` says that such facts are watched for it: what an earlier release opened is not until its backfill."""

    award_id: str
    reference: str
    person_ref: str
    claim_id: str
    claim_type: str
    kind: AwardKind
    from_on: date
    until_on: date | None
    status: Status
    steps: tuple[AwardStep, ...]
    terms: AwardTerms
    proof_due_on: date | None = None
    reminded_of: date | None = None
    before_death: BeforeDeath | None = None
    decided_again_at: datetime | None = None
    is_followed: bool = False
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    version: int = 0

    def __post_init__(self) -> None:
        if self.until_on is not None and self.until_on < self.from_on and self.status is not Status.ENDED:
            raise ValueError("an award ends after it begins, unless nothing of it is left")
        if self.kind is AwardKind.COVER and (self.until_on is None or not self.terms.covers):
            raise ValueError("a cover has an end, and covers something")

    @property
    def reason(self) -> str:
        """Why it stands as it does; empty while it is active."""
        return self.steps[-1].reason

    @property
    def is_computed(self) -> bool:
        """Whether runs judge its periods. Where facts alone suspended it for want of a condition they do: of each
        period they say by themselves whether it holds there, and what was owed before stays owed."""
        is_for_condition = self.reason == SuspensionReason.CONDITIONS_NOT_MET
        return self.status is not Status.SUSPENDED or (is_for_condition and self.is_by_facts)

    @property
    def is_by_facts(self) -> bool:
        """Whether facts that changed, and nobody of the fund, made of it what it is."""
        return self.steps[-1].by == BY_FACTS

    def holds_on(self, day: date) -> bool:
        """Whether the award holds on a day, as far as is known now: within its time, and not suspended then."""
        if day < self.from_on or (self.until_on is not None and day > self.until_on):
            return False
        since = [step for step in self.steps if step.on <= day and step.status is not Status.ENDED]
        return bool(since) and since[-1].status is Status.ACTIVE
