"""The shapes of disputes over HTTP."""

from marshmallow import Schema, fields, validate

from services.payments.contributions.schemas import named
from services.payments.declarations.schemas import FormName
from services.payments.disputes.dispute import REASON_CHARACTERS_MAX, TEXT_CHARACTERS_MAX, DisputeStatus
from services.payments.disputes.rules import rule_of
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, PagedQuery, fund, many, paged
from shared.process.access_journal.schemas import PurposeQuery

CODE_CHARACTERS_MAX = 60
EMPLOYER_CHARACTERS_MAX = 20


class GroundView(Schema):
    """A ground of the fund on which a debt may be disputed."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class DisputeBody(Schema):
    """How much of what is left to be paid the employer disputes, on which ground, and why."""

    amount = Amount(required=True, attribute="amount_minor")
    ground = fields.String(required=True, validate=validate.Length(1, CODE_CHARACTERS_MAX))
    explanation = fields.String(required=True, validate=validate.Length(1, TEXT_CHARACTERS_MAX))


class DisputesQuery(PurposeQuery, PagedQuery):
    """Of which employer."""

    employer_id = fields.String(required=True, validate=validate.Length(1, EMPLOYER_CHARACTERS_MAX))


class DisputesByStatusQuery(PagedQuery):
    """Those in which state; those that wait for an agent, where none is named."""

    status = fields.Enum(DisputeStatus, by_value=True, load_default=DisputeStatus.OPEN)


class DisputeView(Schema):
    """What an employer disputes of a debt, and what the fund decided."""

    dispute_id = fields.String(required=True)
    reference = fields.String(required=True)
    declaration_id = fields.String(required=True)
    employer_id = fields.String(required=True)
    form = fields.String(required=True)
    form_name = FormName(required=True, attribute="form", dump_only=True)
    period = fields.String(required=True)
    ground = fields.String(required=True)
    ground_name = fields.Function(lambda it: named(rule_of(fund()).grounds[it.ground]), metadata=TEXT, required=True)
    explanation = fields.String(required=True)
    currency = fields.Function(lambda it: fund().currency.value, metadata=TEXT, required=True)
    amount = Amount(required=True, attribute="amount_minor")
    relieved = Amount(required=True, attribute="relieved_minor")
    filed_at = fields.AwareDateTime(required=True)
    decide_by_on = fields.Date(required=True)
    status = fields.Enum(DisputeStatus, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"dispute.status.{it.status}"), metadata=TEXT, required=True)
    reason = fields.String(required=True)
    version = fields.Integer(required=True)


class DisputeDecisionBody(Schema):
    """How much of it is not owed: left out where the fund upholds the debt. The employer reads the reason. `version`
    is the one that was read."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1))
    relieved = Amount(load_default=None, attribute="relieved_minor")
    reason = fields.String(required=True, validate=validate.Length(1, REASON_CHARACTERS_MAX))


class DisputeVersionBody(Schema):
    """`version` is the one that was read."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1))


DisputePage = paged(DisputeView)
GroundViews = many(GroundView)
