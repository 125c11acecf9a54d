"""The shapes of what banks and agents read, and of what agents decide."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.payments.banking.bank_entry import (
    NOTE_CHARACTERS_MAX,
    SHARES_MAX,
    DecisionKind,
    DecisionReason,
    EntryStatus,
    MatchRule,
    Share,
    Target,
    WaitReason,
)
from services.payments.banking.bank_file import ACCOUNT_CHARACTERS_MAX, Direction
from services.payments.banking.dry_runs import EntryOutcome, RuleTotal
from services.payments.obligations.standing import PeriodDifference
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, PagedQuery, fund, paged

ID_CHARACTERS_MAX = 100
REASON_CHARACTERS_MAX = 200


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
    entry_id = fields.String(required=True, allow_none=True)
    opened_at = fields.AwareDateTime(required=True, allow_none=True)
    declared = Amount(required=True, attribute="declared_minor")
    called = Amount(required=True, attribute="called_minor")
    collected = Amount(required=True, attribute="collected_minor")
    booked = Amount(required=True, attribute="booked_minor")
    due = Amount(required=True, attribute="due_minor")
    disputed = Amount(required=True, attribute="disputed_minor")
    case_id = fields.String(required=True)
    assigned_to = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class CaseReassignmentBody(Schema):
    """To whom a supervisor gives a difference, and why; nobody means back to the common queue."""

    to = fields.String(required=True, allow_none=True, validate=validate.Length(1, ID_CHARACTERS_MAX))
    reason = fields.String(required=True, validate=validate.Length(1, REASON_CHARACTERS_MAX))


class DifferencesQuery(PagedQuery):
    """Which of them: all, unless those in an agent's hands, or in nobody's, are asked for."""

    assigned_to = fields.String(
        load_default=None,
        validate=validate.Length(1, ID_CHARACTERS_MAX),
        metadata={"description": "An agent's number, `me`, or `nobody` for what nobody looks into yet."},
    )


DifferenceViews = paged(DifferenceView)


class BankEntriesQuery(PagedQuery):
    """Which entries are asked for; without a status, those that wait for a person, but of a reference or an amount
    those in whichever state. A reference is ours in the bank's text, or the bank's own of the entry."""

    status = fields.Enum(EntryStatus, by_value=True, load_default=None)
    account = fields.String(load_default=None, validate=validate.Length(1, ID_CHARACTERS_MAX))
    day = fields.Date(load_default=None)
    reference = fields.String(
        load_default=None,
        validate=validate.Length(1, ID_CHARACTERS_MAX),
        metadata={"description": "A reference of ours that the bank's text holds, or the bank's own of the entry."},
    )
    amount = Amount(load_default=None)


class ShareView(Schema):
    """A part of an entry's amount and what it is for."""

    target = fields.Enum(Target, by_value=True, required=True)
    target_id = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")


class MatchView(Schema):
    """By which rule, by whom and when it was found what an entry is for."""

    rule = fields.Enum(MatchRule, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"bank.rule.{it.rule}"), metadata={"type": "string"}, required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


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
    match = fields.Nested(MatchView, required=True, allow_none=True)
    version = fields.Integer(required=True)


BankEntriesView = paged(BankEntryView)


class ShareEffectView(Schema):
    """What a share would do: what would be left to pay of what it is for, with its penalties, and what would be the
    employer's credit; null where it is for no debt."""

    target = fields.Enum(Target, by_value=True, required=True, attribute="share.target")
    target_id = fields.String(required=True, attribute="share.target_id")
    amount = Amount(required=True, attribute="share.amount_minor")
    employer_id = fields.String(required=True, allow_none=True)
    period = fields.String(required=True, allow_none=True)
    left = Amount(required=True, allow_none=True, attribute="left_minor")
    credit = Amount(required=True, allow_none=True, attribute="credit_minor")


