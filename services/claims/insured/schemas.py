"""The shapes of insured persons over HTTP."""

from marshmallow import Schema, fields

from shared.http.shapes import many


class DependantView(Schema):
    """A dependant of the caller, as the fund's register has them."""

    dependant_id = fields.String(required=True)
    relation = fields.String(required=True)
    birth_on = fields.String(required=True)
    condition = fields.String(required=True, allow_none=True)
    died_on = fields.Date(required=True, allow_none=True)


DependantViews = many(DependantView)
