"""The shapes of provisional assessments over HTTP."""

from marshmallow import Schema, fields, validate

from services.payments.contributions.schemas import ContributionView
from services.payments.declarations.schemas import NAME_MAX, FormName
from services.payments.provisional_assessments.provisional_assessment import TEXT_CHARACTERS_MAX, ProvisionalStatus
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, PagedQuery, fund, many, paged
from shared.process.access_journal.schemas import PurposeQuery


class AssessmentsQuery(PagedQuery, PurposeQuery):
    """Whose assessments."""

    employer_id = fields.String(required=True, validate=validate.Length(1, NAME_MAX))


class AssessmentQuery(PurposeQuery):
    """What is to be assessed."""

    employer_id = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    form = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    period = fields.String(required=True, validate=validate.Length(1, NAME_MAX))


class AssessmentBody(Schema):
    """What an agent assesses. The note is for the fund; the employer does not read it."""

    employer_id = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    form = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    period = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    note = fields.String(load_default="", validate=validate.Length(0, TEXT_CHARACTERS_MAX))


class AssessmentWithdrawalBody(Schema):
    """Why it is taken back: the employer reads it. `version` is the one that was read."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1))
    reason = fields.String(required=True, validate=validate.Length(1, TEXT_CHARACTERS_MAX))


class AssessedSlipView(Schema):
    """What is assessed for one period of wages, by side and branch."""

    period = fields.Function(lambda slip: str(slip.period), metadata=TEXT, required=True)
    base = Amount(required=True, attribute="base_minor")
    total = Amount(required=True, attribute="total_minor")
    contributions = fields.List(fields.Nested(ContributionView), required=True)


class AssessedView(Schema):
    """What an employer that declared nothing owes until it declares, and how that was computed."""

    employer_id = fields.String(required=True)
    form = fields.String(required=True)
    form_name = FormName(required=True, attribute="form", dump_only=True)
    period = fields.String(required=True)
    establishment = fields.String(required=True)
    due = Amount(required=True, attribute="due_minor")
    due_on = fields.Date(required=True)
    currency = fields.Function(lambda _: fund().currency.value, metadata=TEXT, required=True)
    basis_period = fields.String(required=True, attribute="basis.period")
    basis = Amount(required=True, attribute="basis.due_minor")
    percent = fields.String(required=True, attribute="basis.percent")
    surcharge = Amount(required=True, attribute="surcharge_minor")
    law = fields.String(required=True, attribute="basis.law.reference")
    is_to_be_confirmed = fields.Boolean(required=True)
    slips = fields.List(fields.Nested(AssessedSlipView), required=True, attribute="assessment.slips")


class ProvisionalAssessmentView(AssessedView):
    """One that was made, and what became of it."""

    assessment_id = fields.String(required=True)
    status = fields.Enum(ProvisionalStatus, by_value=True, required=True)
    text = fields.Function(
        lambda it: translate(f"provisional-assessment.status.{it.status}"), metadata=TEXT, required=True
    )
    assessed_at = fields.AwareDateTime(required=True)
    replaced_by = fields.String(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True)
    version = fields.Integer(required=True)


AssessedViews = many(AssessedView)
ProvisionalAssessmentViews = many(ProvisionalAssessmentView)
ProvisionalAssessmentPage = paged(ProvisionalAssessmentView)