class EntryEffectView(Schema):
    """What would become of an entry: to what it would be booked by which rule, why it would wait, or that it was known
    before. Nothing of it is stored: only an entry that is known can be read by its id."""

    outcome = fields.Enum(EntryOutcome, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"bank.outcome.{it.outcome}"), metadata=TEXT, required=True)
    entry_id = fields.String(required=True, attribute="entry.entry_id")
    bank_reference = fields.String(required=True, attribute="entry.bank_reference")
    account = fields.String(required=True, attribute="entry.account")
    direction = fields.Enum(Direction, by_value=True, required=True, attribute="entry.direction")
    amount = Amount(required=True, attribute="entry.amount_minor")
    currency = fields.String(required=True, attribute="entry.currency")
    stated = fields.String(required=True, attribute="entry.stated")
    booked_on = fields.Date(required=True, allow_none=True, attribute="entry.booked_on")
    counterparty = fields.String(required=True, attribute="entry.details.counterparty")
    remittance = fields.String(required=True, attribute="entry.details.text")
    match = fields.Nested(MatchView, required=True, allow_none=True, attribute="entry.match")
    why = fields.Enum(WaitReason, by_value=True, required=True, allow_none=True, attribute="entry.why")
    why_text = fields.Function(
        lambda it: translate(f"bank.why.{it.entry.why}") if it.entry.why else None,
        metadata={"type": ["string", "null"]},
        required=True,
    )
    shares = fields.List(fields.Nested(ShareEffectView), required=True)


class RuleTotalView(Schema):
    """The entries of one direction and currency with one outcome, by one rule or for one reason."""

    outcome = fields.Enum(EntryOutcome, by_value=True, required=True)
    rule = fields.Enum(MatchRule, by_value=True, required=True, allow_none=True)
    why = fields.Enum(WaitReason, by_value=True, required=True, allow_none=True)
    text = fields.Function(lambda it: _of_total(it), metadata=TEXT, required=True)
    direction = fields.Enum(Direction, by_value=True, required=True)
    currency = fields.String(required=True)
    count = fields.Integer(required=True)
    amount = Amount(required=True, attribute="amount_minor")


def _of_total(total: RuleTotal) -> str:
    """By which rule, or why they wait; else what would become of them."""
    if total.rule is not None:
        return translate(f"bank.rule.{total.rule}")
    return translate(f"bank.why.{total.why}" if total.why else f"bank.outcome.{total.outcome}")


class StatementFaultView(Schema):
    """Why a part of the statement cannot be read; the rest can."""

    code = fields.String(required=True)
    text = fields.Function(lambda it: translate(it.code, **it.parameters), metadata=TEXT, required=True)


class DryRunView(Schema):
    """What the rules would do with a statement's entries, in its order, and the sums by rule. Nothing is stored."""

    entries = fields.List(fields.Nested(EntryEffectView), required=True)
    totals = fields.List(fields.Nested(RuleTotalView), required=True)
    faults = fields.List(fields.Nested(StatementFaultView), required=True)


class AllocationEffectView(Schema):
    """What an allocation would do, and whether a second person has to agree before. Nothing is stored."""

    needs_two = fields.Boolean(required=True)
    shares = fields.List(fields.Nested(ShareEffectView), required=True)


class ProposalRuleView(Schema):
    """A rule by which money could be for something, and what it says."""

    rule = fields.Function(lambda it: it.value, metadata=TEXT, required=True)
    text = fields.Function(lambda it: translate(f"bank.proposal.{it}"), metadata=TEXT, required=True)


class ProposalView(Schema):
    """What money that waits could be for. Of an employer that owes nothing it is the employer's credit."""

    target = fields.Enum(Target, by_value=True, required=True)
    target_id = fields.String(required=True)
    employer_id = fields.String(required=True)
    employer_name = fields.String(required=True)
    period = fields.String(required=True, allow_none=True)
    to_pay = Amount(required=True, attribute="to_pay_minor")
    rules = fields.List(fields.Nested(ProposalRuleView), required=True)


class ProposalViews(Schema):
    """The proposals, that for which most speaks first."""

    items = fields.List(fields.Nested(ProposalView), required=True)


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


class AllocationTrialBody(VersionBody):
    """The shares whose effect is asked for."""

    shares = fields.List(fields.Nested(ShareBody), required=True, validate=validate.Length(1, SHARES_MAX))


class AllocationBody(AllocationTrialBody):
    """What the money was for; the shares add up to the entry."""

    note = fields.String(load_default="", validate=validate.Length(max=NOTE_CHARACTERS_MAX))


class WriteOffBody(VersionBody):
    """Why the entry is closed; `note` says more to colleagues, and rests encrypted."""

    ground = fields.Enum(DecisionReason, by_value=True, required=True)
    note = fields.String(load_default="", validate=validate.Length(max=NOTE_CHARACTERS_MAX))


class EntryRefundBody(WriteOffBody):
    """Why the money goes back. `counterparty` is the account, where the bank did not give it or it is another."""

    counterparty = fields.String(load_default=None, validate=validate.Length(1, ACCOUNT_CHARACTERS_MAX))
