"""How a claim of a type is handled, as the fund sets it: who decides, what a second person confirms, by when the law
wants an answer, what goes to medical control. Every part may be left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from shared.funds.calendar import DayCount, WhenClosed, check_delay
from shared.funds.law import Law, check_no_overlap
from shared.funds.texts import Texts
from shared.kernel.money import Money

DRAFT_DAYS = 30


class MedicalControl(StrEnum):
    """When the fund's medical officers look at a claim."""

    NEVER = "never"
    ON_REQUEST = "on-request"
    """Where an agent asks them."""
    ALWAYS = "always"
    """Nothing is granted without their answer."""


class Untouched(StrEnum):
    """What the rules may decide without anybody of the fund, where a benefit is decided by rules at all."""

    NOTHING = "nothing"
    GRANTS = "grants"
    """What is refused, a person refuses."""
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class LegalDelay:
    """Days from a complete claim within which the law wants a decision; the day itself is not counted."""

    days: int
    law: Law
    counted_in: DayCount = DayCount.CALENDAR_DAYS
    when_closed: WhenClosed = WhenClosed.STAYS
    """What happens to a last day on a weekend or a holiday."""

    def __post_init__(self) -> None:
        check_delay(self, self.days)


@dataclass(frozen=True, kw_only=True)
class OnePersonLimit:
    """The amount up to which one agent grants alone; above it a second person confirms."""

    amount: Money
    law: Law


@dataclass(frozen=True, kw_only=True)
class Sample:
    """How many in a hundred of the claims that rules could decide go to an agent all the same."""

    percent: Decimal
    law: Law

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise ValueError("percent is from 0 to 100")


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """The procedure of one claim type."""

    legal_delays: tuple[LegalDelay, ...] = ()
    one_person_up_to: tuple[OnePersonLimit, ...] = ()
    """Without a limit one agent is enough."""
    medical_control: MedicalControl = MedicalControl.ON_REQUEST
    untouched: Untouched = Untouched.GRANTS
    samples: tuple[Sample, ...] = ()
    refusal_reasons: Mapping[str, Texts] | None = None
    """Why such a claim may be refused, by code, as a sentence; the platform's own list where the fund gives none."""
    draft_days: int = DRAFT_DAYS
    """How long a draft is kept after it was last saved."""

    def __post_init__(self) -> None:
        for dated in (self.legal_delays, self.one_person_up_to, self.samples):
            check_no_overlap(dated)
        if not 1 <= self.draft_days <= 366:
            raise ValueError("draft_days is from 1 to 366")


USUAL = Procedure()
"""Where the fund says nothing."""
