"""What an employer owes until it declares, because it declared nothing: assessed by the fund from its last period."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from services.payments.contributions.contribution import Assessment
from shared.funds.law import Law

TEXT_CHARACTERS_MAX = 500


class ProvisionalStatus(StrEnum):
    """`standing`: it is owed; `replaced`: the employer declared, and its declaration counts instead; `withdrawn`: the
    fund took it back."""

    STANDING = "standing"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


MOVES: dict[ProvisionalStatus, frozenset[ProvisionalStatus]] = {
    ProvisionalStatus.STANDING: frozenset({ProvisionalStatus.REPLACED, ProvisionalStatus.WITHDRAWN}),
    # Who declares after all is no longer silent, whatever the fund had thought of it.
    ProvisionalStatus.WITHDRAWN: frozenset({ProvisionalStatus.REPLACED}),
    ProvisionalStatus.REPLACED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What an assessment was computed from: declarations of the last period that has any, and what they made due."""

    period: str
    declaration_ids: tuple[str, ...]
    due_minor: int
    percent: Decimal
    """On top of it."""
    law: Law


@dataclass(frozen=True, kw_only=True)
class ProvisionalAssessment:
    """The provisional debt of one establishment of an employer for a period; minor units of the fund's currency.

    `slot` is the place that a declaration of the same establishment, form and period takes; there is one assessment for
    it, ever. Its debt is the obligation under `assessment_id`, until a declaration's takes its place.
    """

    assessment_id: str
    slot: str
    employer_id: str
    form: str
    period: str
    establishment: str
    basis: Basis
    assessment: Assessment
    status: ProvisionalStatus
    note: str
    assessed_at: datetime
    assessed_by: str
    replaced_by: str | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    reason: str = ""
    """Why it was withdrawn."""
    version: int = 0

    def __post_init__(self) -> None:
        if (self.status is ProvisionalStatus.REPLACED) != (self.replaced_by is not None):
            raise ValueError("an assessment names what replaced it once it is replaced, and only then")
        if self.due_minor <= 0:
            raise ValueError("a provisional assessment makes something due")

    @property
    def due_minor(self) -> int:
        return self.assessment.total_minor

    @property
    def due_on(self) -> date:
        """The last day on which the period could have been declared in time."""
        return self.assessment.due_on

    @property
    def surcharge_minor(self) -> int:
        """What of it comes on top of the last period."""
        return self.due_minor - self.basis.due_minor

    @property
    def is_to_be_confirmed(self) -> bool:
        """Whether a rule in it has yet to be confirmed by the fund."""
        return self.basis.law.is_to_be_confirmed or any(slip.is_to_be_confirmed for slip in self.assessment.slips)
