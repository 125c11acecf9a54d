"""The shapes of mandates over HTTP."""

from marshmallow import Schema, fields, post_load, validate

from services.payments.mandates import deadlines
from services.payments.mandates.actions import MandateDecision
from services.payments.mandates.mandate import MandateParty, RequestKind, Status
from services.payments.mandates.mandate_terms import MandateTerms
from shared.funds.identifiers import AccountRule
from shared.http.normalized_fields import Reference
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, PagedQuery, fund, paged
from shared.process.access_journal.schemas import PurposeQuery

NUMBER_CHARACTERS_MAX = 60
NAME_CHARACTERS_MAX = 70
NOTE_CHARACTERS_MAX = 300
EMPLOYER_CHARACTERS_MAX = 40


class AmendmentBody(Schema):
    """The terms of a mandate: the account as it is written on a cheque, or as an IBAN. Without a limit any amount that
    is due may be debited."""

    account = fields.String(required=True, validate=validate.Length(1, NUMBER_CHARACTERS_MAX))
    account_rule = fields.Enum(AccountRule, by_value=True, required=True)
    holder = fields.String(required=True, validate=validate.Length(1, NAME_CHARACTERS_MAX))
    bank = fields.String(required=True, validate=validate.Length(1, NAME_CHARACTERS_MAX))
    amount_max = Amount(load_default=None, allow_none=True)
    ends_on = fields.Date(load_default=None, allow_none=True)

    @post_load
    def _terms(self, read: dict[str, object], **_: object) -> dict[str, object]:
        terms = MandateTerms(
            account=str(read.pop("account")),
            rule=AccountRule(str(read.pop("account_rule"))),
            holder=str(read.pop("holder")),
            bank=str(read.pop("bank")),
            amount_max_minor=read.pop("amount_max"),  # type: ignore[arg-type]
            ends_on=read.pop("ends_on"),  # type: ignore[arg-type]
        )
        return {**read, "terms": terms}


class MandateBody(AmendmentBody):
    """Who gives the mandate, and its terms."""

    employer_id = fields.String(required=True, validate=validate.Length(1, EMPLOYER_CHARACTERS_MAX))


class SignedFormBody(Schema):
    """Nothing beside the file."""


class MandateDecisionBody(Schema):
    """What an agent decides, and why."""

    decision = fields.Enum(MandateDecision, by_value=True, required=True)
    note = fields.String(load_default="", validate=validate.Length(max=NOTE_CHARACTERS_MAX))


class MandatesQuery(PagedQuery, PurposeQuery):
    """Whose mandates; an agent may leave the employer out. `status` narrows them, `reference` names one."""

    employer_id = fields.String(load_default=None, validate=validate.Length(1, EMPLOYER_CHARACTERS_MAX))
    status = fields.Enum(Status, by_value=True, load_default=None)
    reference = Reference(
        load_default=None, metadata={"description": "The unique mandate reference: that mandate alone."}
    )


class MandateAccountView(Schema):
    number = fields.String(required=True)
    rule = fields.Enum(AccountRule, by_value=True, required=True)
    holder = fields.String(required=True)
    bank = fields.String(required=True)


class MandateStepView(Schema):
    status = fields.Enum(Status, by_value=True, required=True)
    party = fields.Enum(MandateParty, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    about = fields.String(required=True)
    text = fields.Function(lambda step: translate(f"mandate.status.{step.status}"), metadata=TEXT, required=True)
    by_whom = fields.Function(lambda step: translate(f"mandate.party.{step.party}"), metadata=TEXT, required=True)


class MandateFindingView(Schema):
    """Why the fund doubts the mandate."""

    code = fields.String(required=True)
    found = fields.String(required=True)
    expected = fields.String(required=True)
    text = fields.Function(lambda finding: translate(finding.code), metadata=TEXT, required=True)


class MandateAmendmentView(Schema):
    """Other terms that were asked for; the bank has not agreed to them yet."""

    asked_at = fields.AwareDateTime(required=True)
    answer_until = fields.Function(
        lambda amendment: deadlines.amendment_over_at(amendment, fund=fund()).isoformat(),
        metadata={
            "type": "string",
            "format": "date-time",
            "description": "Until when the bank's answer is awaited; then the terms in force stay",
        },
        required=True,
    )
    account = fields.Nested(MandateAccountView, required=True)
    amount_max = Amount(required=True, allow_none=True, attribute="amount_max_minor")
    ends_on = fields.Date(required=True, allow_none=True)


class MandateProposalView(Schema):
    """An agent would accept the mandate; another has to agree."""

    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    note = fields.String(required=True)


class MandateView(Schema):
    """An employer's mandate: `reference` is its unique mandate reference. Whether the bank agreed and whether the fund
    accepted are two facts; nothing is debited before both."""

    mandate_id = fields.String(required=True)
    reference = fields.String(required=True)
    employer_id = fields.String(required=True)
    account = fields.Nested(MandateAccountView, required=True)
    amount_max = Amount(required=True, allow_none=True, attribute="amount_max_minor")
    currency = fields.Function(lambda mandate: fund().currency.value, metadata=TEXT, required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    issued_at = fields.AwareDateTime(required=True)
    bank_agreed_at = fields.AwareDateTime(
        required=True, allow_none=True, attribute="bank_agreement.at", dump_default=None
    )
    accepted_at = fields.AwareDateTime(required=True, allow_none=True)
    signed_form_at = fields.AwareDateTime(required=True, allow_none=True, attribute="signed_form.at", dump_default=None)
    is_asked_of_bank = fields.Function(
        lambda mandate: mandate.request is not None, metadata={"type": "boolean"}, required=True
    )
    findings = fields.List(fields.Nested(MandateFindingView), required=True)
    amendment = fields.Nested(MandateAmendmentView, required=True, allow_none=True)
    proposal = fields.Nested(MandateProposalView, required=True, allow_none=True)
    suspended_by = fields.Enum(MandateParty, by_value=True, required=True, allow_none=True)
    failures = fields.Integer(required=True)
    last_debit_on = fields.Date(required=True, allow_none=True)
    timeline = fields.List(fields.Nested(MandateStepView), attribute="steps", required=True)
    version = fields.Integer(required=True)


MandatesView = paged(MandateView)


class MandateOfferView(Schema):
    """How the fund takes mandates: which accounts, which limit, and whether the fund has yet to confirm it."""

    accounts = fields.List(fields.Enum(AccountRule, by_value=True), required=True)
    is_form_required = fields.Boolean(required=True)
    is_limit_required = fields.Boolean(required=True)
    amount_max = fields.Function(
        lambda own: None if own.amount_max is None else str(own.amount_max.decimal()),
        metadata={"type": ["string", "null"]},
        required=True,
    )
    currency = fields.Function(lambda own: fund().currency.value, metadata=TEXT, required=True)
    failures_max = fields.Integer(required=True)
    form_days_max = fields.Integer(required=True)
    answer_days_max = fields.Integer(required=True)
    amendment_days_max = fields.Integer(required=True)
    law = fields.String(required=True, attribute="law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class MandateForBankView(Schema):
    """What a bank's officer holds a form against. `request` is what the bank is asked for by message, if anything."""

    reference = fields.String(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    creditor = fields.String(required=True)
    account = fields.String(required=True)
    holder = fields.String(required=True)
    amount_max = Amount(required=True, allow_none=True, attribute="amount_max_minor")
    currency = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    request = fields.Enum(RequestKind, by_value=True, required=True, allow_none=True)
