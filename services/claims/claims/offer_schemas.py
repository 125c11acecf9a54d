"""What may be claimed, over HTTP: claim types with their papers, acts, delays."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.claims.benefits.schemas import (
    QuestionView,
    When,
)
from services.claims.claims.offers import ClaimOffer
from services.claims.claims.reasons import reason_text
from services.claims.claims.schemas import ID
from shared.funds.benefits import DecidedBy, Family, Filer
from shared.funds.calendar import DayCount
from shared.http.problems import language, translate
from shared.http.shapes import TEXT, Amount, Derived, PagedQuery, fund, many, paged


class OfferQuery(Schema):
    """On which day: that of the care for acts, that of the filing for papers; today where none is named."""

    on = fields.Date(load_default=None)


class PaperOfferView(Schema):
    kind = fields.String(required=True)
    name = fields.Function(lambda it: it.names[language()], required=True, metadata=TEXT)
    is_required = fields.Boolean(required=True, attribute="requirement.is_required")
    when = When(lambda it: it.requirement.when)
    law = fields.String(required=True, attribute="requirement.law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="requirement.law.is_to_be_confirmed")


class ActOfferView(Schema):
    act = fields.String(required=True)
    name = fields.Function(lambda it: it.names[language()], required=True, metadata=TEXT)
    price = Amount(required=True, attribute="price.price.amount_minor")
    law = fields.String(required=True, attribute="price.law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="price.law.is_to_be_confirmed")


class DelaysView(Schema):
    completeness = fields.Integer(required=True)
    decision = fields.Integer(required=True)
    payment = fields.Integer(required=True)
    counted_in = fields.Enum(DayCount, by_value=True, required=True)
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class FilingTermView(Schema):
    days_max = fields.Integer(required=True)
    counted_in = fields.Enum(DayCount, by_value=True, required=True)
    law = fields.String(required=True, attribute="law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class AppealView(Schema):
    body = fields.Function(lambda it: it.body[language()], required=True, metadata=TEXT)
    days = fields.Integer(required=True)
    counted_in = fields.Enum(DayCount, by_value=True, required=True)
    law = fields.String(required=True, attribute="law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class LegalDelayView(Schema):
    """Within how many days of a complete claim the law wants a decision."""

    days = fields.Integer(required=True)
    counted_in = fields.Enum(DayCount, by_value=True, required=True)
    law = fields.String(required=True, attribute="law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class ReasonView(Schema):
    """A reason for which such a claim may be refused, as a whole or line by line."""

    code = fields.String(required=True)
    text = fields.String(required=True)


class CeilingView(Schema):
    """What is paid at most for the care of a calendar year: for the person alone, with one dependant, with two …"""

    amounts = fields.Function(
        lambda it: [str(amount.decimal()) for amount in it.amounts],
        required=True,
        metadata={"type": "array", "items": {"type": "string"}},
    )
    law = fields.String(required=True, attribute="law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class FilerView(Schema):
    """Who may file such a claim."""

    code = fields.Function(lambda it: it.value, required=True, metadata={"enum": [each.value for each in Filer]})
    text = fields.Function(lambda it: translate(f"claim.filed-by.{it}"), required=True, metadata=TEXT)


class OfferView(Schema):
    """A claim type: what to send with it, what is paid for, and how long it takes. Empty where no law sets it."""

    claim_type = fields.String(required=True)
    name = fields.Function(lambda it: it.names[language()], required=True, metadata=TEXT)
    currency = fields.Function(lambda it: fund().currency.value, required=True, metadata=TEXT)
    family = fields.Enum(Family, by_value=True, required=True)
    decided_by = fields.Enum(DecidedBy, by_value=True, required=True)
    is_for_care = fields.Boolean(required=True)
    questions = fields.List(fields.Nested(QuestionView), required=True)
    percent = fields.String(required=True, allow_none=True)
    papers = fields.List(fields.Nested(PaperOfferView), required=True)
    acts = fields.List(fields.Nested(ActOfferView), required=True)
    filed_by = fields.List(fields.Nested(FilerView), required=True)
    filing = fields.Nested(FilingTermView, required=True, allow_none=True)
    ceiling = fields.Nested(CeilingView, required=True, allow_none=True)
    usual_days = fields.Nested(DelaysView, required=True, allow_none=True)
    appeal = fields.Nested(AppealView, required=True, allow_none=True)
    legal_delay = fields.Nested(LegalDelayView, required=True, allow_none=True)
    refusal_reasons = Derived(ReasonView, of=lambda offer: _reasons(offer), many=True, required=True)


OfferViews = many(OfferView)


class ActsQuery(PagedQuery):
    """Which acts, and of which day of care; those of today where none is named."""

    on = fields.Date(load_default=None)
    claim_type = fields.String(load_default=None, validate=ID)
    search = fields.String(load_default="", validate=validate.Length(0, 100))


class ActView(Schema):
    """A medical act that the fund reimburses."""

    act = fields.String(required=True)
    name = fields.Function(lambda it: it.names[language()], required=True, metadata=TEXT)
    claim_type = fields.String(required=True)
    price = Amount(required=True, attribute="price.price.amount_minor")
    currency = fields.Function(lambda it: fund().currency.value, required=True, metadata=TEXT)
    law = fields.String(required=True, attribute="price.law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="price.law.is_to_be_confirmed")


ActsPage = paged(ActView)


def _reasons(offer: ClaimOffer) -> list[dict[str, Any]]:
    return [{"code": each, "text": reason_text(each, offer.claim_type)} for each in offer.refusal_reasons]
