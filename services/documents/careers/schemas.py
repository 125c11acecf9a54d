"""The shapes of careers over HTTP."""

from marshmallow import Schema, fields

from shared.http.shapes import Amount, fund


class CareerLineView(Schema):
    """One period with one employer, and the declaration that says so."""

    employer_id = fields.String(required=True, attribute="entry.employer_id")
    employer_name = fields.String(required=True, allow_none=True)
    year = fields.Integer(required=True, attribute="entry.year")
    quarter = fields.Integer(required=True, attribute="entry.quarter")
    period = fields.String(required=True, attribute="entry.period")
    duration = fields.Integer(required=True, attribute="entry.duration")
    unit = fields.String(required=True, attribute="entry.unit", metadata={"description": "H hours, D days, M months"})
    wage = Amount(required=True, attribute="entry.wage_minor")
    declaration_id = fields.String(required=True, attribute="entry.declaration_id")
    revision = fields.Integer(required=True, attribute="entry.revision")


class CareerView(Schema):
    """A person's career, newest period first."""

    person_ref = fields.String(required=True)
    currency = fields.Function(lambda statement: fund().currency.value, metadata={"type": "string"}, required=True)
    lines = fields.List(fields.Nested(CareerLineView), required=True)
