"""How a claim of a type is handled, as the fund sets it: who decides, what a second person confirms, by when the law
wants an answer, what goes to medical control. Every part may be left out; what a benefit's page leaves out, the fund's
section `procedure` says for all of them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from shared.funds.calendar import DayCount, WhenClosed, check_delay
from shared.funds.faults import refuse
from shared.funds.law import Law, overlaps
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


class AutomatedDecisions(StrEnum):
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
class PaperTerm:
    """Days within which a person gives a paper that was asked for; the day of asking is not counted."""

    days: int
    law: Law

    def __post_init__(self) -> None:
        if not 1 <= self.days <= 366:
            raise ValueError("days is from 1 to 366")


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
class Recovery:
    """How much of a payment of every period is taken at most for what was overpaid before: `percent` of it, and never
    so much that less than `leaves` is left."""

    percent: Decimal
    law: Law
    leaves: Money | None = None
    from_other_awards: bool = False
    """Whether what was overpaid for an award that has ended is taken of payments of the person's other awards."""
    is_suspended_by_dispute: bool = True
    """Whether nothing is taken while the person disputes it and nobody has decided."""

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise ValueError("percent is from 0 to 100")

    def at_most(self, payable_minor: int) -> int:
        """What may be taken of a payment, in minor units; rounded down, in favour of the person."""
        leaves_minor = self.leaves.amount_minor if self.leaves else 0
        return max(0, min(int(payable_minor * self.percent / 100), payable_minor - leaves_minor))


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """The procedure of one claim type, or, as a section of the fund, of those that say nothing else: their delays,
    limits, samples, terms, reasons and days of a draft."""

    legal_delays: tuple[LegalDelay, ...] = ()
    paper_terms: tuple[PaperTerm, ...] = ()
    """Before it is over no claim is refused because a paper was not given; without one an agent may do so at once."""
    one_person_up_to: tuple[OnePersonLimit, ...] = ()
    """Without a limit one agent is enough."""
    medical_control: MedicalControl = MedicalControl.ON_REQUEST
    untouched: AutomatedDecisions = AutomatedDecisions.GRANTS
    samples: tuple[Sample, ...] = ()
    refusal_reasons: Mapping[str, Texts] | None = None
    """Why such a claim may be refused, by code, as a sentence; the platform's own list where the fund gives none."""
    draft_days: int | None = None
    """How long a draft is kept after it was last saved; thirty days where nobody says it."""
    recovery: tuple[Recovery, ...] = ()
    """How much of a payment is taken for what was overpaid before; all of it where nobody says it."""

    def __post_init__(self) -> None:
        refuse(self.faults())

    def faults(self, unread: Collection[str] = ()) -> Iterator[str]:
        """What does not fit together in the file."""
        for name in ("legal_delays", "paper_terms", "one_person_up_to", "samples", "recovery"):
            yield from overlaps(getattr(self, name), of=name)
        if self.draft_days is not None and not 1 <= self.draft_days <= 366:
            yield "draft_days is from 1 to 366"

    def or_else(self, usual: "Procedure") -> "Procedure":
        """The procedure with what the fund says for all claim types where this one says nothing. Who looks at a claim
        and what rules may decide is said by each type alone."""
        return replace(
            self,
            legal_delays=self.legal_delays or usual.legal_delays,
            paper_terms=self.paper_terms or usual.paper_terms,
            one_person_up_to=self.one_person_up_to or usual.one_person_up_to,
            samples=self.samples or usual.samples,
            refusal_reasons=usual.refusal_reasons if self.refusal_reasons is None else self.refusal_reasons,
            draft_days=self.draft_days or usual.draft_days,
            recovery=self.recovery or usual.recovery,
        )


USUAL = Procedure()
"""Where the fund says nothing."""
