"""Which benefits anyone may have estimated, what is asked for each, and what it comes to: by the rules that decide
claims, from answers alone. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from services.claims.benefits import answers
from services.claims.benefits import rules as benefits
from services.claims.benefits.answer import BenefitAnswer, GivenAnswer, fact_of
from services.claims.benefits.conditions import evaluate
from services.claims.benefits.fact import Fact, Facts, FactSource, FactValue
from services.claims.benefits.sources import Sources, facts_from
from services.claims.claims.claim_types import type_of
from services.claims.entitlements.simulation import NotBornYet
from services.claims.simulations.simulation import BenefitSimulation, SimulatedBenefit
from services.claims.trials import known
from services.claims.trials.case import TrialCase
from shared.funds import facts
from shared.funds.benefits import ClaimType, Question, QuestionKind
from shared.funds.effects import PAY_ONCE
from shared.funds.facts import FactKind
from shared.funds.fund import Fund
from shared.kernel.errors import Invalid

COUNT_MAX = 1_000
"""Of quarters, days or dependants: more than anybody has."""
TAKEN_AS_SO: Mapping[str, FactValue] = {"person.is-alive": True, "deceased.person.is-alive": False}
BIRTH_ON = "person.birth-on"
KINDS = {
    FactKind.YES_NO: QuestionKind.YES_NO,
    FactKind.NUMBER: QuestionKind.NUMBER,
    FactKind.AMOUNT: QuestionKind.AMOUNT,
    FactKind.DAY: QuestionKind.DATE,
}
FOLLOWING = (facts.ANSWER, facts.ANSWER_DAYS_AGO, facts.MINIMUM_WAGE, facts.FILED_ON)
"""Facts that follow from the answers, the day and the fund's own files."""


class NotSimulated(Invalid):
    """What the benefit comes to cannot be computed from answers alone."""

    code = "benefit.not-simulated"


class AmountsTooLarge(Invalid):
    """An amount or a number is so large that no sum of a fund comes near."""

    code = "benefit.amounts-too-large"


def simulated(fund: Fund, *, on: date) -> tuple[SimulatedBenefit, ...]:
    """The benefits that can be computed from answers alone, with what is asked for them on a day."""
    found = (_simulated(code, each, on=on) for code, each in fund.claim_types.items())
    return tuple(each for each in found if each is not None)


def simulate(fund: Fund, *, claim_type: str, given: Sequence[GivenAnswer], on: date) -> BenefitSimulation:
    """What the rules say on a day to answers that nobody has checked. What is left out is not known, so that what needs
    it cannot be said. Raises `ClaimTypeUnknown`, `NotSimulated`, `AnswersInvalid`, `NotBornYet` and
    `AmountsTooLarge`."""
    benefit = must_be_simulated(fund, claim_type=claim_type, on=on)
    definition = benefit.deciding
    beside = known.facts_of(TrialCase(filed_on=on), TAKEN_AS_SO, (), definition=definition, fund=fund, on=on)
    checked = answers.checked_against(given, questions=benefit.questions, facts=beside, dependants=(), on=on)
    own = [each for each in checked if not facts.is_a_fact(each.code)]
    said = {each.code: each for each in checked if facts.is_a_fact(each.code)}
    values = {name: fact_of(each, currency=fund.currency, as_of=on).value for name, each in said.items()}
    found = known.facts_of(
        TrialCase(filed_on=on, birth_on=_birth_on(said, on=on)),
        {**TAKEN_AS_SO, **values},
        own,
        definition=definition,
        fund=fund,
        on=on,
    )
    by_answers = {
        name: each if each.source is FactSource.FUND else replace(each, source=FactSource.ANSWER)
        for name, each in found.known.items()
    }
    known_facts = replace(found, known=by_answers)
    try:
        judgement = benefits.judge(definition, known_facts, on=on, rounding=fund.rounding)
    except OverflowError:
        raise AmountsTooLarge from None
    return BenefitSimulation(
        benefit=benefit,
        judgement=judgement,
        unanswered=tuple(_unanswered(benefit, {each.code for each in checked}, known_facts)),
    )


def must_be_simulated(fund: Fund, *, claim_type: str, on: date) -> SimulatedBenefit:
    """The benefit with what is asked for it on a day. Raises `ClaimTypeUnknown` and `NotSimulated`."""
    found = _simulated(claim_type, type_of(fund, claim_type), on=on)
    if found is None:
        raise NotSimulated
    return found


