"""The shapes in which somebody sees to their own account."""

from marshmallow import Schema, fields, validate

from services.identity.accounts.schemas import PASSWORD_LENGTH_MAX
from services.identity.register.schemas import PersonView
from shared.http.shapes import CodeText, many, paged


class OwnPersonView(PersonView):
    """What the register says of a person, to that person: also the identity card, and where they are reached."""

    national_id = fields.String(required=True, attribute="civil.national_id")
    email = fields.String(required=True, allow_none=True, attribute="contact.email")
    mobile = fields.String(required=True, allow_none=True, attribute="contact.mobile")


class OwnEmployerView(Schema):
    """An employer that somebody acts for."""

    employer_id = fields.String(required=True)
    name = fields.String(required=True)


OwnEmployerViews = many(OwnEmployerView)


class PasswordBody(Schema):
    """Another password, and the one that it takes the place of."""

    current_password = fields.String(required=True, validate=validate.Length(1, PASSWORD_LENGTH_MAX))
    new_password = fields.String(required=True, validate=validate.Length(1, PASSWORD_LENGTH_MAX))


class DoneView(Schema):
    text = CodeText(required=True)


class SessionView(Schema):
    """A sign-in that holds. `is_this` is the one that asks."""

    session_id = fields.String(required=True)
    client_id = fields.String(required=True)
    signed_in_at = fields.AwareDateTime(required=True)
    used_at = fields.AwareDateTime(required=True)
    browser = fields.String(required=True)
    system = fields.String(required=True)
    ends_at = fields.AwareDateTime(required=True)
    methods = fields.List(fields.String(), required=True)
    is_this = fields.Boolean(required=True)


SessionViews = paged(SessionView)


class EndedView(Schema):
    ended = fields.Integer(required=True)
