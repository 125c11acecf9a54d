"""The shapes of benefits over HTTP: questions and answers, conditions, and explained sums, which are the same for the
person and for the agent."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.claims.benefits.answer import ANSWERS_MAX, NUMBER_MAX, TEXT_CHARACTERS_MAX
from services.claims.benefits.explained import UsedFact
from services.claims.benefits.fact import written
from services.claims.benefits.fact_names import fact_text
from services.claims.benefits.judgement import JudgedOutcome
from services.claims.entitlements.schemas import LawView
from shared.funds.benefits import ClaimType, QuestionKind
from shared.funds.conditions import Condition
from shared.http.problems import language, translate
from shared.http.shapes import TEXT, Amount, Derived, fund
from shared.kernel.money import Money

VALUE = {"oneOf": [{"type": "boolean"}, {"type": "integer"}, {"type": "string"}]}


def name_of(claim_type: str) -> str:
    """What the fund calls a benefit; its code where the fund has it no more."""
    found = fund().claim_types.get(claim_type)
    return found.names[language()] if found else claim_type


class AnswerValue(fields.Field[bool | int | str]):
    """A yes or no, a whole number, or text: a day, an amount, a choice, a dependant's id, the person's words."""

    def __init__(self, **more: Any) -> None:
        super().__init__(metadata=VALUE, **more)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any
    ) -> bool | int | str:
        if isinstance(value, bool):
            return value
        if isinstance(value, int) and abs(value) <= NUMBER_MAX:
            return value
        if isinstance(value, str) and len(value) <= TEXT_CHARACTERS_MAX:
            return value
        raise ValidationError("neither yes or no, nor a whole number, nor a text")


class AnswerBody(Schema):
    """An answer to a question of the claim type."""

    code = fields.String(required=True, validate=validate.Length(1, 40))
    value = AnswerValue(required=True)


class EstimateBody(Schema):
    """What would be answered."""

    claim_type = fields.String(required=True, validate=validate.Length(1, 40))
    answers = fields.List(fields.Nested(AnswerBody), load_default=list, validate=validate.Length(0, ANSWERS_MAX))


# --- What is asked ----------------------------------------------------------------------------------------------------


def condition_shown(condition: Condition | None) -> dict[str, Any] | None:
    """A condition as a form works it out: a fact with its tests, all of which hold, or `all`, `any` or `none` of other
    conditions. An object of its own, since conditions hold conditions."""
    if condition is None:
        return None
    if condition.fact is not None:
        tests = {name: _as_text(getattr(condition, name)) for name in condition.tests}
        return {"fact": condition.fact, "tests": tests}
    name = next(each for each in ("all", "any", "none") if getattr(condition, each) is not None)
    return {name: [condition_shown(each) for each in condition.joined]}


class When(fields.Function):
    """The condition under which something is asked; null where it always is."""

    def __init__(self, of: Callable[[Any], Condition | None]) -> None:
        super().__init__(
            lambda it: condition_shown(of(it)), required=True, allow_none=True, metadata={"type": "object"}
        )


def _as_text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return written(value) if isinstance(value, bool | Decimal | Money) else str(value)


class ChoiceView(Schema):
    code = fields.String(required=True)
    text = fields.String(required=True)


class QuestionView(Schema):
    """A question of a claim type. It is asked where `when` holds; always where that is null."""

    code = fields.String(required=True)
    kind = fields.Enum(QuestionKind, by_value=True, required=True)
    text = fields.Function(lambda it: it.asks[language()], required=True, metadata=TEXT)
    help = fields.Function(lambda it: it.help and it.help[language()], required=True, metadata=TEXT, allow_none=True)
    choices = Derived(
        ChoiceView,
        of=lambda it: [{"code": code, "text": text[language()]} for code, text in (it.choices or {}).items()],
        many=True,
        required=True,
    )
    is_required = fields.Boolean(required=True)
    at_least = fields.Integer(required=True, allow_none=True)
    at_most = fields.Integer(required=True, allow_none=True)
    when = When(lambda it: it.when)


class AnswerView(Schema):
    """An answer of a claim. An amount is shown in major units, yes and no as `true` and `false`."""

    code = fields.String(required=True, attribute="answer.code")
    kind = fields.Enum(QuestionKind, by_value=True, required=True, attribute="answer.kind")
    question = fields.Function(
        lambda it: it.question.asks[language()] if it.question else it.answer.code, required=True, metadata=TEXT
    )
    value = fields.Function(lambda it: _answer_text(it), required=True, metadata=TEXT)


def _answer_text(shown: Any) -> str:
    answer, question = shown.answer, shown.question
    if answer.kind is QuestionKind.AMOUNT:
        return str(Money(int(answer.value), fund().currency).decimal())
    if answer.kind is QuestionKind.CHOICE and question and answer.value in (question.choices or {}):
        return str(question.choices[answer.value][language()])
    return str(answer.value)


# --- Whose facts are spoken of ----------------------------------------------------------------------------------------

_spoken_of: ContextVar[str] = ContextVar("spoken_of", default="")


class OfBenefit(fields.Nested):
    """A shape of what was made of the facts of one benefit: they are said in its own words, since another benefit may
    ask the same code otherwise. `claim_type` says of which, of the thing that the field is a part of."""

    def __init__(self, shape: type[Schema], *, claim_type: Callable[[Any], str], **more: Any) -> None:
        super().__init__(shape, dump_only=True, **more)
        self.claim_type = claim_type

    def _serialize(  # type: ignore[override]  # Nested has no types
        self, nested_obj: Any, attr: str | None, obj: Any, **more: Any
    ) -> Any:
        before = _spoken_of.set(self.claim_type(obj))
        try:
            return super()._serialize(nested_obj, attr, obj, **more)  # type: ignore[no-untyped-call]
        finally:
            _spoken_of.reset(before)


def definition_spoken_of() -> ClaimType | None:
    """The page of the benefit that is spoken of; None where none is, or the fund has it no more."""
    return fund().claim_types.get(_spoken_of.get())


def said(fact_name: str) -> str:
    """What a fact is called in the caller's language, by the benefit that is spoken of."""
    return fact_text(
        fact_name, fund=fund(), language=language(), translate=translate, definition=definition_spoken_of()
    )


