"""A claim: a person asks the fund to pay for something. Its lines and decision are health data and are stored
encrypted."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.claims.benefits.answer import BenefitAnswer
from services.claims.benefits.explained import ExplainedSum
from services.claims.benefits.judgement import ConditionResult

LINES_MAX = 50
PAPERS_MAX = 20
QUANTITY_MAX = 99
SEPARATIONS_MAX = 100


class Status(StrEnum):
    """Where a claim stands. The step after it and who must act are in `timeline`."""

    SUBMITTED = "submitted"
    PAPERS_ASKED = "papers-asked"
    MEDICAL_CONTROL = "medical-control"
    TO_CONFIRM = "to-confirm"
    """An agent granted it; above the amount that one person may grant a second one has to confirm."""
    APPROVED = "approved"
    REFUSED = "refused"
    ORDERED = "ordered"
    PAID = "paid"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    UNDER_WAY = "under-way"
    """What was granted takes its course: a cover lasts, a payment comes every period, a task is being done."""
    DONE = "done"


MOVES: dict[Status, frozenset[Status]] = {
    Status.SUBMITTED: frozenset(
        {
            Status.PAPERS_ASKED,
            Status.MEDICAL_CONTROL,
            Status.TO_CONFIRM,
            Status.APPROVED,
            Status.REFUSED,
            Status.WITHDRAWN,
        }
    ),
    Status.PAPERS_ASKED: frozenset(
        {Status.PAPERS_ASKED, Status.SUBMITTED, Status.MEDICAL_CONTROL, Status.REFUSED, Status.WITHDRAWN}
    ),
    Status.MEDICAL_CONTROL: frozenset({Status.SUBMITTED, Status.PAPERS_ASKED, Status.WITHDRAWN}),
    Status.TO_CONFIRM: frozenset({Status.APPROVED, Status.SUBMITTED, Status.WITHDRAWN}),
    Status.APPROVED: frozenset({Status.ORDERED, Status.UNDER_WAY, Status.DONE, Status.SUBMITTED}),
    Status.ORDERED: frozenset({Status.PAID, Status.RETURNED}),
    Status.RETURNED: frozenset({Status.ORDERED}),
    Status.PAID: frozenset({Status.RETURNED}),  # a bank may give back what it booked, days later
    Status.UNDER_WAY: frozenset({Status.DONE}),
    Status.DONE: frozenset(),
    Status.REFUSED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}

UNDECIDED = frozenset({Status.SUBMITTED, Status.PAPERS_ASKED, Status.MEDICAL_CONTROL, Status.TO_CONFIRM})
"""Nothing is decided that holds yet, and the person may still withdraw."""

LASTING = UNDECIDED | {Status.APPROVED, Status.UNDER_WAY}
"""It may still be granted, or what it was granted lasts."""

DEAD = frozenset({Status.REFUSED, Status.WITHDRAWN})
"""Such a claim is not paid and never will be: its papers may be filed again."""


class StepKind(StrEnum):
    """What a step of a claim's history was where it left the claim in its status; each has a sentence under
    `claim.happening.…`."""

    FOUND_COMPLETE = "found-complete"
    PAPER_ADDED = "paper-added"
    MEDICAL_ANSWER = "medical-answer"
    APPEALED = "appealed"
    APPEAL_CONFIRMED = "appeal-confirmed"
    APPEAL_CHANGED = "appeal-changed"
    APPEAL_LOWERED = "appeal-lowered"
    APPEAL_REVERSED = "appeal-reversed"
    APPEAL_WITHDRAWN = "appeal-withdrawn"
    PAYMENT_HELD = "payment-held"
    PAYMENT_RELEASED = "payment-released"
    DECIDED_ANEW = "decided-anew"


class Reduction(StrEnum):
    """Why less of a line is paid than price and percentage come to. Each has a sentence under `claim.reduced-for.…`."""

    CEILING = "ceiling"
    """The ceiling of the year is reached."""
    TOO_OFTEN = "too-often"
    """The act is paid for only so many times."""


class PaymentHold(StrEnum):
    """Why what was granted is not paid before an agent has looked. Each has a sentence under `claim.payment-hold.…`."""

    DIED = "died"
    REGISTER_CHANGED = "register-changed"
    CONDITION_NOT_MET = "condition-not-met"
    NOT_KNOWN = "not-known"
    OTHER_AMOUNT = "other-amount"


class PaymentCheckStatus(StrEnum):
    """Where the check before a payment stands. Each has a sentence under `claim.payment-check.…`."""

    AWAITED = "awaited"
    """Registers have been asked again."""
    PASSED = "passed"
    HELD = "held"
    """Something differs: an agent looks."""
    RELEASED = "released"
    """An agent has it paid as it was decided."""
    DECIDED_ANEW = "decided-anew"


class PaperReason(StrEnum):
    """Why an agent asks for a paper."""

    MISSING = "missing"
    ILLEGIBLE = "illegible"
    DIFFERS = "differs"


class RefusalReason(StrEnum):
    """Why the fund does not grant it, for a whole claim or for a line of it, where the fund's definition of the claim
    type names no reasons of its own."""

    NOT_COVERED = "not-covered"
    NOT_PRESCRIBED = "not-prescribed"
    RIGHT_NOT_OPEN = "right-not-open"
    ALREADY_PAID = "already-paid"
    PAPERS_NOT_GIVEN = "papers-not-given"
    MEDICALLY_NOT_JUSTIFIED = "medically-not-justified"


class MedicalAnswer(StrEnum):
    """What medical control answers."""

    YES = "yes"
    NO = "no"
    IN_PART = "in-part"


class MedicalReason(StrEnum):
    """Why medical control answers so."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not-justified"
    MORE_THAN_NEEDED = "more-than-needed"
    SHORTER_THAN_ASKED = "shorter-than-asked"
    NOT_ON_THE_LIST = "not-on-the-list"
    NOT_EXAMINED = "not-examined"


