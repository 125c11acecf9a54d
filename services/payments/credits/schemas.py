"""The shapes of credits over HTTP."""

from marshmallow import Schema, fields, validate

from services.payments.credits.credit import UseKind
from shared.http.problems import translate
from shared.http.shapes import Amount, PagedQuery, fund, paged
from shared.process.access_journal.schemas import PurposeQuery

TEXT_CHARACTERS_MAX = 300
ACCOUNT_CHARACTERS_MAX = 34


class CreditsQuery(PagedQuery, PurposeQuery):
    """Whose credits; an agent may leave the employer out. Those that are used up, where `is_open` is false."""

    employer_id = fields.String(load_default=None, validate=validate.Length(1, 20))
    is_open = fields.Boolean(load_default=True)


class CreditUseView(Schema):
    kind = fields.Enum(UseKind, by_value=True, required=True)
    to = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    at = fields.AwareDateTime(required=True)
    text = fields.Function(lambda use: translate(f"credit.use.{use.kind}"), metadata={"type": "string"}, required=True)


class CreditView(Schema):
    """What an employer paid beyond a debt: it pays the next one by itself, or is sent back."""

    credit_id = fields.String(required=True)
    employer_id = fields.String(required=True)
    declaration_id = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    left = Amount(required=True, attribute="left_minor")
    currency = fields.Function(lambda credit: fund().currency.value, metadata={"type": "string"}, required=True)
    opened_at = fields.AwareDateTime(required=True)
    is_open = fields.Boolean(required=True)
    uses = fields.List(fields.Nested(CreditUseView), required=True)
    version = fields.Integer(required=True)


CreditsView = paged(CreditView)


class CreditRefundBody(Schema):
    """How much of it goes back, and to which account. `version` is the one that was read."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1))
    amount = Amount(required=True)
    counterparty = fields.String(required=True, validate=validate.Length(1, ACCOUNT_CHARACTERS_MAX))
    note = fields.String(load_default="", validate=validate.Length(max=TEXT_CHARACTERS_MAX))
