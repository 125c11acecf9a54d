"""The shapes of cross-checks over HTTP."""

from marshmallow import Schema, fields, validate

from services.claims.crosschecks.crosscheck import (
    REASON_CHARACTERS_MAX,
    STATEMENT_CHARACTERS_MAX,
    CrossCheck,
    Status,
)
from shared.http.problems import language, translate
from shared.http.shapes import TEXT, PagedQuery, fund, many, paged
from shared.process.access_journal.schemas import PurposeQuery


class DisputedQuery(PagedQuery, PurposeQuery):
    """Which page of the disputed answers, and why the agent looks."""


class DisputeBody(Schema):
    """Why the answer is wrong, and the paper that shows it."""

    statement = fields.String(required=True, validate=validate.Length(1, STATEMENT_CHARACTERS_MAX))
    upload_id = fields.String(required=True, validate=validate.Length(1, 64))


class AnswerDecisionBody(Schema):
    """What counts, by which paper of the person, and why."""

    value = fields.String(required=True, validate=validate.Length(1, 40))
    upload_id = fields.String(required=True, validate=validate.Length(1, 64))
    reason = fields.String(required=True, validate=validate.Length(1, REASON_CHARACTERS_MAX))


class RegisterAnswerView(Schema):
    """What the register answered, the day of its records, and until when the answer is relied on."""

    value = fields.String(required=True)
    as_of = fields.Date(required=True)
    asked_at = fields.AwareDateTime(required=True)
    answered_at = fields.AwareDateTime(required=True)
    good_until = fields.Date(required=True)


class DisputeView(Schema):
    """Why the person says that an answer is wrong."""

    value = fields.String(required=True)
    statement = fields.String(required=True)
    upload_id = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class CorrectionView(Schema):
    """What an agent decided: which value counts instead of the one that was answered, by which paper, and why."""

    of_value = fields.String(required=True)
    value = fields.String(required=True)
    upload_id = fields.String(required=True)
    reason = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    until_at = fields.AwareDateTime(required=True, allow_none=True)


class ReliedOnView(Schema):
    """What a decision was made with, and when; null where it was not known."""

    value = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)


class CrossCheckView(Schema):
    """What was asked of a register about the person, by which law and what for, and what came back."""

    check_id = fields.String(required=True)
    claim_id = fields.String(required=True)
    person_ref = fields.String(required=True)
    register = fields.String(required=True)
    register_name = fields.Function(lambda it: _register_name(it), required=True, metadata=TEXT)
    asks = fields.String(required=True, attribute="field")
    question = fields.Function(lambda it: _question(it), required=True, metadata=TEXT)
    purpose = fields.Function(lambda it: it.purpose.get(language(), ""), required=True, metadata=TEXT)
    law = fields.String(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"crosscheck.step.{it.status}"), required=True, metadata=TEXT)
    asked_at = fields.AwareDateTime(required=True)
    answers = fields.List(fields.Nested(RegisterAnswerView), required=True)
    answer_text = fields.Function(lambda it: _answer_text(it), required=True, metadata={"type": ["string", "null"]})
    dispute = fields.Nested(DisputeView, required=True, allow_none=True)
    disputes = fields.List(fields.Nested(DisputeView), required=True)
    corrections = fields.List(fields.Nested(CorrectionView), required=True)
    relied_on = fields.Nested(ReliedOnView, required=True, allow_none=True)
    values = fields.List(fields.String(), required=True)
    version = fields.Integer(required=True)


CrossCheckViews = many(CrossCheckView)
CrossCheckPage = paged(CrossCheckView)


def _register_name(check: CrossCheck) -> str:
    """What the fund calls the register; its code where the fund asks it no more."""
    found = fund().bindings.registers.get(check.register)
    return found.names[language()] if found else check.register


def _question(check: CrossCheck) -> str:
    """The question as the fund words it today; its code where it asks it no more."""
    definition = fund().claim_types.get(check.claim_type)
    asked = [each for each in definition.registers if each.fact_name == check.fact_name] if definition else []
    return asked[-1].asks[language()] if asked else check.field


def _answer_text(check: CrossCheck) -> str | None:
    """The register's last answer in words."""
    if check.answer is None:
        return None
    value = check.answer.value
    definition = fund().claim_types.get(check.claim_type)
    for each in definition.registers if definition else ():
        if each.fact_name == check.fact_name and each.choices and value in each.choices:
            return each.choices[value][language()]
    return translate(f"crosscheck.answer.{value}") if value in ("yes", "no", "unknown") else value