class Doubt(StrEnum):
    """Why rules that could decide a claim left it to a person; each has a sentence under `claim.doubt.…`."""

    NOT_ALLOWED = "not-allowed"
    ALIKE = "alike"
    MEDICAL_CONTROL = "medical-control"
    RIGHT_NOT_OPEN = "right-not-open"
    FACTS_MISSING = "facts-missing"
    REFUSAL = "refusal"
    NOTHING_DUE = "nothing-due"
    SECOND_PERSON = "second-person"
    SAMPLE = "sample"
    """Nothing is wrong with it: it is one of those that are controlled."""


class AppealOutcome(StrEnum):
    """What an appeal comes to."""

    CONFIRMED = "confirmed"
    """The first decision stands."""
    CHANGED = "changed"
    """More is granted than before."""
    LOWERED = "lowered"
    """Less is granted than before: what was paid too much is to be recovered."""
    REVERSED = "reversed"
    """What was refused as a whole is granted."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class ClaimLine:
    """One act of care: the fund's code for it, how many, and what the person paid for all of them."""

    act: str
    quantity: int
    paid_minor: int

    def __post_init__(self) -> None:
        if not 1 <= self.quantity <= QUANTITY_MAX or self.paid_minor <= 0:
            raise ValueError("a line has a quantity of 1 to 99 and an amount above nothing")


@dataclass(frozen=True, kw_only=True)
class ClaimPaper:
    """A supporting paper: its kind in the fund's claim type, and where documents keeps it.

    `digest` is a keyed digest of its content, by which the same file is found in another claim; empty where documents
    did not publish its hash.
    """

    kind: str
    upload_id: str
    added_at: datetime
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class PaperRequest:
    """A paper that an agent needs before deciding."""

    kind: str
    reason: PaperReason
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class DecidedLine:
    """What the fund pays of a line, and by which price, percentage and text; a refused line pays nothing."""

    number: int
    reimbursed_minor: int
    price_minor: int
    percent: str
    law: str
    is_to_be_confirmed: bool
    refused_for: str | None = None
    cover: str | None = None
    """The number of the cover that bears more of it than the fund usually does."""
    reduced_for: Reduction | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision, line by line; the values that it was made with stay with it.

    `confirmed_by` is the second person, where one was needed. `is_by_rules`: nobody of the fund touched it.
    """

    lines: tuple[DecidedLine, ...]
    decided_by: str
    decided_at: datetime
    refused_for: str | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    is_by_rules: bool = False
    explained: ExplainedSum | None = None
    """What the benefit comes to, step by step, where its sum was computed from facts."""
    conditions: tuple[ConditionResult, ...] = ()
    """The conditions with the facts that they were held against, frozen as they were on that day."""

    @property
    def deciders(self) -> frozenset[str]:
        return frozenset({self.decided_by} | ({self.confirmed_by} if self.confirmed_by else set()))

    @property
    def refuses_something(self) -> bool:
        return bool(self.refused_for) or any(line.refused_for for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class PaymentCheck:
    """What was granted, held against what is known before it is owed. Of one that is held, `hold` says why,
    `amount_minor` what it would come to now (None where nothing), and `differing` are the conditions that come out
    otherwise now; `reason` is what the agent who looked said."""

    status: PaymentCheckStatus
    since: datetime
    concluded_at: datetime | None = None
    hold: PaymentHold | None = None
    amount_minor: int | None = None
    differing: tuple[ConditionResult, ...] = ()
    looked_at_by: str = ""
    looked_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class MedicalReview:
    """What medical control was asked and what it answered, for the agent who decides: never its notes.

    `refused_lines` are those that it does not find justified; `months` for how long it agrees, where that is limited.
    """

    asked_by: str
    asked_at: datetime
    answer: MedicalAnswer | None = None
    reason: MedicalReason | None = None
    refused_lines: tuple[int, ...] = ()
    months: int | None = None
    answered_by: str = ""
    answered_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.answer is None


@dataclass(frozen=True, kw_only=True)
class Objection:
    """Why a second person did not confirm what another granted; for agents alone."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class AppealLink:
    """The appeal against the decision of a claim, as the claim itself knows it."""

    claim_id: str
    reference: str
    at: datetime
    outcome: AppealOutcome | None = None
    decided_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.outcome is None


