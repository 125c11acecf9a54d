"""The shapes of accounts over HTTP."""

from marshmallow import Schema, fields, validate

from shared.http.shapes import Said

NUMBER_LENGTH_MAX = 40
PASSWORD_LENGTH_MAX = 1_000
"""Longer than any that is taken, so that it is refused by its own name."""
CODE_LENGTH_MAX = 10
"""Six digits, and blanks between them."""


class ApplicationBody(Schema):
    """Somebody asks for an account by what they and the fund know of them."""

    national_id = fields.String(required=True, validate=validate.Length(1, NUMBER_LENGTH_MAX))
    insurance_number = fields.String(required=True, validate=validate.Length(1, NUMBER_LENGTH_MAX))
    birth_on = fields.Date(required=True)
    email = fields.Email(required=True, validate=validate.Length(3, 254))
    password = fields.String(required=True, validate=validate.Length(1, PASSWORD_LENGTH_MAX))


class ApplicationView(Schema):
    """The same for everybody, whether or not the fund knows them."""

    text = Said(required=True)


class ActivationBody(Schema):
    """The token of the e-mailed link, and the password that was chosen with it."""

    token = fields.String(required=True, validate=validate.Length(1, 200))
    password = fields.String(required=True, validate=validate.Length(1, PASSWORD_LENGTH_MAX))


class RecoveryBody(Schema):
    """Somebody forgot the password of their account."""

    national_id = fields.String(required=True, validate=validate.Length(1, NUMBER_LENGTH_MAX))
    insurance_number = fields.String(required=True, validate=validate.Length(1, NUMBER_LENGTH_MAX))
    birth_on = fields.Date(required=True)


class NewPasswordBody(Schema):
    """The token of the link, a new password, and where the account has a second factor a code of it."""

    token = fields.String(required=True, validate=validate.Length(1, 200))
    password = fields.String(required=True, validate=validate.Length(1, PASSWORD_LENGTH_MAX))
    one_time_code = fields.String(load_default="", validate=validate.Length(0, CODE_LENGTH_MAX))


class AccountView(Schema):
    status = fields.String(required=True)
    text = Said(required=True)
