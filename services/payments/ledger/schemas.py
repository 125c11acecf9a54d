"""The shapes of the ledger over HTTP."""

from marshmallow import Schema, fields, validate

from services.payments.ledger.balance import Balance
from services.payments.ledger.entry import CAUSE_CHARACTERS_MAX, Side
from shared.http.shapes import Amount, fund, many
from shared.process.access_journal.schemas import PurposeQuery


class CauseQuery(PurposeQuery):
    cause = fields.String(required=True, validate=validate.Length(1, CAUSE_CHARACTERS_MAX))


class PostingView(Schema):
    account = fields.String(required=True)
    side = fields.Enum(Side, by_value=True, required=True)
    amount = Amount(required=True, attribute="amount.amount_minor")


class EntryView(Schema):
    """One entry; `cause` says what made it, such as `declaration:<id>:<revision>`."""

    entry_id = fields.String(required=True)
    cause = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    currency = fields.String(required=True)
    postings = fields.List(fields.Nested(PostingView), required=True)
    reverses = fields.String(required=True, allow_none=True)


class AccountView(Schema):
    """What an account stands at. `balance` has no sign: `side` is its side, null if the balance is zero."""

    account = fields.String(required=True)
    currency = fields.Function(lambda balance: fund().currency.value, metadata={"type": "string"}, required=True)
    debit = Amount(required=True, attribute="debit_minor")
    credit = Amount(required=True, attribute="credit_minor")
    balance = Amount(required=True, attribute="distance_minor")
    side = fields.Method("leaning", metadata={"type": ["string", "null"]}, required=True)
    postings = fields.Integer(required=True)

    def leaning(self, balance: Balance) -> str | None:
        if balance.net_minor == 0:
            return None
        return Side.DEBIT.value if balance.net_minor > 0 else Side.CREDIT.value


EntryViews = many(EntryView)
