"""The shapes of accounting over HTTP. Openings and closings have a sign: below zero they are credits."""

from marshmallow import Schema, fields

from services.payments.accounting import rules
from services.payments.accounting.accounting_day import BalanceLine
from shared.http.problems import language, translate
from shared.http.shapes import TEXT, Amount, SignedAmount, fund, paged


class BalanceQuery(Schema):
    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True)


class AccountingDayView(Schema):
    """A closed day of the ledger."""

    day = fields.String(required=True, attribute="day_id")
    entries = fields.Integer(required=True)
    booked = Amount(required=True, attribute="booked_minor")
    currency = fields.Function(lambda _: fund().currency.value, metadata=TEXT, required=True)
    closed_at = fields.AwareDateTime(required=True)


AccountingDayPage = paged(AccountingDayView)


def account_name(line: BalanceLine) -> str:
    return rules.name(line.code, fund=fund(), language=language(), text=translate)


class BalanceLineView(Schema):
    """An account of the fund's books; `code` is the ledger's."""

    number = fields.Function(lambda line: rules.number(line.code, fund=fund()), metadata=TEXT, required=True)
    name = fields.Function(account_name, metadata=TEXT, required=True)
    code = fields.String(required=True)
    opening = SignedAmount(required=True, attribute="opening_minor")
    debit = Amount(required=True, attribute="debit_minor")
    credit = Amount(required=True, attribute="credit_minor")
    closing = SignedAmount(required=True, attribute="closing_minor")


class TrialBalanceView(Schema):
    """All accounts in a time of closed days."""

    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True)
    currency = fields.Function(lambda _: fund().currency.value, metadata=TEXT, required=True)
    is_to_be_confirmed = fields.Function(
        lambda _: (chart := fund().payments.accounting) is None or chart.law.is_to_be_confirmed,
        metadata={"type": "boolean"},
        required=True,
    )
    booked = Amount(required=True, attribute="booked_minor")
    accounts = fields.List(fields.Nested(BalanceLineView), required=True, attribute="lines")
