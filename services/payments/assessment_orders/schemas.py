"""The shapes of orders to assess silent employers over HTTP."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from services.payments.assessment_orders.assessment_order import LeftOutReason, OrderedStatus, OrderStatus
from services.payments.declarations.schemas import NAME_MAX, FormName
from services.payments.provisional_assessments.provisional_assessment import TEXT_CHARACTERS_MAX
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, Derived, PagedQuery, fund, paged
from shared.process.access_journal.schemas import PurposeQuery


class AssessmentOrderBody(Schema):
    """Which period is to be assessed. The note is for the fund; no employer reads it."""

    form = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    period = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    note = fields.String(load_default="", validate=validate.Length(0, TEXT_CHARACTERS_MAX))


class OrderCancellationBody(Schema):
    """Why nobody is assessed by it."""

    reason = fields.String(required=True, validate=validate.Length(1, TEXT_CHARACTERS_MAX))


class AssessmentOrdersQuery(PagedQuery):
    """Which page of the orders."""


class OrderedEmployersQuery(PagedQuery, PurposeQuery):
    """Which employers of an order; all where no state is named."""

    status = fields.Enum(OrderedStatus, by_value=True, load_default=None)


class OrderStepView(Schema):
    status = fields.Enum(OrderStatus, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    reason = fields.String(required=True)
    text = fields.Function(
        lambda step: translate(f"assessment-order.status.{step.status}"), required=True, metadata=TEXT
    )


class LeftOutView(Schema):
    """How many employers are left out for one reason."""

    reason = fields.Enum(LeftOutReason, by_value=True, required=True)
    text = fields.String(required=True)
    count = fields.Integer(required=True)


def _left_out(counts: Mapping[LeftOutReason, int]) -> list[dict[str, Any]]:
    return [
        {"reason": reason, "text": translate(f"assessment-order.reason.{reason}"), "count": counts[reason]}
        for reason in LeftOutReason
        if counts.get(reason)
    ]


class AssessmentOrderView(Schema):
    """An order: what it was previewed to come to, and who gave and started it."""

    order_id = fields.String(required=True)
    reference = fields.String(required=True)
    form = fields.String(required=True)
    form_name = FormName(required=True, attribute="form", dump_only=True)
    period = fields.String(required=True)
    note = fields.String(required=True)
    status = fields.Enum(OrderStatus, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"assessment-order.status.{it.status}"), required=True, metadata=TEXT)
    employers = fields.Integer(required=True, attribute="preview.employers")
    due = Amount(required=True, attribute="preview.due_minor")
    currency = fields.Function(lambda _: fund().currency.value, metadata=TEXT, required=True)
    left_out = Derived(LeftOutView, of=lambda it: _left_out(it.preview.left_out), required=True, many=True)
    timeline = fields.List(fields.Nested(OrderStepView), required=True, attribute="steps")
    version = fields.Integer(required=True)


class OrderProgressView(Schema):
    """How many employers of an order stand where."""

    selected = fields.Integer(required=True)
    to_assess = fields.Integer(required=True)
    assessed = fields.Integer(required=True)
    left_out = fields.Integer(required=True)


def _progress(counts: Mapping[OrderedStatus, int]) -> dict[str, int]:
    return {status.name.lower(): counts[status] for status in OrderedStatus}


class OrderReportView(Schema):
    """What became of an order so far."""

    order = fields.Nested(AssessmentOrderView, required=True)
    progress = Derived(OrderProgressView, of=lambda it: _progress(it.counts), required=True)
    left_out = Derived(LeftOutView, of=lambda it: _left_out(it.left_out), required=True, many=True)


class OrderedEmployerView(Schema):
    """One employer of an order, and what became of it."""

    employer_id = fields.String(required=True)
    status = fields.Enum(OrderedStatus, by_value=True, required=True)
    text = fields.Function(
        lambda line: translate(f"assessment-order.employer.{line.status}"), required=True, metadata=TEXT
    )
    due = Amount(required=True, attribute="due_minor")
    currency = fields.Function(lambda _: fund().currency.value, metadata=TEXT, required=True)
    reason = fields.Enum(LeftOutReason, by_value=True, required=True, allow_none=True)
    reason_text = fields.Function(
        lambda line: translate(f"assessment-order.reason.{line.reason}") if line.reason else None,
        required=True,
        metadata={"type": ["string", "null"]},
    )
    assessment_ids = fields.List(fields.String(), required=True)


AssessmentOrderPage = paged(AssessmentOrderView)
OrderedEmployerPage = paged(OrderedEmployerView)
