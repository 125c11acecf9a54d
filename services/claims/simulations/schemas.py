"""The shapes of simulations of benefits over HTTP."""

from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from services.claims.benefits.answer import ANSWERS_MAX
from services.claims.benefits.explained import UsedFact
from services.claims.benefits.fact import Fact, written
from services.claims.benefits.fact_names import fact_text
from services.claims.benefits.judgement import JudgedOutcome
from services.claims.benefits.schemas import (
    VALUE,
    AnswerValue,
    ExplainedSumView,
    OfBenefit,
    QuestionView,
    failed_text,
    said,
)
from services.claims.entitlements.schemas import LawView
from services.claims.simulations.rules import KINDS
from services.claims.simulations.simulation import BenefitSimulation, SimulatedBenefit
from shared.funds import facts
from shared.funds.benefits import Family, Question, QuestionKind
from shared.funds.facts import FactKind
from shared.funds.period import PeriodKind
from shared.http.problems import language, translate
from shared.http.shapes import TEXT, Derived, fund

FACT_NAME_LENGTH_MAX = 80
QUESTIONS_MAX = 2 * ANSWERS_MAX
HELP = {
    facts.DEPENDANTS: "simulation.help.dependants",
    facts.RIGHT_IS_OPEN: "simulation.help.right-is-open",
    facts.WORK_QUARTERS: "simulation.help.work-quarters",
    facts.WAGE_LAST_QUARTER: "simulation.help.wages",
    facts.WAGES: "simulation.help.wages",
}


def _text(question: Question) -> str:
    """The question, as the fund or the register asks it; else what the fact is called that it stands for."""
    return question.asks[language()] if question.asks else said(question.code)


def _help(question: Question) -> str | None:
    """What helps to answer: the fund's own words, or the platform's for a fact that the fund would know."""
    if question.help is not None:
        return question.help[language()]
    of_deceased = facts.DECEASED.read(question.code)
    name = question.code if of_deceased is None else of_deceased["fact"]
    code = next((code for family, code in HELP.items() if family.read(name)), None)
    return None if code is None else translate(code)


class SimulatedQuestionView(QuestionView):
    """A question of a simulation: one of the benefit's own, or one for a fact that the fund would know of an insured
    person, whose code is the name of that fact."""

    text = fields.Function(lambda it: _text(it), required=True, metadata=TEXT)
    help = fields.Function(lambda it: _help(it), required=True, metadata=TEXT, allow_none=True)


class SimulatedBenefitView(Schema):
    """A benefit that anyone may have estimated, and what is asked for it."""

    claim_type = fields.String(required=True)
    name = fields.Function(lambda it: it.definition.names[language()], required=True, metadata=TEXT)
    family = fields.Enum(Family, by_value=True, required=True, attribute="definition.family")
    currency = fields.Function(lambda it: fund().currency.value, required=True, metadata=TEXT)
    questions = OfBenefit(SimulatedQuestionView, claim_type=lambda it: it.claim_type, many=True, required=True)


class SimulatedBenefitViews(Schema):
    """The benefits that can be computed from answers alone."""

    items = fields.List(fields.Nested(SimulatedBenefitView), required=True)


class KnownFactsQuery(Schema):
    """For which benefit."""

    claim_type = fields.String(required=True, validate=validate.Length(1, 40))


class KnownPartView(Schema):
    """What a fact was made of in one period: a wage in major units, days, or work as it was declared (`90D`)."""

    period = fields.Function(lambda it: it.name.rpartition(".")[2], required=True, metadata=TEXT)
    value = fields.Function(lambda it: written(it.value), required=True, metadata=TEXT)


class KnownFactView(Schema):
    """What the fund knows already of what a simulation asks for."""

    code = fields.String(required=True, attribute="name")
    value = fields.Function(lambda it: _as_answer(it), required=True, metadata=VALUE)
    source = fields.String(required=True)
    source_text = fields.Function(lambda it: translate(f"benefit.source.{it.source}"), required=True, metadata=TEXT)
    as_of = fields.Date(required=True)
    parts = fields.List(fields.Nested(KnownPartView), required=True)


