"""The shapes of figures over HTTP."""

from marshmallow import Schema, fields, validate


class FiguresQuery(Schema):
    """Of which days, both included, and of which claim type; the last thirty days and all types unless named."""

    from_on = fields.Date(load_default=None)
    until_on = fields.Date(load_default=None)
    claim_type = fields.String(load_default=None, validate=validate.Length(1, 40))


class FiguresView(Schema):
    """How many claims were decided, by whom, how fast, and what appeals changed."""

    decided = fields.Integer(required=True)
    by_rules = fields.Integer(required=True)
    by_rules_percent = fields.Float(required=True, allow_none=True)
    median_hours = fields.Float(required=True, allow_none=True)
    p90_hours = fields.Float(required=True, allow_none=True)
    appeals_decided = fields.Integer(required=True)
    appeals_reversed = fields.Integer(required=True)
    reversed_percent = fields.Float(required=True, allow_none=True)
