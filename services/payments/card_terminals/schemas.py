"""The shapes of payments at card terminals and of the closes of terminals."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.payments.card_terminals.acquirer_file import FILE_BYTES_MAX, RowFindingKind
from services.payments.card_terminals.terminal_payment import Status
from services.payments.operator_days.schemas import DayDifferenceView, operator_name, terminal_place
from shared.http.csv_body import CsvBody
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, PagedQuery, SignedAmount, fund, many, paged

NUMBER = validate.Length(1, 20)
COUNT_MAX = 100_000
NOTHING = re.compile(r"0(\.0{1,3})?", re.ASCII)


def _currency() -> Any:
    return fields.Function(lambda _: fund().currency.value, metadata=TEXT, required=True)


class Total(Amount):
    """An amount that may be nothing: what a terminal took in a batch without payments."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> int:
        if isinstance(value, str) and NOTHING.fullmatch(value):
            return 0
        return super()._deserialize(value, attr, data, **more)


class CardTerminalView(Schema):
    """A card terminal at a counter of the fund."""

    terminal_id = fields.String(required=True)
    place = fields.Function(lambda it: terminal_place(it["terminal_id"]), metadata=TEXT, required=True)
    acquirer = fields.String(required=True)
    acquirer_name = fields.Function(lambda it: operator_name(it["acquirer"]), metadata=TEXT, required=True)
    has_day_file = fields.Boolean(required=True)


class TerminalPaymentBody(Schema):
    """For what an employer's card is taken: a declaration, or what the reference is for that the employer brings."""

    declaration_id = fields.String(load_default="", validate=validate.Length(max=64))
    reference = fields.String(load_default="", validate=validate.Length(max=40))

    @validates_schema
    def _one(self, read: Mapping[str, Any], **_: Any) -> None:
        if bool(read["declaration_id"]) == bool(read["reference"]):
            raise ValidationError("a declaration or a reference", "reference")


class TicketBody(Schema):
    """What the terminal printed. Zeros before a number may be left out."""

    batch = fields.String(required=True, validate=NUMBER)
    ticket = fields.String(required=True, validate=NUMBER)
    authorisation = fields.String(load_default="", validate=validate.Length(max=20))
    amount = Amount(required=True)
    taken_at = fields.AwareDateTime(required=True)


class TicketView(Schema):
    """What the terminal printed of a payment."""

    batch = fields.String(required=True)
    ticket = fields.String(required=True, attribute="number")
    authorisation = fields.String(required=True)
    taken_at = fields.AwareDateTime(required=True)


class TerminalPaymentView(Schema):
    """A payment at a card terminal; `receipt` is the fund's number for the payer, once the ticket was typed.
    `closed_in`
    is the day of the terminal's close that has it, empty until then."""

    payment_id = fields.String(required=True)
    terminal_id = fields.String(required=True)
    place = fields.Function(lambda it: terminal_place(it.terminal_id), metadata=TEXT, required=True)
    acquirer_name = fields.Function(lambda it: operator_name(it.acquirer), metadata=TEXT, required=True)
    collection_id = fields.String(required=True)
    declaration_id = fields.String(required=True)
    employer_id = fields.String(required=True)
    period = fields.String(required=True)
    reference = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    currency = _currency()
    status = fields.Enum(Status, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"card-terminal.payment.{it.status}"), metadata=TEXT, required=True)
    begun_at = fields.AwareDateTime(required=True)
    hold_until = fields.AwareDateTime(required=True, allow_none=True)
    ticket = fields.Nested(TicketView, required=True, allow_none=True)
    receipt = fields.String(required=True)
    reversed_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_in = fields.String(required=True)
    version = fields.Integer(required=True)


class TerminalPaymentsQuery(PagedQuery):
    """Which payments of a terminal: those of a batch that it has not closed, or all; in one state, or in any."""

    batch = fields.String(load_default=None, validate=NUMBER)
    status = fields.Enum(Status, by_value=True, load_default=None)


class TerminalCloseBody(Schema):
    """The totals that the terminal printed at its close. What was cancelled stands beside them, without a sign; `fee`
    is what the acquirer keeps, where the close says so."""

    batch = fields.String(required=True, validate=NUMBER)
    closed_at = fields.AwareDateTime(required=True)
    count = fields.Integer(required=True, strict=True, validate=validate.Range(0, COUNT_MAX))
    total = Total(required=True)
    reversed_count = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, COUNT_MAX))
    reversed = Total(load_default=None, allow_none=True)
    fee = Total(load_default=None, allow_none=True)


ACQUIRER_FILE = CsvBody(
    size_max=FILE_BYTES_MAX,
    says="A table whose columns the fund's definition names (`bindings`, `acquirers`, `day_file`).",
    example="Terminal;Remise;Ticket;Date;Montant brut;Commission\n",
)


class RowFindingView(Schema):
    """What is wrong with a row of the file, from 1 with the heads'."""

    row = fields.Integer(required=True)
    column = fields.String(required=True)
    kind = fields.Enum(RowFindingKind, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"card-terminal.row.{it.kind}"), metadata=TEXT, required=True)


class ComparedFileView(Schema):
    """An acquirer's file of a day beside the tickets that were typed; `day_id` is the day as which it is kept, null
    where it has rows that cannot be read."""

    acquirer = fields.String(required=True)
    acquirer_name = fields.Function(lambda it: operator_name(it.acquirer), metadata=TEXT, required=True)
    day = fields.Date(required=True)
    payments = fields.Integer(required=True)
    total = SignedAmount(required=True, attribute="total_minor")
    fee = Amount(required=True, attribute="fee_minor")
    known = SignedAmount(required=True, attribute="known_minor")
    currency = _currency()
    is_equal = fields.Boolean(required=True)
    findings = fields.List(fields.Nested(RowFindingView), required=True)
    differences = fields.List(fields.Nested(DayDifferenceView), required=True)
    differences_count = fields.Integer(required=True)
    day_id = fields.String(required=True, allow_none=True)


CardTerminalViews = many(CardTerminalView)
TerminalPaymentsView = paged(TerminalPaymentView)
