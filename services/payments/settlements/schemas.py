"""The shapes of settlements over HTTP."""

from marshmallow import Schema, fields, validate

from services.payments.contributions.schemas import named
from shared.funds.arrears import PLAN_MONTHS_MAX, PlanBreach
from shared.http.shapes import Amount, fund, many
from shared.process.access_journal.schemas import PurposeQuery

TEXT = {"type": "string"}
CHARACTERS_MAX = 40


class WaivedShareView(Schema):
    """What a plan of at most so many months waives of the penalties."""

    months_max = fields.Integer(required=True)
    percent = fields.String(required=True)


class SchemeView(Schema):
    """A scheme by which debts may be paid in instalments."""

    code = fields.String(required=True)
    name = fields.Function(lambda it: named(it.scheme.names), metadata=TEXT, required=True)
    ask_from_on = fields.Date(required=True, attribute="scheme.ask_from_on")
    ask_until_on = fields.Date(required=True, attribute="scheme.ask_until_on")
    waived = fields.List(fields.Nested(WaivedShareView), required=True, attribute="scheme.waived")
    breach = fields.Enum(PlanBreach, by_value=True, required=True, attribute="scheme.breach")
    missed_max = fields.Integer(required=True, allow_none=True, attribute="scheme.missed_max")
    debts_until_on = fields.Date(required=True, allow_none=True, attribute="scheme.debts_until_on")
    needs_current_paid = fields.Boolean(required=True, attribute="scheme.needs_current_paid")
    law = fields.String(required=True, attribute="scheme.law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="scheme.law.is_to_be_confirmed")


class PlanQuery(PurposeQuery):
    """Whose debts, by which scheme, over how many months; one month is one payment."""

    employer_id = fields.String(required=True, validate=validate.Length(1, 20))
    scheme = fields.String(required=True, validate=validate.Length(1, CHARACTERS_MAX))
    months = fields.Integer(required=True, validate=validate.Range(1, PLAN_MONTHS_MAX))


class PlannedInstalmentView(Schema):
    number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    amount = Amount(required=True, attribute="amount_minor")


class PlanView(Schema):
    """What a plan would come to today. Penalties are waived after the last instalment."""

    employer_id = fields.String(required=True)
    scheme = fields.Nested(SchemeView, required=True, attribute="offered")
    as_of = fields.Date(required=True)
    currency = fields.Function(lambda plan: fund().currency.value, metadata=TEXT, required=True)
    debts = fields.Integer(required=True)
    left = Amount(required=True, attribute="left_minor")
    penalties = Amount(required=True, attribute="penalty_minor")
    waived_percent = fields.String(required=True)
    penalties_waived = Amount(required=True, attribute="waived_minor")
    to_pay = Amount(required=True, attribute="to_pay_minor")
    instalments = fields.List(fields.Nested(PlannedInstalmentView), required=True)


SchemeViews = many(SchemeView)
