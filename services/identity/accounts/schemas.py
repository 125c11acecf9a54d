"""The shapes of accounts over HTTP."""

from marshmallow import Schema, fields, validate

from shared.http.normalized_fields import Birth, Email, Identifier, LinkToken, OneTimeCode
from shared.http.shapes import CodeText, many

PASSWORD_LENGTH_MAX = 1_000
"""Longer than any that is taken, so that it is refused by its own name."""

STAFF_NAMES_MAX = 50


class ApplicationBody(Schema):
    """Somebody asks for an account by what they and the fund know of them."""

    national_id = Identifier(required=True)
    insurance_number = Identifier(required=True)
    birth_on = Birth(required=True)
    email = Email(load_default=None)
    password = fields.String(required=True, validate=validate.Length(1, PASSWORD_LENGTH_MAX))


class ApplicationView(Schema):
    """The same for everybody, whether or not the fund knows them."""

    text = CodeText(required=True)


class ActivationBody(Schema):
    """The token of the link that was sent, and the password that was chosen with it."""

    token = LinkToken(required=True)
    password = fields.String(required=True, validate=validate.Length(1, PASSWORD_LENGTH_MAX))


class RecoveryBody(Schema):
    """Somebody forgot the password of their account."""

    national_id = Identifier(required=True)
    insurance_number = Identifier(required=True)
    birth_on = Birth(required=True)


class NewPasswordBody(Schema):
    """The token of the link, a new password, and where the account has a second factor a code of it."""

    token = LinkToken(required=True)
    password = fields.String(required=True, validate=validate.Length(1, PASSWORD_LENGTH_MAX))
    one_time_code = OneTimeCode(load_default="")


class StaffNamesQuery(Schema):
    """Of which accounts."""

    account_ids = fields.String(
        required=True,
        validate=validate.Regexp(rf"^[0-9A-Za-z:_-]{{1,80}}(,[0-9A-Za-z:_-]{{1,80}}){{0,{STAFF_NAMES_MAX - 1}}}$"),
        metadata={"description": f"At most {STAFF_NAMES_MAX} ids of accounts, separated by commas"},
    )


class StaffNameView(Schema):
    """How one of the fund's staff is called by colleagues."""

    account_id = fields.String(required=True)
    name = fields.String(required=True)


StaffNameViews = many(StaffNameView)


class StaffSearchBody(Schema):
    """Whom somebody looks for among the fund's staff, and what they are to be able to do."""

    login = fields.String(required=True, validate=validate.Length(1, 80))
    scope = fields.String(required=True, validate=validate.Length(1, 40))


class AccountView(Schema):
    status = fields.String(required=True)
    text = CodeText(required=True)