@dataclass(frozen=True, kw_only=True)
class Appealed:
    """What an appeal is against: the first claim, what it was granted, who decided it, and what the person says."""

    claim_id: str
    reference: str
    approved_minor: int
    deciders: tuple[str, ...]
    statement: str


@dataclass(frozen=True, kw_only=True)
class Separation:
    """An agent's confirmation that this claim and another, though alike, are two; for two lines alike, the claim
    itself."""

    claim_id: str
    confirmed_by: str
    confirmed_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClaimStep:
    """One thing that happened to the claim. `about` is the paper or the reason that it was about; `happening` says what
    it was where the claim stayed as it stood."""

    status: Status
    at: datetime
    about: str = ""
    happening: StepKind | None = None


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A claim and everything that happened to it. Amounts are minor units of the fund's currency.

    `due_on` is the day by which the fund usually decides, `legal_due_on` the one by which the law wants it to: counted
    from the day on which the claim came in complete. `proposal` is a decision that a second person has yet to confirm.
    `overpaid_minor` is what an appeal found paid too much by the first decision; while `is_to_recover`, the fund has
    it to recover.
    `appeal` is the appeal against this claim's decision; `appealed` what this claim is an appeal against.
    `counter_agents` are those who filed it, contested it or gave a paper of it for the person at a counter.
    A claim of a benefit that is not for care has no lines and `care_on` is the day of filing; its `answers` are what
    the person said to the benefit's questions.
    """

    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    care_on: date
    lines: tuple[ClaimLine, ...]
    papers: tuple[ClaimPaper, ...]
    status: Status
    steps: tuple[ClaimStep, ...]
    requests: tuple[PaperRequest, ...] = ()
    decision: Decision | None = None
    approved_minor: int = 0
    assigned_to: str | None = None
    due_on: date = date.max
    separations: tuple[Separation, ...] = ()
    legal_due_on: date = date.max
    found_complete_at: datetime | None = None
    proposal: Decision | None = None
    proposed_minor: int = 0
    overpaid_minor: int = 0
    is_to_recover: bool = False
    objection: Objection | None = None
    medical: MedicalReview | None = None
    appeal: AppealLink | None = None
    appealed: Appealed | None = None
    doubts: tuple[Doubt, ...] = ()
    answers: tuple[BenefitAnswer, ...] = ()
    counter_agents: tuple[str, ...] = ()
    payment_check: PaymentCheck | None = None
    is_payment_held: bool = False
    earlier_decisions: tuple[Decision, ...] = ()
    """What was decided before the payment was held and the claim decided anew, oldest first."""
    version: int = 0

    def __post_init__(self) -> None:
        if len(self.lines) > LINES_MAX or len(self.papers) > PAPERS_MAX:
            raise ValueError("a claim has at most 50 lines and 20 papers")

    @property
    def digests(self) -> frozenset[str]:
        """Of the papers whose content is known."""
        return frozenset(paper.digest for paper in self.papers if paper.digest)

    @property
    def separate_from(self) -> frozenset[str]:
        """The claims that an agent confirmed to be others than this one, though alike."""
        return frozenset(each.claim_id for each in self.separations)

    @property
    def submitted_at(self) -> datetime:
        return self.steps[0].at

    @property
    def in_step_since(self) -> datetime:
        """When the step that it is in began."""
        return self.steps[-1].at

    @property
    def granted_minor(self) -> int:
        """What is granted in all of what is paid once: of an appeal, with what the first decision granted."""
        first_minor = self.appealed.approved_minor if self.appealed else 0
        return first_minor + self.approved_minor - self.overpaid_minor

    @property
    def is_undecided(self) -> bool:
        return self.status in UNDECIDED

    @property
    def has_legal_delay(self) -> bool:
        """Whether the law sets a day by which it is to be decided."""
        return self.legal_due_on != date.max
