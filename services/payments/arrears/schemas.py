"""The shapes of arrears over HTTP."""

from marshmallow import Schema, fields, validate

from services.payments.declarations.schemas import FormName
from shared.funds.arrears import PenaltyReason
from shared.http.problems import translate
from shared.http.shapes import Amount, PagedQuery, fund
from shared.process.access_journal.schemas import PurposeQuery

EMPLOYER_CHARACTERS_MAX = 20


class ArrearsQuery(PagedQuery, PurposeQuery):
    """Whose debts."""

    employer_id = fields.String(required=True, validate=validate.Length(1, EMPLOYER_CHARACTERS_MAX))


class PenaltyLineView(Schema):
    """Some months of lateness in a row: on which base, at which rate, by which text."""

    reason = fields.Enum(PenaltyReason, by_value=True, required=True)
    reason_text = fields.Function(
        lambda line: translate(f"penalty.{line.reason}"), metadata={"type": "string"}, required=True
    )
    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True)
    months = fields.Integer(required=True)
    base = Amount(required=True, attribute="base_minor")
    percent = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    law = fields.String(required=True, attribute="law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class DeferredPartView(Schema):
    """A part of a debt that may be paid by a later day."""

    due_on = fields.Date(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    left = Amount(required=True, attribute="left_minor")


class ForecastView(Schema):
    """What a debt costs: today, tomorrow, and from the next day on which it costs more. `next_on` is null where it
    never will."""

    declaration_id = fields.String(required=True)
    form = fields.String(required=True)
    form_name = FormName(required=True, attribute="form", dump_only=True)
    period = fields.String(required=True)
    due_on = fields.Date(required=True)
    currency = fields.Function(lambda forecast: fund().currency.value, metadata={"type": "string"}, required=True)
    left = Amount(required=True, attribute="left_minor")
    penalties = Amount(required=True, attribute="today.total_minor")
    penalties_charged = Amount(required=True, attribute="charged_minor")
    penalties_paid = Amount(required=True, attribute="penalty_paid_minor")
    penalties_left = Amount(required=True, attribute="penalty_left_minor")
    to_pay = Amount(required=True, attribute="to_pay_minor")
    to_pay_tomorrow = Amount(required=True, attribute="to_pay_tomorrow_minor")
    next_on = fields.Date(required=True, allow_none=True)
    pay_by_on = fields.Date(required=True, allow_none=True)
    to_pay_next = Amount(required=True, attribute="to_pay_next_minor")
    deferred = Amount(required=True, attribute="deferred_minor")
    deferred_until_on = fields.Date(required=True, allow_none=True)
    deferred_parts = fields.List(fields.Nested(DeferredPartView), required=True)
    is_late = fields.Function(lambda it: it.is_late(on=it.today.as_of), metadata={"type": "boolean"}, required=True)
    penalties_spared = Amount(required=True, attribute="spared_minor")
    disputed = Amount(required=True, attribute="disputed_minor")
    plan_id = fields.Function(lambda it: it.plan_id or None, metadata={"type": ["string", "null"]}, required=True)
    is_to_be_confirmed = fields.Boolean(required=True, attribute="today.is_to_be_confirmed")
    is_provisional = fields.Boolean(required=True)


class PenaltiesView(ForecastView):
    """The same, with how its penalties are computed as of today."""

    employer_id = fields.String(required=True)
    as_of = fields.Date(required=True, attribute="today.as_of")
    lines = fields.List(fields.Nested(PenaltyLineView), required=True, attribute="today.lines")


class ArrearsView(Schema):
    """What an employer has to pay as of today: the sums over all debts, and a page of them."""

    employer_id = fields.String(required=True)
    as_of = fields.Date(required=True)
    currency = fields.Function(lambda debts: fund().currency.value, metadata={"type": "string"}, required=True)
    debts = fields.Integer(required=True)
    left = Amount(required=True, attribute="left_minor")
    penalties_left = Amount(required=True, attribute="penalty_left_minor")
    to_pay = Amount(required=True, attribute="to_pay_minor")
    to_pay_tomorrow = Amount(required=True, attribute="to_pay_tomorrow_minor")
    is_to_be_confirmed = fields.Boolean(required=True)
    in_plan = Amount(required=True, attribute="in_plan_minor")
    beside_plans = Amount(required=True, attribute="beside_plans_minor")
    beside_plans_tomorrow = Amount(required=True, attribute="beside_plans_tomorrow_minor")
    items = fields.List(fields.Nested(ForecastView), required=True, attribute="page.items")
    next = fields.String(
        required=True,
        allow_none=True,
        attribute="page.next",
        metadata={"description": "The cursor of the next page; null on the last one."},
    )
