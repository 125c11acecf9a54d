"""What insured persons may ask a fund for: claim types with their papers, prices, delays and appeals, all dated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.funds.law import Law, check_no_overlap, find_in_force
from shared.funds.procedure import USUAL, Procedure
from shared.funds.texts import Texts
from shared.kernel.money import Money


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """Whether a claim needs a paper, or may have it."""

    is_required: bool
    law: Law


@dataclass(frozen=True, kw_only=True)
class SupportingPaper:
    """A paper that a claim needs, or may have, while one of its requirements is in force."""

    names: Texts
    requirements: tuple[Requirement, ...]

    def __post_init__(self) -> None:
        check_no_overlap(self.requirements)


@dataclass(frozen=True, kw_only=True)
class Percent:
    """A dated percentage."""

    percent: Decimal
    law: Law


@dataclass(frozen=True, kw_only=True)
class Price:
    """A dated price."""

    price: Money
    law: Law


@dataclass(frozen=True, kw_only=True)
class Act:
    """An act of care and the prices that the fund reimburses by, each for its time."""

    names: Texts
    prices: tuple[Price, ...]

    def __post_init__(self) -> None:
        check_no_overlap(self.prices)


@dataclass(frozen=True, kw_only=True)
class Delays:
    """The usual delay of each step of a claim, in days, as people are told it."""

    completeness: int
    decision: int
    payment: int
    law: Law


@dataclass(frozen=True, kw_only=True)
class FilingTerm:
    """How long after the care the claim may be filed; the day of care itself is not counted."""

    days_max: int
    law: Law


@dataclass(frozen=True, kw_only=True)
class Appeal:
    """Before whom a decision may be contested, and within how many days; the day of the decision is not counted."""

    body: Texts
    days: int
    law: Law


class Filer(StrEnum):
    """Who may file a claim."""

    INSURED_PERSON = "insured-person"


@dataclass(frozen=True, kw_only=True)
class ClaimType:
    """A benefit that an insured person may ask for. All of its values are dated: read them with `in_force`."""

    names: Texts
    papers: Mapping[str, SupportingPaper]
    usual_days: tuple[Delays, ...]
    reimbursement: tuple[Percent, ...]
    acts: Mapping[str, Act]
    filing_terms: tuple[FilingTerm, ...]
    appeals: tuple[Appeal, ...]
    filed_by: tuple[Filer, ...] = (Filer.INSURED_PERSON,)
    procedure: Procedure = USUAL

    def __post_init__(self) -> None:
        for dated in (self.usual_days, self.reimbursement, self.filing_terms, self.appeals):
            check_no_overlap(dated)

    def requirements_on(self, day: date) -> dict[str, Requirement]:
        """The papers that a claim filed on that day may have, by kind."""
        found = {kind: find_in_force(paper.requirements, on=day) for kind, paper in self.papers.items()}
        return {kind: requirement for kind, requirement in found.items() if requirement is not None}

    def price_on(self, act: str, *, day: date) -> Price | None:
        """The price of an act on the day of care; None where the fund does not pay for it."""
        return find_in_force(self.acts[act].prices, on=day) if act in self.acts else None
