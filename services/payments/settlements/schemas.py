"""The shapes of settlements over HTTP."""

from marshmallow import Schema, fields, validate

from services.payments.collections.collection import Rail
from services.payments.collections.schemas import WayToPayView
from services.payments.contributions.schemas import named
from services.payments.declarations.schemas import FormName
from services.payments.settlements import rules
from services.payments.settlements.plan import PayablePlan
from services.payments.settlements.settlement_plan import (
    REASON_CHARACTERS_MAX,
    BreakReason,
    InstalmentStatus,
    PlanStatus,
)
from shared.funds.arrears import PLAN_MONTHS_MAX, FrozenMonths, PlanBreach
from shared.http.normalized_fields import Reference
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, Derived, PagedQuery, fund, many, paged
from shared.process.access_journal.schemas import PurposeQuery

CHARACTERS_MAX = 40
EMPLOYER_CHARACTERS_MAX = 20


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
    frozen_months = fields.Enum(FrozenMonths, by_value=True, required=True, attribute="scheme.frozen_months")
    grace_days = fields.Integer(required=True, attribute="scheme.grace_days")
    reminder_days = fields.Integer(required=True, attribute="scheme.reminder_days")
    needs_second_person = fields.Boolean(required=True, attribute="scheme.needs_second_person")
    law = fields.String(required=True, attribute="scheme.law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="scheme.law.is_to_be_confirmed")


class PlanQuery(PurposeQuery):
    """Whose debts, by which scheme, over how many months; one month is one payment."""

    employer_id = fields.String(required=True, validate=validate.Length(1, EMPLOYER_CHARACTERS_MAX))
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


class SettlementAskBody(Schema):
    """Which employer asks, for a plan by which scheme, over how many months."""

    employer_id = fields.String(required=True, validate=validate.Length(1, EMPLOYER_CHARACTERS_MAX))
    scheme = fields.String(required=True, validate=validate.Length(1, CHARACTERS_MAX))
    months = fields.Integer(required=True, strict=True, validate=validate.Range(1, PLAN_MONTHS_MAX))


class SettlementPlansQuery(PagedQuery, PurposeQuery):
    """Whose plans; an agent may leave the employer out. `status` narrows them, `reference` names one."""

    employer_id = fields.String(load_default=None, validate=validate.Length(1, EMPLOYER_CHARACTERS_MAX))
    status = fields.Enum(PlanStatus, by_value=True, load_default=None)
    reference = Reference(load_default=None, metadata={"description": "The number of the plan: it alone."})


class SettlementDecisionBody(Schema):
    """What an agent decides, and why: the employer reads it."""

    is_agreed = fields.Boolean(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, REASON_CHARACTERS_MAX))


class PlanDebtView(Schema):
    """A debt that the plan is for, as it stood when the schedule was made."""

    declaration_id = fields.String(required=True)
    form = fields.String(required=True)
    form_name = FormName(required=True, attribute="form", dump_only=True)
    period = fields.String(required=True)
    due_on = fields.Date(required=True)
    left = Amount(required=True, attribute="left_minor")
    penalties = Amount(required=True, attribute="penalty_minor")
    penalties_waived = Amount(required=True, attribute="spared_minor")


class InstalmentView(Schema):
    """What is to be paid by a day, and what of it came."""

    number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    paid = Amount(required=True, attribute="paid_minor")
    left = Amount(required=True, attribute="left_minor")
    status = fields.Enum(InstalmentStatus, by_value=True, required=True)
    text = fields.Function(lambda each: translate(f"settlement.instalment.{each.status}"), metadata=TEXT, required=True)
    paid_on = fields.Date(required=True, allow_none=True)
    collection_id = fields.Function(
        lambda each: each.collection_id or None, metadata={"type": ["string", "null"]}, required=True
    )


class PlanStepView(Schema):
    status = fields.Enum(PlanStatus, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    text = fields.Function(lambda step: translate(f"settlement.step.{step.status}"), metadata=TEXT, required=True)
    reason = fields.String(required=True)


class PlanBreakView(Schema):
    """Why a plan is broken."""

    because = fields.Enum(BreakReason, by_value=True, required=True, attribute="broken_because")
    text = fields.Function(
        lambda plan: translate(f"settlement.break.{plan.broken_because}"), metadata=TEXT, required=True
    )


class PayableView(Schema):
    """How what is asked for of a plan can be paid now."""

    ways = fields.List(fields.Nested(WayToPayView), required=True)
    may_be_debited = fields.Boolean(required=True)


class SettlementPlanView(Schema):
    """A plan by which an employer pays its debts in instalments. Until the fund has agreed, debts and instalments are
    those that the employer saw when it asked."""

    plan_id = fields.String(required=True)
    reference = fields.String(required=True)
    employer_id = fields.String(required=True)
    scheme = Derived(SchemeView, of=lambda plan: rules.offered_scheme(fund(), plan.scheme), required=True)
    months = fields.Integer(required=True)
    status = fields.Enum(PlanStatus, by_value=True, required=True)
    text = fields.Function(lambda plan: translate(f"settlement.step.{plan.status}"), metadata=TEXT, required=True)
    asked_at = fields.AwareDateTime(required=True)
    as_of = fields.Date(required=True)
    currency = fields.Function(lambda plan: fund().currency.value, metadata=TEXT, required=True)
    left = Amount(required=True, attribute="left_minor")
    penalties = Amount(required=True, attribute="penalty_minor")
    waived_percent = fields.String(required=True)
    penalties_waived = Amount(required=True, attribute="waived_minor")
    to_pay = Amount(required=True, attribute="to_pay_minor")
    paid = Amount(required=True, attribute="settled_minor")
    still_to_pay = Amount(required=True, attribute="still_to_pay_minor")
    missed = fields.Integer(required=True)
    debts = fields.List(fields.Nested(PlanDebtView), required=True)
    instalments = fields.List(fields.Nested(InstalmentView), required=True)
    next_instalment = fields.Nested(InstalmentView, required=True, allow_none=True)
    broken = Derived(
        PlanBreakView, of=lambda plan: plan if plan.broken_because else None, required=True, allow_none=True
    )
    reason = fields.String(required=True)
    collection_id = fields.Function(
        lambda plan: plan.collection_id or None, metadata={"type": ["string", "null"]}, required=True
    )
    rails = fields.Function(
        lambda plan: [rail.value for rail in rules.rails(plan, fund=fund())],
        metadata={"type": "array", "items": {"type": "string", "enum": [rail.value for rail in Rail]}},
        required=True,
    )
    is_debited = fields.Boolean(required=True)
    payable = Derived(
        PayableView, of=lambda plan: plan if isinstance(plan, PayablePlan) else None, required=True, allow_none=True
    )
    timeline = fields.List(fields.Nested(PlanStepView), attribute="steps", required=True)
    version = fields.Integer(required=True)


class DebitChoiceBody(Schema):
    """Whether each instalment is debited on its day."""

    is_debited = fields.Boolean(required=True)


SchemeViews = many(SchemeView)
SettlementPlansView = paged(SettlementPlanView)
