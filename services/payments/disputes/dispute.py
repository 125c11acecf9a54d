"""What an employer disputes of a debt, and what the fund decided about it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

TEXT_CHARACTERS_MAX = 2000
REASON_CHARACTERS_MAX = 500
STEPS_MAX = 40


class DisputeStatus(StrEnum):
    """Where a dispute stands. `proposed`: an agent wants to take something off the debt, and a second person has to
    agree. `upheld`: all of it is owed; `reduced`: some of it is; `cancelled`: nothing of what was disputed is."""

    OPEN = "open"
    PROPOSED = "proposed"
    UPHELD = "upheld"
    REDUCED = "reduced"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


MOVES: dict[DisputeStatus, frozenset[DisputeStatus]] = {
    DisputeStatus.OPEN: frozenset(
        {
            DisputeStatus.PROPOSED,
            DisputeStatus.UPHELD,
            DisputeStatus.REDUCED,
            DisputeStatus.CANCELLED,
            DisputeStatus.WITHDRAWN,
        }
    ),
    DisputeStatus.PROPOSED: frozenset(
        # The second person may say no: it is open again.
        {DisputeStatus.OPEN, DisputeStatus.REDUCED, DisputeStatus.CANCELLED, DisputeStatus.WITHDRAWN}
    ),
    DisputeStatus.UPHELD: frozenset(),
    DisputeStatus.REDUCED: frozenset(),
    DisputeStatus.CANCELLED: frozenset(),
    DisputeStatus.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class DisputeStep:
    """One thing that happened, by whom; `reason` is what an agent tells the employer."""

    status: DisputeStatus
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class DebtDispute:
    """One employer's dispute about one debt, in minor units of the fund's currency. `declaration_id` is the
    declaration, or the assessment, whose debt it is; should another take its place, the dispute is decided about
    that one's.

    `relieved_minor` is what is not owed, as it is proposed or decided. `proposed_by` is who proposed it.
    """

    dispute_id: str
    reference: str
    declaration_id: str
    employer_id: str
    form: str
    period: str
    ground: str
    explanation: str
    amount_minor: int
    decide_by_on: date
    status: DisputeStatus
    steps: tuple[DisputeStep, ...]
    relieved_minor: int = 0
    proposed_by: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        if not 0 < len(self.steps) <= STEPS_MAX or self.steps[-1].status is not self.status:
            raise ValueError("a dispute stands where its last step left it")
        if not 0 <= self.relieved_minor <= self.amount_minor or self.amount_minor <= 0:
            raise ValueError("no more is taken off a debt than is disputed of it")
        if (self.status is DisputeStatus.PROPOSED) != bool(self.proposed_by):
            raise ValueError("what is proposed is so by somebody")

    @property
    def filed_at(self) -> datetime:
        """When the employer filed it."""
        return self.steps[0].at

    @property
    def reason(self) -> str:
        """What the employer was told last."""
        return self.steps[-1].reason

    @property
    def upheld_minor(self) -> int:
        """What of it is owed after all, once it is decided."""
        return self.amount_minor - self.relieved_minor
