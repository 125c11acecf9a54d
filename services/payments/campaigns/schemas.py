"""The shapes of campaigns over HTTP."""

from marshmallow import Schema, fields, validate

from services.payments.contributions.schemas import named
from services.payments.declarations.schemas import FormName
from shared.http.shapes import PagedQuery, fund, paged


class OfficeName(fields.String):
    """What an office is called, in the caller's language."""

    def _serialize(self, value: str | None, attr: str | None, obj: object, **more: object) -> str:
        names = fund().declarations.office_names(value or "")
        return named(names) if names else value or ""


class OfficeOfEmployer(OfficeName):
    """What the office of an employer is called, by the employer's number."""

    def _serialize(self, value: str | None, attr: str | None, obj: object, **more: object) -> str:
        return super()._serialize(fund().declarations.office_of(value or ""), attr, obj, **more)


class CampaignQuery(Schema):
    """Of which form and period: the fund's first form and the period that ended last, where none is named."""

    form = fields.String(
        load_default=None,
        validate=validate.Length(1, 40),
        metadata={"description": "Which form of declaration; the fund's first where none is named."},
    )
    period = fields.String(
        load_default=None,
        validate=validate.Length(4, 8),
        metadata={"description": "Which period; the one that ended last where none is named."},
    )


class CampaignPagedQuery(PagedQuery, CampaignQuery):
    """The same, page by page."""


class CampaignView(Schema):
    """A form and period, from the day after the period to the last day in time."""

    form = fields.String(required=True)
    form_text = FormName(required=True, attribute="form", dump_only=True)
    period = fields.String(required=True, attribute="period_text")
    begins_on = fields.Date(required=True)
    due_on = fields.Date(required=True)


class BoardDayView(Schema):
    """One day of a campaign, beside the day of last year's that was as far from its beginning."""

    on = fields.Date(required=True)
    declarations = fields.Integer(required=True)
    workers = fields.Integer(required=True)
    workers_before = fields.Integer(required=True)


class BoardOfficeView(Schema):
    """One office: what its employers declared, and what they had up to the same day of last year's campaign."""

    office = fields.String(required=True)
    office_text = OfficeName(required=True, attribute="office", dump_only=True)
    employers = fields.Integer(required=True)
    workers = fields.Integer(required=True)
    workers_before = fields.Integer(required=True)


class BoardView(Schema):
    """How a campaign stands beside last year's. Counted within a minute of each acceptance."""

    campaign = fields.Nested(CampaignView, required=True)
    before = fields.Nested(CampaignView, required=True)
    as_of = fields.Date(required=True)
    employers_due = fields.Integer(required=True)
    employers = fields.Integer(required=True)
    silent = fields.Integer(required=True)
    declarations = fields.Integer(required=True)
    workers = fields.Integer(required=True)
    workers_before = fields.Integer(required=True)
    workers_before_in_all = fields.Integer(required=True)
    days = fields.List(fields.Nested(BoardDayView), required=True)
    offices = fields.List(fields.Nested(BoardOfficeView), required=True)
    by_hour = fields.List(fields.Integer(), required=True)
    by_hour_today = fields.List(fields.Integer(), required=True)


class SilentEmployerView(Schema):
    """An employer whose declaration is due and from whom nothing came."""

    employer_id = fields.String(required=True)
    name = fields.String(required=True)
    office_text = OfficeOfEmployer(required=True, attribute="employer_id", dump_only=True)
    affiliated_on = fields.Date(required=True)


SilentPage = paged(SilentEmployerView)
