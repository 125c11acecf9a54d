"""The shapes of collections over HTTP."""

from marshmallow import Schema, fields

from services.payments.collections.collection import Rail, Status
from services.payments.collections.obligation import ObligationStatus
from shared.http.problems import say
from shared.http.shapes import Amount, Derived, fund


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
        lambda step: say(f"collection.step.{step.status}"), metadata={"type": "string"}, required=True
    )


class CollectionView(Schema):
    """A try to collect. A transfer is paid to `account` with `reference` on it, a card on the page `checkout_url`."""

    collection_id = fields.String(required=True)
    declaration_id = fields.String(required=True)
    employer_id = fields.String(required=True)
    reference = fields.String(required=True)
    rail = fields.Enum(Rail, by_value=True, required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    amount = Amount(required=True, attribute="amount_minor")
    debited = Amount(required=True, attribute="debited_minor")
    currency = fields.Function(lambda collection: fund().currency.value, metadata={"type": "string"}, required=True)
    account = Derived(FundAccountView, of=lambda collection: fund().payment.collections, required=True)
    valid_until_on = fields.Date(required=True, allow_none=True)
    checkout_url = fields.String(required=True, allow_none=True)
    timeline = fields.List(fields.Nested(CollectionStepView), attribute="steps", required=True)
    version = fields.Integer(required=True)


class CollectionsView(Schema):
    """What a declaration made due, what of it has come, and every try to collect it."""

    declaration_id = fields.String(required=True, attribute="obligation.declaration_id")
    status = fields.Enum(ObligationStatus, by_value=True, required=True, attribute="obligation.status")
    due_on = fields.Date(required=True, attribute="obligation.due_on")
    due = Amount(required=True, attribute="obligation.due_minor")
    paid = Amount(required=True, attribute="obligation.paid_minor")
    left = Amount(required=True, attribute="obligation.left_minor")
    items = fields.List(fields.Nested(CollectionView), required=True)