# --- What it comes to -------------------------------------------------------------------------------------------------


REASONS = ("reduced-for", "refused-for")
"""Facts of a line of care that are codes of the platform."""


class UsedFactView(Schema):
    """A fact that was used, who said so, and of which day it is. `value_text` is the value, and of a code, such as a
    choice, what it is called."""

    name = fields.String(required=True)
    name_text = fields.Function(lambda it: said(it.name), required=True, metadata=TEXT)
    kind = fields.Enum(
        QuestionKind,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={"description": "What the value is; null of what was explained before this was kept with it"},
    )
    value = fields.String(required=True)
    value_text = fields.Function(lambda it: _value_text(it), required=True, metadata=TEXT)
    source = fields.String(required=True)
    source_text = fields.Function(lambda it: translate(f"benefit.source.{it.source}"), required=True, metadata=TEXT)
    as_of = fields.Date(required=True)


def _value_text(fact: UsedFact) -> str:
    """The value; of one that is a code, what the fund or the platform calls it."""
    definition = definition_spoken_of()
    asked = definition.asked_of(fact.name) if definition else None
    own = (definition.procedure.refusal_reasons if definition else None) or {}
    choices = asked.choices or {} if asked else own if fact.name == "refused-for" else {}
    if fact.value in choices:
        return choices[fact.value][language()]
    return translate(f"claim.{fact.name}.{fact.value}") if fact.name in REASONS else fact.value


class ExplainedLineView(Schema):
    """One step of a sum: by which rule and text, from which facts, rounded how, and what it came to."""

    rule = fields.String(required=True)
    name = fields.Function(lambda it: it.names.get(language(), it.rule), required=True, metadata=TEXT)
    article = fields.String(required=True)
    valid_from = fields.Date(required=True)
    confidence = fields.String(required=True)
    is_to_be_confirmed = fields.Function(
        lambda it: it.confidence in ("L", "?"), required=True, metadata={"type": "boolean"}
    )
    facts = fields.List(fields.Nested(UsedFactView), required=True)
    rounding = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    is_counted = fields.Boolean(required=True)


class ExplainedSumView(Schema):
    """What a benefit comes to, step by step. The lines that count add up to the amount."""

    lines = fields.List(fields.Nested(ExplainedLineView), required=True)
    amount = Amount(required=True, attribute="amount_minor")
    currency = fields.String(required=True)
    computed_on = fields.Date(required=True)


class ConditionResultView(Schema):
    """Whether a condition holds: null where a fact that it needs is not known. `sentence` says why not, as the
    fund does; null where the fund asks this condition no more. `law` is null of what was decided before it was kept."""

    code = fields.String(required=True)
    sentence = fields.Function(
        lambda it: _sentence(it.code, definition_spoken_of()),
        required=True,
        metadata=TEXT,
        allow_none=True,
    )
    law = fields.Nested(LawView, required=True, allow_none=True)
    holds = fields.Boolean(required=True, allow_none=True)
    facts = fields.List(fields.Nested(UsedFactView), required=True)
    missing = fields.List(fields.String(), required=True)
    missing_texts = fields.Function(
        lambda it: [said(name) for name in it.missing],
        required=True,
        metadata={"type": "array", "items": {"type": "string"}},
    )


class JudgementView(Schema):
    """What the rules say: granted, refused with the condition that does not hold, or undecided, where an agent looks at
    it for the facts that are missing."""

    outcome = fields.Enum(JudgedOutcome, by_value=True, required=True)
    outcome_text = fields.Function(lambda it: translate(f"benefit.outcome.{it.outcome}"), required=True, metadata=TEXT)
    judged_on = fields.Date(required=True)
    failed = fields.String(required=True, allow_none=True)
    conditions = fields.List(fields.Nested(ConditionResultView), required=True)
    missing = fields.List(fields.String(), required=True)
    sum = fields.Nested(ExplainedSumView, required=True, allow_none=True)


class EstimateView(Schema):
    """What the rules would say to such a claim today; `failed_text` says why not, in the caller's language."""

    claim_type = fields.String(required=True)
    judgement = OfBenefit(JudgementView, claim_type=lambda it: it["claim_type"], required=True)
    failed_text = fields.Function(
        lambda it: failed_text(it["claim_type"], it["judgement"].failed), required=True, metadata=TEXT, allow_none=True
    )


def failed_text(claim_type: str, failed: str | None) -> str | None:
    """The sentence of the condition that did not hold, as the fund says it; None where none failed."""
    if failed is None:
        return None
    return _sentence(failed, fund().claim_types.get(claim_type)) or translate(f"benefit.{failed}")


def _sentence(code: str, definition: ClaimType | None) -> str | None:
    sentences = {each.code: each.sentence for each in definition.conditions} if definition else {}
    return sentences[code][language()] if code in sentences else None
