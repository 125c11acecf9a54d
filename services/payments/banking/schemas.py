"""The shapes of what banks and agents read, and of what agents decide."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.payments.banking.bank_entry import (
    NOTE_CHARACTERS_MAX,
    SHARES_MAX,
    DecisionKind,
    DecisionReason,
    EntryStatus,
    Share,
    Target,
    WaitReason,
)
from services.payments.banking.bank_file import ACCOUNT_CHARACTERS_MAX, Direction
from services.payments.obligations.standing import PeriodDifference
from shared.http.problems import translate
from shared.http.shapes import Amount, PagedQuery, fund, paged

ID_CHARACTERS_MAX = 100


class WebhookReceiptView(Schema):
    """Whether a message was new; a repeated one gets the same response and changes nothing."""

    message_id = fields.String(required=True)
    is_new = fields.Boolean(required=True)


class ReferenceView(Schema):
    """What a bank needs to know before it accepts a transfer. Where nothing is due any more, `due` is 0."""

    reference = fields.String(required=True)
    due = Amount(required=True, attribute="due_minor")
    currency = fields.String(required=True)
    account = fields.String(required=True)
    holder = fields.String(required=True)
    valid_until_on = fields.Date(required=True, allow_none=True)


class DifferenceView(Schema):
    """A case to be looked at: an employer's period that does not add up, or money that was for nobody knows what."""

    case = fields.Enum(PeriodDifference, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"difference.{it.case}"), metadata={"type": "string"}, required=True)
    employer_id = fields.String(required=True, allow_none=True)
    period = fields.String(required=True, allow_none=True)
    bank_reference = fields.String(required=True, allow_none=True)
    declared = Amount(required=True, attribute="declared_minor")
    called = Amount(required=True, attribute="called_minor")
    collected = Amount(required=True, attribute="collected_minor")
    booked = Amount(required=True, attribute="booked_minor")


DifferenceViews = paged(DifferenceView)


class BankEntriesQuery(PagedQuery):
    """Which entries are asked for; without a status, those that wait for a person."""

    status = fields.Enum(EntryStatus, by_value=True, load_default=None)
    account = fields.String(load_default=None, validate=validate.Length(1, ID_CHARACTERS_MAX))
    day = fields.Date(load_default=None)


class ShareView(Schema):
    """A part of an entry's amount and what it is for."""

    target = fields.Enum(Target, by_value=True, required=True)
    target_id = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")


class DecisionView(Schema):
    """What somebody decided, and who confirmed it."""

    way = fields.Enum(DecisionKind, by_value=True, required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    shares = fields.List(fields.Nested(ShareView), required=True)
    ground = fields.Enum(DecisionReason, by_value=True, required=True, allow_none=True)
    confirmed_by = fields.String(required=True, allow_none=True)
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)
    refund_id = fields.String(required=True, allow_none=True)


class BankEntryView(Schema):
    """An entry of the bank: what moved, what it was for, or why it waits and what was decided about it.

    `account` is the ledger's code, `foreign` where it is no account of the fund: then `foreign_account` is the number
    that the bank gave. `stated` is the amount as the bank wrote it where it is in another currency: `amount` says
    nothing then.
    """

    entry_id = fields.String(required=True)
    bank_reference = fields.String(required=True)
    account = fields.String(required=True)
    foreign_account = fields.String(required=True, attribute="details.account")
    direction = fields.Enum(Direction, by_value=True, required=True)
    amount = Amount(required=True, attribute="amount_minor")
    charges = Amount(required=True, attribute="charges_minor")
    currency = fields.Function(
        lambda entry: entry.currency or fund().currency.value, metadata={"type": "string"}, required=True
    )
    stated = fields.String(required=True)
    booked_on = fields.Date(required=True, allow_none=True)
    taken_at = fields.AwareDateTime(required=True)
    status = fields.Enum(EntryStatus, by_value=True, required=True)
    text = fields.Function(
        lambda entry: translate(f"bank.entry.{entry.status}"), metadata={"type": "string"}, required=True
    )
    why = fields.Enum(WaitReason, by_value=True, required=True, allow_none=True)
    why_text = fields.Function(
        lambda entry: translate(f"bank.why.{entry.why}") if entry.why else None,
        metadata={"type": ["string", "null"]},
        required=True,
    )
    booked_as = fields.String(required=True)
    reference = fields.String(required=True)
    counterparty = fields.String(required=True, attribute="details.counterparty")
    remittance = fields.String(required=True, attribute="details.text")
    note = fields.String(required=True, attribute="details.note")
    shares = fields.List(fields.Nested(ShareView), required=True)
    decision = fields.Nested(DecisionView, required=True, allow_none=True)
    decided_before = fields.List(fields.Nested(DecisionView), required=True)
    version = fields.Integer(required=True)


BankEntriesView = paged(BankEntryView)


class VersionBody(Schema):
    """`version` is the one that was read: after a concurrent change the answer is 409 with the newer one."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1))


class ShareBody(Schema):
    target = fields.Enum(Target, by_value=True, required=True)
    target_id = fields.String(required=True, validate=validate.Length(1, ID_CHARACTERS_MAX))
    amount = Amount(required=True)

    @post_load
    def _share(self, read: dict[str, Any], **_: Any) -> Share:
        return Share(target=read["target"], target_id=read["target_id"], amount_minor=read["amount"])


class AllocationBody(VersionBody):
    """What the money was for; the shares add up to the entry."""

    shares = fields.List(fields.Nested(ShareBody), required=True, validate=validate.Length(1, SHARES_MAX))
    note = fields.String(load_default="", validate=validate.Length(max=NOTE_CHARACTERS_MAX))


class WriteOffBody(VersionBody):
    """Why the entry is closed; `note` says more to colleagues, and rests encrypted."""

    ground = fields.Enum(DecisionReason, by_value=True, required=True)
    note = fields.String(load_default="", validate=validate.Length(max=NOTE_CHARACTERS_MAX))


class EntryRefundBody(WriteOffBody):
    """Why the money goes back. `counterparty` is the account, where the bank did not give it or it is another."""

    counterparty = fields.String(load_default=None, validate=validate.Length(1, ACCOUNT_CHARACTERS_MAX))