def known_of(benefit: SimulatedBenefit, sources: Sources, *, on: date) -> tuple[Fact, ...]:
    """Of what is asked, what is known of a person on a day, in the order of the questions. What is learnt only once a
    claim is filed is not known yet."""
    asked = [each.code for each in benefit.questions if facts.is_a_fact(each.code)]
    wanted = [name for name in asked if not any(each.read(name) for each in known.LATER)]
    return tuple(facts_from(sources, wanted, on=on).known.values())


def _unanswered(benefit: SimulatedBenefit, answered: Collection[str], known_facts: Facts) -> Iterator[Question]:
    for each in benefit.questions:
        is_asked = each.when is None or evaluate(each.when, known_facts).holds is not False
        if is_asked and each.code not in answered:
            yield each


def _birth_on(said: Mapping[str, BenefitAnswer], *, on: date) -> str | None:
    born = said.get(BIRTH_ON)
    if born is not None and date.fromisoformat(born.value) > on:
        raise NotBornYet
    return None if born is None else born.value


def _simulated(claim_type: str, definition: ClaimType, *, on: date) -> SimulatedBenefit | None:
    """The benefit with what is asked for it; None where it has no formula, or asks who of a register's dependants it is
    for."""
    deciding = _deciding(definition, on=on)
    if not deciding.formula or any(each.kind is QuestionKind.DEPENDANT for each in deciding.questions):
        return None
    questions = tuple(replace(each, is_required=False) for each in _questions(deciding, on=on))
    payment = definition.effect.payment_on(on)
    return SimulatedBenefit(
        claim_type=claim_type,
        definition=definition,
        deciding=deciding,
        questions=questions,
        every=None if payment is None else payment.every,
    )


def _deciding(definition: ClaimType, *, on: date) -> ClaimType:
    """As much of a benefit as its conditions and its formula need: a question that only papers, a register or what
    follows later looks at is asked of nobody who is not known."""
    conditions = tuple(each for each in definition.conditions if each.law.holds_on(on))
    names = {name for each in conditions for name in each.holds.fact_names()}
    names |= {name for step in definition.formula for name in step.fact_names()}
    registers = tuple(each for each in definition.registers if each.fact_name in names)
    names |= {name for each in registers if each.when for name in each.when.fact_names()}
    questions: list[Question] = []
    for question in reversed(definition.questions):  # each looks at earlier ones alone
        is_looked_at = any(facts.question_of(name) == question.code for name in names)
        if question.kind is QuestionKind.DECEASED or is_looked_at:
            questions.insert(0, question)
            names |= set(question.when.fact_names()) if question.when else set()
    return replace(
        definition,
        questions=tuple(questions),
        conditions=conditions,
        registers=registers,
        papers={},
        effect=PAY_ONCE,
        certificate=None,
    )


def _questions(deciding: ClaimType, *, on: date) -> Iterator[Question]:
    """What is asked: the facts that the fund would know of an insured person, the benefit's own questions (not who
    died: their facts are asked for), and what registers would be asked."""
    names = {_asked_as(name) for name in deciding.fact_names() if not _follows(name)}
    for name in sorted(names, key=lambda name: (_place(name), name)):
        kind = KINDS[facts.kind_of(name) or FactKind.NUMBER]
        most = COUNT_MAX if kind is QuestionKind.NUMBER else None
        yield Question(code=name, kind=kind, asks={}, at_most=most)
    yield from (each for each in deciding.questions if each.kind is not QuestionKind.DECEASED)
    for each in deciding.registers:
        if each.law.holds_on(on):
            kind = QuestionKind.CHOICE if each.choices else QuestionKind.YES_NO
            yield Question(code=each.fact_name, kind=kind, asks=each.asks, choices=each.choices, when=each.when)


def _asked_as(name: str) -> str:
    """The fact that is asked for: of an age the day of birth."""
    return BIRTH_ON if facts.AGE.read(name) else name


def _follows(name: str) -> bool:
    """Whether a fact is asked for by no question of its own name."""
    return name in TAKEN_AS_SO or facts.REGISTER.read(name) is not None or any(each.read(name) for each in FOLLOWING)


def _place(name: str) -> int:
    """The place of a fact among those that people are asked for."""
    return next(place for place, each in enumerate(facts.VOCABULARY) if each.read(name))