class KnownFactViews(Schema):
    """What the fund knows of the caller, in the order of the questions."""

    items = fields.List(fields.Nested(KnownFactView), required=True)


def _as_answer(fact: Fact) -> bool | int | str:
    """The value, as an answer to the question of its name says it."""
    if isinstance(fact.value, Decimal):
        return int(fact.value)
    return fact.value if isinstance(fact.value, bool) else written(fact.value)


class SimulatedAnswerBody(Schema):
    """An answer to a question of the simulation."""

    code = fields.String(required=True, validate=validate.Length(1, FACT_NAME_LENGTH_MAX))
    value = AnswerValue(required=True)


class SimulationBody(Schema):
    """What somebody says is so. What is left out is not known."""

    claim_type = fields.String(required=True, validate=validate.Length(1, 40))
    answers = fields.List(
        fields.Nested(SimulatedAnswerBody), load_default=list, validate=validate.Length(0, QUESTIONS_MAX)
    )


class SimulatedFactView(Schema):
    """A fact that a condition looked at; of a choice its value is the text."""

    name = fields.String(required=True)
    name_text = fields.String(required=True)
    kind = fields.Enum(QuestionKind, by_value=True, required=True)
    value = fields.String(required=True)


class SimulatedConditionView(Schema):
    """A condition, and whether it holds by the answers: null where an answer is missing. `sentence` says why not."""

    code = fields.String(required=True)
    holds = fields.Boolean(required=True, allow_none=True)
    sentence = fields.String(required=True)
    law = fields.Nested(LawView, required=True)
    facts = fields.List(fields.Nested(SimulatedFactView), required=True)
    missing_texts = fields.List(fields.String(), required=True)


class BenefitSimulationView(Schema):
    """What the rules say to these answers: an estimate, which binds nobody."""

    claim_type = fields.String(required=True, attribute="benefit.claim_type")
    name = fields.Function(lambda it: it.benefit.definition.names[language()], required=True, metadata=TEXT)
    on = fields.Date(required=True, attribute="judgement.judged_on")
    outcome = fields.Enum(JudgedOutcome, by_value=True, required=True, attribute="judgement.outcome")
    text = fields.Function(
        lambda it: translate(f"simulation.outcome.{it.judgement.outcome}"), required=True, metadata=TEXT
    )
    failed_text = fields.Function(
        lambda it: failed_text(it.benefit.claim_type, it.judgement.failed),
        required=True,
        metadata=TEXT,
        allow_none=True,
    )
    unanswered = fields.Function(
        lambda it: [_text(each) for each in it.unanswered],
        required=True,
        metadata={"type": "array", "items": TEXT},
    )
    conditions = Derived(SimulatedConditionView, of=lambda it: _conditions(it), many=True, required=True)
    sum = OfBenefit(
        ExplainedSumView,
        claim_type=lambda it: it.benefit.claim_type,
        required=True,
        allow_none=True,
        attribute="judgement.sum",
    )
    every = fields.Enum(PeriodKind, by_value=True, required=True, allow_none=True, attribute="benefit.every")


def _conditions(found: BenefitSimulation) -> list[dict[str, Any]]:
    return [
        {
            "code": condition.code,
            "holds": result.holds,
            "sentence": condition.sentence[language()],
            "law": condition.law,
            "facts": [_fact(fact, found.benefit) for fact in result.facts],
            "missing_texts": [_name(name, found.benefit) for name in result.missing],
        }
        for condition, result in found.conditions
    ]


def _fact(fact: UsedFact, benefit: SimulatedBenefit) -> dict[str, Any]:
    asked = benefit.deciding.asked_of(fact.name)
    choices = asked.choices or {} if asked is not None else {}
    kind = KINDS.get(benefit.deciding.kind_of(fact.name) or FactKind.TEXT, QuestionKind.TEXT)
    value = choices[fact.value][language()] if fact.value in choices else fact.value
    return {"name": fact.name, "name_text": _name(fact.name, benefit), "kind": kind, "value": value}


def _name(fact_name: str, benefit: SimulatedBenefit) -> str:
    """What a fact is called where this benefit is spoken of."""
    return fact_text(fact_name, fund=fund(), language=language(), translate=translate, definition=benefit.definition)
