"""The shapes of collections over HTTP."""

import re

from marshmallow import Schema, fields

from services.payments.collections.collection import CollectionStep, Rail, Status
from services.payments.collections.debiting import REASONS
from services.payments.contributions.schemas import named
from services.payments.obligations.obligation import ObligationStatus
from shared.http.problems import translate
from shared.http.shapes import Amount, Derived, PagedQuery, fund
from shared.process.access_journal.schemas import PurposeQuery

TEXTS = {"type": "array", "items": {"type": "string"}}


BANK_REASON = re.compile("[A-Z]{2}[A-Z0-9]{2}", re.ASCII)
"""A code of ISO 20022: what else may stand beside a step is for operators."""


def _reason(step: CollectionStep) -> str:
    """What the bank gave as its reason, in the reader's words; empty where it gave none."""
    if not BANK_REASON.fullmatch(step.about):
        return ""
    return translate(f"debit.reason.{step.about if step.about in REASONS else 'other'}")


def _operators() -> list[str]:
    """The fund's operators of mobile money, as payers know them."""
    return [named(each.names) for each in fund().bindings.mobile_operators.values()]


def _places(rail: Rail) -> list[str]:
    """Where the fund has card terminals, in the reader's words; none for another rail."""
    if rail is not Rail.CARD_TERMINAL:
        return []
    terminals = [each for acquirer in fund().bindings.acquirers.values() for each in acquirer.terminals.values()]
    return list(dict.fromkeys(named(each.place) for each in terminals))


def _bring(rail: Rail) -> str:
    """What the payer brings to a counter, in the reader's words; empty for another rail."""
    agreed = fund().payments.card_at_counter
    return named(agreed.bring) if rail is Rail.CARD_TERMINAL and agreed else ""


class CollectionBody(Schema):
    """How the employer wants to pay."""

    rail = fields.Enum(Rail, by_value=True, required=True)


class FundAccountView(Schema):
    """Where a transfer goes."""

    number = fields.String(required=True)
    holder = fields.String(required=True)
    bank = fields.String(required=True)


class CollectionStepView(Schema):
    status = fields.Enum(Status, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    about = fields.String(required=True)
    text = fields.Function(
        lambda step: translate(f"collection.step.{step.status}"), metadata={"type": "string"}, required=True
    )
    reason = fields.Function(lambda step: _reason(step), metadata={"type": "string"}, required=True)


class PlanPartView(Schema):
    """The instalments of a settlement plan that a try to collect asks for."""

    plan_id = fields.String(required=True)
    reference = fields.String(required=True, attribute="plan_reference")
    instalments = fields.List(fields.Integer(), required=True)


class CollectionView(Schema):
    """A try to collect. A transfer is paid to `account` with `reference` on it, a card on the page `checkout_url`; a
    direct debit is drawn on `debit_on`; mobile money is paid with
    `reference` at any of the `operators`; by card at a counter at any of the `places`, with what is to `bring`."""

    collection_id = fields.String(required=True)
    declaration_id = fields.String(required=True)
    employer_id = fields.String(required=True)
    reference = fields.String(required=True)
    rail = fields.Enum(Rail, by_value=True, required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    amount = Amount(required=True, attribute="amount_minor")
    debited = Amount(required=True, attribute="debited_minor")
    currency = fields.Function(lambda collection: fund().currency.value, metadata={"type": "string"}, required=True)
    account = Derived(FundAccountView, of=lambda collection: fund().payments.collections, required=True)
    valid_until_on = fields.Date(required=True, allow_none=True)
    checkout_url = fields.String(required=True, allow_none=True)
    debit_on = fields.Date(required=True, allow_none=True)
    operators = fields.Function(
        lambda it: _operators() if it.rail is Rail.MOBILE_MONEY else [],
        metadata={"type": "array", "items": {"type": "string"}},
        required=True,
    )
    places = fields.Function(lambda it: _places(it.rail), metadata=TEXTS, required=True)
    bring = fields.Function(lambda it: _bring(it.rail), metadata={"type": "string"}, required=True)
    plan = Derived(PlanPartView, of=lambda it: it if it.plan_reference else None, required=True, allow_none=True)
    is_repetition = fields.Function(lambda it: bool(it.repeats), metadata={"type": "boolean"}, required=True)
    timeline = fields.List(fields.Nested(CollectionStepView), attribute="steps", required=True)
    version = fields.Integer(required=True)


class WayToPayView(Schema):
    """One way to pay what is left. A direct debit would be drawn on `debit_on`, by the employer's mandate; by card at a
    counter it is paid at one of the `places`, with what is to `bring`."""

    rail = fields.Enum(Rail, by_value=True, required=True)
    text = fields.Function(
        lambda way: translate(f"collection.rail.{way.rail}"), metadata={"type": "string"}, required=True
    )
    debit_on = fields.Date(required=True, allow_none=True)
    places = fields.Function(lambda way: _places(way.rail), metadata=TEXTS, required=True)
    bring = fields.Function(lambda way: _bring(way.rail), metadata={"type": "string"}, required=True)


class CollectionsView(Schema):
    """What a declaration made due, what of it has come, what was charged for its coming late, the ways to pay what is
    left, and a page of the tries to collect it. There is no way while the bank has a debit of it."""

    declaration_id = fields.String(required=True, attribute="obligation.declaration_id")
    status = fields.Enum(ObligationStatus, by_value=True, required=True, attribute="obligation.status")
    due_on = fields.Date(required=True, attribute="obligation.due_on")
    due = Amount(required=True, attribute="obligation.due_minor")
    paid = Amount(required=True, attribute="obligation.paid_minor")
    left = Amount(required=True, attribute="obligation.left_minor")
    penalties = Amount(required=True, attribute="obligation.penalty_minor")
    penalties_left = Amount(required=True, attribute="obligation.penalty_left_minor")
    to_pay = Amount(required=True, attribute="obligation.to_pay_minor")
    ways = fields.List(fields.Nested(WayToPayView), required=True)
    items = fields.List(fields.Nested(CollectionView), required=True)
    next = fields.String(
        required=True, allow_none=True, metadata={"description": "The cursor of the next page; null on the last one."}
    )


class TriesQuery(PagedQuery, PurposeQuery):
    """Which page of the tries to collect for a declaration."""
