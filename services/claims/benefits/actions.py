"""What claims does with benefits: what answers are held against, and what the rules say to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.claims.benefits import answers, rules
from services.claims.benefits.answer import GivenAnswer
from services.claims.benefits.fact import Facts
from services.claims.benefits.facts import facts_on, sources_of, sources_of_claim
from services.claims.benefits.judgement import Judgement
from services.claims.benefits.sources import Sources
from services.claims.claims.claim import Claim
from services.claims.claims.claim_types import type_of
from services.claims.insured import actions as insured
from shared.funds.benefits import QuestionKind
from shared.funds.fund import IdentifierKind
from shared.kernel.actors import NotYours
from shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class FactsAtFiling:
    """What is known of a person beside the answers, what it was made from, and the ids of their dependants."""

    facts: Facts
    sources: Sources
    dependants: frozenset[str]


def facts_at_filing(uow: UnitOfWork, *, person_ref: str, claim_type: str) -> FactsAtFiling:
    """What answers are held against. Raises `ClaimTypeUnknown`."""
    definition = type_of(uow.fund, claim_type)
    today = uow.today
    sources = sources_of(uow, person_ref=person_ref, claim_type=claim_type, answers=(), filed_on=today)
    asks_dependants = any(each.kind is QuestionKind.DEPENDANT for each in definition.questions)
    dependants = insured.dependants_of(uow, person_ref) if asks_dependants else ()
    facts = facts_on(today, sources, claim_type=claim_type)
    return FactsAtFiling(facts, sources, frozenset(each.dependant_id for each in dependants))


def with_deceased(uow: UnitOfWork, given: Iterable[GivenAnswer], *, claim_type: str) -> tuple[GivenAnswer, ...]:
    """The answers, with the pseudonym of the insured person who died in place of their number; of a number that is
    none, or is the caller's own, nothing. Whether anybody has the number is not said: it is no stranger's to learn."""
    code = type_of(uow.fund, claim_type).deceased_question
    return tuple(replace(each, value=_deceased_ref(uow, each.value)) if each.code == code else each for each in given)


def _deceased_ref(uow: UnitOfWork, value: bool | int | str) -> str:
    number = uow.fund.read_identifier(IdentifierKind.INSURANCE_NUMBER, value) if isinstance(value, str) else None
    ref = uow.keys.person_ref(number) if number else ""
    return "" if ref == uow.by.person_ref else ref


def judge_claim(uow: UnitOfWork, claim: Claim, *, on: date) -> Judgement:
    """What the rules of its benefit say to a claim on a day, by what claims knows now."""
    definition = type_of(uow.fund, claim.claim_type)
    facts = facts_on(on, sources_of_claim(uow, claim), claim_type=claim.claim_type)
    return rules.judge(definition, facts, on=on, rounding=uow.fund.rounding)


def estimate(uow: UnitOfWork, *, claim_type: str, given: Sequence[GivenAnswer]) -> Judgement:
    """What the rules would say today to a claim of the caller with these answers. Nothing is filed."""
    if uow.by.person_ref is None:
        raise NotYours
    today = uow.today
    definition = type_of(uow.fund, claim_type)
    if definition.is_for_care:
        raise rules.PricedByLine
    if definition.deceased_question is not None:
        raise rules.OfSomebodyElse
    beside = facts_at_filing(uow, person_ref=uow.by.person_ref, claim_type=claim_type)
    checked = answers.checked(given, definition=definition, facts=beside.facts, dependants=beside.dependants, on=today)
    facts = facts_on(today, replace(beside.sources, answers=checked), claim_type=claim_type)
    return rules.judge(definition, facts, on=today, rounding=uow.fund.rounding)
