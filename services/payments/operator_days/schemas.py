"""The shapes of operators' days and of what differs in them."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.payments.contributions.schemas import named
from services.payments.operator_days.operator_day import DayStatus, DifferenceKind
from services.payments.operator_days.operator_difference import (
    NOTE_CHARACTERS_MAX,
    ClosingReason,
    DifferenceStatus,
)
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, PagedQuery, SignedAmount, fund, paged

ID = validate.Length(1, 64)
REASON_CHARACTERS_MAX = 200


def _currency() -> Any:
    return fields.Function(lambda _: fund().currency.value, metadata=TEXT, required=True)


def operator_name(code: str) -> str:
    bindings = fund().bindings
    known = bindings.mobile_operators.get(code) or bindings.acquirers.get(code)
    return named(known.names) if known else code


def terminal_place(terminal_id: str) -> str:
    """Where a card terminal stands, in the caller's language; empty where the fund does not have it."""
    terminals = (each.terminals.get(terminal_id) for each in fund().bindings.acquirers.values())
    return next((named(each.place) for each in terminals if each), "")


class DayDifferenceView(Schema):
    """One thing of a day that a person has to see; `GET /operator-differences/<id>` says what became of it."""

    difference_id = fields.String(required=True)
    kind = fields.Enum(DifferenceKind, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"operator-day.difference.{it.kind}"), metadata=TEXT, required=True)
    payment_id = fields.String(required=True)
    known = SignedAmount(required=True, attribute="known_minor")
    stated = SignedAmount(required=True, attribute="stated_minor")
    known_count = fields.Integer(required=True)
    stated_count = fields.Integer(required=True)
    ticket_id = fields.String(required=True)


class CloseTotalsView(Schema):
    """What a card terminal printed at its close, as it was typed."""

    closed_at = fields.AwareDateTime(required=True)
    count = fields.Integer(required=True)
    total = Amount(required=True, attribute="total_minor")
    reversed_count = fields.Integer(required=True)
    reversed = Amount(required=True, attribute="reversed_minor")
    fee = Amount(required=True, allow_none=True, attribute="fee_minor")


class OperatorDayView(Schema):
    """What an operator took on a day by its own file, or a card terminal by its close (`terminal_id`, `batch`); `net`
    less what was `settled` is still to come to the fund's account, with `reference` on the transfer. An acquirer's file
    is not paid in (`is_paid_in`): the closes of its terminals are."""

    day_id = fields.String(required=True)
    operator = fields.String(required=True)
    operator_name = fields.Function(lambda day: operator_name(day.operator), metadata=TEXT, required=True)
    day = fields.Date(required=True)
    reference = fields.String(required=True)
    status = fields.Enum(DayStatus, by_value=True, required=True)
    text = fields.Function(lambda day: translate(f"operator-day.status.{day.status}"), metadata=TEXT, required=True)
    payments = fields.Integer(required=True)
    total = SignedAmount(required=True, attribute="total_minor")
    fee = SignedAmount(required=True, attribute="fee_minor")
    net = SignedAmount(required=True, attribute="net_minor")
    settled = SignedAmount(required=True, attribute="settled_minor")
    currency = _currency()
    differences_count = fields.Integer(required=True)
    differences_open = fields.Function(
        lambda day: day.differences_count if day.open_differences is None else day.open_differences,
        metadata={"type": "integer"},
        required=True,
    )
    written_off = SignedAmount(required=True, attribute="written_off_minor")
    differences = fields.List(fields.Nested(DayDifferenceView), required=True)
    terminal_id = fields.String(required=True)
    terminal_place = fields.Function(lambda day: terminal_place(day.terminal_id), metadata=TEXT, required=True)
    batch = fields.String(required=True)
    closed = fields.Nested(CloseTotalsView, required=True, allow_none=True)
    is_paid_in = fields.Boolean(required=True)
    taken_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


class OperatorDaysQuery(PagedQuery):
    """Which days: those alone with open differences, or without, where it is given."""

    has_differences = fields.Boolean(load_default=None)


OperatorDaysView = paged(OperatorDayView)


class DifferenceClosingView(Schema):
    """Who closed a difference and why, and who agreed; `by` is empty where a later file closed it."""

    reason = fields.Enum(ClosingReason, by_value=True, required=True)
    text = fields.Function(
        lambda it: translate(f"operator-difference.reason.{it.reason}"), metadata=TEXT, required=True
    )
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    confirmed_by = fields.String(required=True, allow_none=True)
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)


class OperatorDifferenceView(Schema):
    """A difference of a day: since when it is open, in whose hands, or why it was closed. `balance` is what the
    operator's account is left with because of it, once the day is paid in; `in_question` how much it is about."""

    difference_id = fields.String(required=True)
    day_id = fields.String(required=True)
    operator = fields.String(required=True)
    operator_name = fields.Function(lambda it: operator_name(it.operator), metadata=TEXT, required=True)
    day = fields.Date(required=True)
    kind = fields.Enum(DifferenceKind, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"operator-day.difference.{it.kind}"), metadata=TEXT, required=True)
    payment_id = fields.String(required=True)
    known = SignedAmount(required=True, attribute="known_minor")
    stated = SignedAmount(required=True, attribute="stated_minor")
    known_count = fields.Integer(required=True)
    stated_count = fields.Integer(required=True)
    ticket_id = fields.String(required=True)
    balance = SignedAmount(required=True, attribute="balance_minor")
    in_question = Amount(required=True, attribute="weight_minor")
    currency = _currency()
    status = fields.Enum(DifferenceStatus, by_value=True, required=True)
    status_text = fields.Function(
        lambda it: translate(f"operator-difference.{it.status}"), metadata=TEXT, required=True
    )
    opened_at = fields.AwareDateTime(required=True)
    opened_on = fields.Function(
        lambda it: fund().day_of(it.opened_at).isoformat(), metadata={"type": "string", "format": "date"}, required=True
    )
    assigned_to = fields.String(required=True, allow_none=True)
    closing = fields.Nested(DifferenceClosingView, required=True, allow_none=True)
    note = fields.String(required=True)
    closed_before = fields.List(fields.Nested(DifferenceClosingView), required=True)
    version = fields.Integer(required=True)


class OperatorDifferencesQuery(PagedQuery):
    """Which differences: those that are open, unless another status or a day is asked for."""

    status = fields.Enum(DifferenceStatus, by_value=True, load_default=None)
    kind = fields.Enum(DifferenceKind, by_value=True, load_default=None)
    operator = fields.String(load_default=None, validate=ID)
    day_id = fields.String(load_default=None, validate=ID)
    assigned_to = fields.String(
        load_default=None,
        validate=ID,
        metadata={"description": "An agent's number, `me`, or `nobody` for what waits in the common queue."},
    )


class DifferenceClosingBody(Schema):
    """Why a difference is closed; `note` says more to colleagues, and rests encrypted."""

    reason = fields.Enum(ClosingReason, by_value=True, required=True)
    note = fields.String(required=True, validate=validate.Length(1, NOTE_CHARACTERS_MAX))


class DifferenceReassignmentBody(Schema):
    """To whom a supervisor gives a difference, and why; nobody means back to the common queue."""

    to = fields.String(required=True, allow_none=True, validate=ID, metadata={"description": "The agent's number"})
    reason = fields.String(required=True, validate=validate.Length(1, REASON_CHARACTERS_MAX))


OperatorDifferencesView = paged(OperatorDifferenceView)
