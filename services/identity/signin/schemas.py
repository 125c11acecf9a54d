"""The shape in which a signed-in account sees itself."""

from marshmallow import Schema, fields


class UserView(Schema):
    """Who signed in (OpenID Connect). The names come with the scope `profile`, for insured persons; a claim without a
    value is left out."""

    sub = fields.String(required=True)
    actor = fields.String(required=True)
    scope = fields.String(required=True)
    person_ref = fields.String()
    employers = fields.List(fields.String(), required=True)
    family_name = fields.String()
    given_name = fields.String()
    family_name_ar = fields.String()
    given_name_ar = fields.String()
    locale = fields.String()
