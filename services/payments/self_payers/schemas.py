"""The shapes of self-payers over HTTP."""

from marshmallow import Schema, fields, validate

from services.payments.contributions.schemas import named
from services.payments.self_payers.self_contribution import BoundKind, SelfContributionStatus, SelfPayerShare
from services.payments.self_payers.self_payer import NOTE_CHARACTERS_MAX, SelfPayerStatus
from shared.funds.contributions import ContributionSide
from shared.http.normalized_fields import Reference
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, Derived, PagedQuery, SignedAmount, fund, paged
from shared.process.access_journal.schemas import PurposeQuery

TEXT_OR_NULL = {"type": ["string", "null"]}
REF_CHARACTERS_MAX = 40
CODE_CHARACTERS_MAX = 40


class MonthText(fields.String):
    """A month as periods are written, such as `2026-M01`."""

    def __init__(self, **more: object) -> None:
        super().__init__(validate=validate.Length(8, 8), **more)  # type: ignore[arg-type]


class SelfPaymentsQuery(PagedQuery):
    """Which page of one's own months."""


class SelfPayersQuery(PagedQuery):
    """Those in which state; those who are admitted, where none is named. With the reference by which a month is paid,
    who pays by it, in whichever state."""

    status = fields.Enum(SelfPayerStatus, by_value=True, load_default=None)
    reference = Reference(load_default=None, metadata={"description": "The reference by which a month is paid."})


class SelfPayerMonthsQuery(PagedQuery, PurposeQuery):
    """Which page of a self-payer's months, and why an agent looks."""


class SelfPayerBody(Schema):
    """Whom the fund admits, on what ground, from which month, on what base, and what proves it."""

    person_ref = fields.String(required=True, validate=validate.Length(1, REF_CHARACTERS_MAX))
    ground = fields.String(required=True, validate=validate.Length(1, CODE_CHARACTERS_MAX))
    from_month = MonthText(required=True)
    base = Amount(required=True, attribute="base_minor")
    note = fields.String(required=True, validate=validate.Length(1, NOTE_CHARACTERS_MAX))


class SelfPayerBaseBody(Schema):
    """The new base, from which month, and what proves it."""

    from_month = MonthText(required=True)
    base = Amount(required=True, attribute="base_minor")
    note = fields.String(required=True, validate=validate.Length(1, NOTE_CHARACTERS_MAX))


class SelfPayerEndBody(Schema):
    """The last month, included, and why it ends."""

    last_month = MonthText(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, NOTE_CHARACTERS_MAX))


class SelfPayerGroundView(Schema):
    """Who may be admitted."""

    code = fields.String(required=True)
    name = fields.Function(lambda it: ground_name(it["code"]), metadata=TEXT, required=True)


class SelfPayerOfferView(Schema):
    """Whom the fund admits, and on what they pay."""

    grounds = Derived(
        SelfPayerGroundView, of=lambda it: [{"code": code} for code in it.grounds], many=True, required=True
    )
    base_name = fields.Function(lambda it: named(it.base), metadata=TEXT, required=True)


class DeclaredBaseView(Schema):
    """What contributions are paid on from a month on."""

    from_month = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    note = fields.String(required=True)


class SelfPayerView(Schema):
    """A person who pays the contributions alone. Without `last_month` no end is set."""

    person_ref = fields.String(required=True)
    ground = fields.String(required=True)
    ground_name = fields.Function(lambda it: ground_name(it.ground), metadata=TEXT, required=True)
    status = fields.Enum(SelfPayerStatus, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"self-payer.status.{it.status}"), metadata=TEXT, required=True)
    from_month = fields.String(required=True)
    last_month = fields.String(required=True, allow_none=True)
    next_month = fields.String(required=True, allow_none=True)
    end_reason = fields.String(required=True)
    base = Amount(required=True, attribute="base_minor")
    currency = fields.Function(lambda it: fund().currency.value, metadata=TEXT, required=True)
    bases = fields.List(fields.Nested(DeclaredBaseView), required=True)
    version = fields.Integer(required=True)


class SelfPayerShareView(Schema):
    """One side's share of a month, and how it came about."""

    side = fields.Enum(ContributionSide, by_value=True, required=True)
    side_name = fields.Function(lambda it: side_name(it.side), metadata=TEXT, required=True)
    percent = fields.String(required=True)
    computed = Amount(required=True, attribute="computed_minor")
    floor = Amount(required=True, allow_none=True, attribute="floor_minor")
    ceiling = Amount(required=True, allow_none=True, attribute="ceiling_minor")
    amount = Amount(required=True, attribute="amount_minor")
    bound = fields.Enum(BoundKind, by_value=True, required=True)
    text = fields.Function(lambda it: share_text(it), metadata=TEXT, required=True)
    law = fields.String(required=True, attribute="law.reference")
    valid_from = fields.Date(required=True, attribute="law.valid_from")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class SelfReceiptView(Schema):
    """Money that came, by the day that it counts from. Below zero the bank took it back."""

    on = fields.Date(required=True)
    amount = SignedAmount(required=True, attribute="amount_minor")


class SelfPaymentAccountView(Schema):
    """The fund's account that a transfer goes to."""

    number = fields.String(required=True)
    holder = fields.String(required=True)
    bank = fields.String(required=True)


class SelfContributionView(Schema):
    """What is due for a month, how it came about, what was paid, and by which reference it is paid."""

    contribution_id = fields.String(required=True)
    person_ref = fields.String(required=True)
    month = fields.String(required=True)
    reference = fields.String(required=True)
    status = fields.Enum(SelfContributionStatus, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"self-payer.contribution.{it.status}"), metadata=TEXT, required=True)
    base_name = fields.Function(lambda it: base_name(), metadata=TEXT, required=True)
    base = Amount(required=True, attribute="assessment.base_minor")
    due = Amount(required=True, attribute="due_minor")
    received = Amount(required=True, attribute="received_minor")
    left = Amount(required=True, attribute="left_minor")
    currency = fields.Function(lambda it: fund().currency.value, metadata=TEXT, required=True)
    due_on = fields.Date(required=True)
    paid_on = fields.Date(required=True, allow_none=True)
    shares = fields.List(fields.Nested(SelfPayerShareView), required=True, attribute="assessment.shares")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="assessment.is_to_be_confirmed")
    receipts = fields.List(fields.Nested(SelfReceiptView), required=True)
    pay_into = Derived(
        SelfPaymentAccountView,
        of=lambda it: fund().payments.collections if it.left_minor else None,
        required=True,
        allow_none=True,
    )


def base_name() -> str:
    """What the fund calls the base; nothing where it admits nobody any more."""
    section = fund().contributions.self_payers
    return named(section.base) if section else ""


def ground_name(code: str) -> str:
    """What the fund calls a ground; its code where the fund has it no more."""
    section = fund().contributions.self_payers
    return named(section.grounds[code]) if section and code in section.grounds else code


def side_name(side: ContributionSide) -> str:
    """What the fund calls a side."""
    names = fund().contributions.sides.get(side)
    return named(names) if names else side.value


def share_text(share: SelfPayerShare) -> str:
    """How a share came about, in a sentence."""
    return translate(f"self-payer.share.{share.bound}")


SelfContributionViews = paged(SelfContributionView)
SelfPayerViews = paged(SelfPayerView)
