"""The shapes of measures over HTTP."""

from marshmallow import Schema, fields, validate

from services.payments.contributions.schemas import named
from services.payments.declarations.schemas import FormName
from services.payments.measures.measure_request import REASON_CHARACTERS_MAX, RequestStatus
from shared.funds.arrears import MeasureKind, MeasureLoss, MeasureProof
from shared.funds.contributions import ContributionSide
from shared.http.problems import translate
from shared.http.shapes import TEXT, PagedQuery, fund, many, paged
from shared.process.access_journal.schemas import PurposeQuery

EMPLOYER_CHARACTERS_MAX = 20


class MeasuresQuery(PurposeQuery):
    """Of which employer."""

    employer_id = fields.String(required=True, validate=validate.Length(1, EMPLOYER_CHARACTERS_MAX))


class MeasureRequestView(Schema):
    """What one employer asked for, and what became of it."""

    request_id = fields.String(required=True)
    employer_id = fields.String(required=True)
    measure = fields.String(required=True)
    measure_name = fields.Function(
        lambda request: named(fund().arrears.measures[request.measure].names), metadata=TEXT, required=True
    )
    is_declared = fields.Boolean(required=True)
    status = fields.Enum(RequestStatus, by_value=True, required=True)
    text = fields.Function(lambda request: translate(f"measure.step.{request.status}"), metadata=TEXT, required=True)
    asked_at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)
    version = fields.Integer(required=True)


class MeasureView(Schema):
    """A measure of the fund, and the employer's request for it; null where it has not asked."""

    code = fields.String(required=True)
    kind = fields.Enum(MeasureKind, by_value=True, required=True, attribute="measure.kind")
    name = fields.Function(lambda it: named(it.measure.names), metadata=TEXT, required=True)
    conditions = fields.Function(lambda it: named(it.measure.conditions), metadata=TEXT, required=True)
    form_name = FormName(required=True, attribute="measure.form", dump_only=True)
    periods = fields.List(fields.String(), required=True, attribute="measure.periods")
    side = fields.Enum(ContributionSide, by_value=True, required=True, allow_none=True, attribute="measure.side")
    ask_until_on = fields.Date(required=True, attribute="measure.ask_until_on")
    new_due_on = fields.Date(required=True, allow_none=True, attribute="measure.new_due_on")
    part_days = fields.List(fields.Date(), required=True, attribute="measure.part_days")
    frozen_from_on = fields.Date(required=True, allow_none=True, attribute="measure.frozen_from_on")
    frozen_to_on = fields.Date(required=True, allow_none=True, attribute="measure.frozen_to_on")
    proof = fields.Enum(MeasureProof, by_value=True, required=True, attribute="measure.proof")
    loss = fields.Enum(MeasureLoss, by_value=True, required=True, attribute="measure.loss")
    law = fields.String(required=True, attribute="measure.law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="measure.law.is_to_be_confirmed")
    is_open = fields.Boolean(required=True)
    request = fields.Nested(MeasureRequestView, required=True, allow_none=True)


class MeasureAskBody(Schema):
    """Which employer asks; `is_declared` is its word that it fulfils the conditions."""

    employer_id = fields.String(required=True, validate=validate.Length(1, EMPLOYER_CHARACTERS_MAX))
    is_declared = fields.Boolean(required=True)


class MeasureRequestsQuery(PagedQuery):
    """Those in which state; those that wait for an agent, where none is named."""

    status = fields.Enum(RequestStatus, by_value=True, load_default=RequestStatus.ASKED)


class MeasureDecisionBody(Schema):
    """What an agent decides, and why: the employer reads it. `version` is the one that was read."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1))
    is_granted = fields.Boolean(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, REASON_CHARACTERS_MAX))


MeasureViews = many(MeasureView)
MeasureRequestPage = paged(MeasureRequestView)
