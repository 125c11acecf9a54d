"""What a person may ask the fund for on a day: claim types with their papers, acts and delays. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from services.claims.benefits.answer import BenefitAnswer
from services.claims.claims.claim import Claim
from services.claims.claims.decisions import reasons_of
from shared.funds.benefits import (
    Act,
    Appeal,
    Ceiling,
    ClaimType,
    DecidedBy,
    Delays,
    Family,
    Filer,
    FilingTerm,
    Price,
    Question,
    Requirement,
)
from shared.funds.fund import Fund
from shared.funds.law import find_in_force
from shared.funds.procedure import LegalDelay
from shared.funds.texts import Texts


@dataclass(frozen=True, kw_only=True)
class PaperOffer:
    """A paper that a claim filed on the day needs, or may have."""

    kind: str
    names: Texts
    requirement: Requirement


@dataclass(frozen=True, kw_only=True)
class ActOffer:
    """An act that the fund pays for when it is done on the day, and its price."""

    act: str
    names: Texts
    price: Price


@dataclass(frozen=True, kw_only=True)
class ClaimOffer:
    """A claim type on a day. What the law does not set on that day is None."""

    claim_type: str
    names: Texts
    papers: tuple[PaperOffer, ...]
    acts: tuple[ActOffer, ...]
    percent: str | None
    filing: FilingTerm | None
    usual_days: Delays | None
    appeal: Appeal | None
    filed_by: tuple[Filer, ...]
    legal_delay: LegalDelay | None
    refusal_reasons: tuple[str, ...]
    ceiling: Ceiling | None
    family: Family
    decided_by: DecidedBy
    is_for_care: bool
    questions: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True)
class MedicalAct:
    """An act of care that the fund reimburses in claims of a type, and its price on a day."""

    act: str
    claim_type: str
    names: Texts
    price: Price

    @property
    def key(self) -> str:
        """The place of the act in the list."""
        return f"{self.act}:{self.claim_type}"


def medical_acts(fund: Fund, *, on: date, claim_type: str | None, search: str) -> list[MedicalAct]:
    """The acts that are paid for on a day, of one claim type or of all, whose code or name in any language holds what
    is searched."""
    wanted = search.strip().casefold()
    return [
        MedicalAct(act=offer.act, claim_type=code, names=offer.names, price=offer.price)
        for code, definition in fund.claim_types.items()
        if claim_type in (None, code)
        for offer in _acts(definition.acts.items(), on=on)
        if any(wanted in text.casefold() for text in (offer.act, *offer.names.values()))
    ]


def offers(fund: Fund, *, on: date) -> tuple[ClaimOffer, ...]:
    """The fund's claim types on a day, in the order of its definition."""
    return tuple(_offer(claim_type, definition, on=on) for claim_type, definition in fund.claim_types.items())


def _offer(claim_type: str, definition: ClaimType, *, on: date) -> ClaimOffer:
    percent = find_in_force(definition.reimbursement, on=on)
    return ClaimOffer(
        claim_type=claim_type,
        names=definition.names,
        papers=tuple(
            PaperOffer(kind=kind, names=definition.papers[kind].names, requirement=requirement)
            for kind, requirement in definition.requirements_on(on).items()
        ),
        acts=tuple(_acts(definition.acts.items(), on=on)),
        percent=str(percent.percent) if percent else None,
        filing=find_in_force(definition.filing_terms, on=on),
        usual_days=find_in_force(definition.usual_days, on=on),
        appeal=find_in_force(definition.appeals, on=on),
        filed_by=definition.filed_by,
        legal_delay=find_in_force(definition.procedure.legal_delays, on=on),
        refusal_reasons=tuple(reasons_of(definition)),
        ceiling=find_in_force(definition.ceilings, on=on),
        family=definition.family,
        decided_by=definition.decided_by,
        is_for_care=definition.is_for_care,
        questions=definition.questions,
    )


@dataclass(frozen=True)
class AnswerShown:
    """An answer beside its question; None where the fund asks that question no more."""

    answer: BenefitAnswer
    question: Question | None


def answers_shown(claim: Claim, fund: Fund) -> list[AnswerShown]:
    """The answers of a claim with the questions as the fund asks them today."""
    definition = fund.claim_types.get(claim.claim_type)
    asked = {question.code: question for question in definition.questions} if definition else {}
    return [AnswerShown(answer, asked.get(answer.code)) for answer in claim.answers]


def _acts(acts: Iterable[tuple[str, Act]], *, on: date) -> Iterator[ActOffer]:
    for act, definition in acts:
        price = find_in_force(definition.prices, on=on)
        if price is not None:
            yield ActOffer(act=act, names=definition.names, price=price)
