"""The shapes of accounts that benefits are paid to, and of their changes, over HTTP."""

from marshmallow import Schema, fields, validate

from services.identity.accounts.schemas import PASSWORD_LENGTH_MAX
from services.identity.bank_accounts.actions import OwnAccount
from services.identity.bank_accounts.change import ENDING_LENGTH, BankAccountChange, ChangeRefusal, Status
from services.identity.register.schemas import PersonView
from shared.funds.identifiers import digits_of
from shared.http.normalized_fields import Reference
from shared.http.problems import translate
from shared.http.shapes import TEXT, PagedQuery, fund, paged

ACCOUNT_LENGTH_MAX = 60
UPLOAD_ID_LENGTH_MAX = 60
INTEGER = {"type": "integer"}


def ending(account: str | None) -> str | None:
    return None if account is None else account[-ENDING_LENGTH:]


class AccountChangeBody(Schema):
    """The account, however it is written, the password of who is signed in, and the bank's statement as an upload."""

    account = fields.String(required=True, validate=validate.Length(1, ACCOUNT_LENGTH_MAX))
    password = fields.String(required=True, validate=validate.Length(1, PASSWORD_LENGTH_MAX))
    proof_upload_id = fields.String(load_default="", validate=validate.Length(0, UPLOAD_ID_LENGTH_MAX))


class AccountChangeView(Schema):
    """A change of the account that benefits are paid to."""

    change_id = fields.String(required=True)
    reference = fields.String(required=True)
    ending = fields.Function(lambda it: ending(it.account), required=True, metadata=TEXT)
    status = fields.String(required=True)
    text = fields.Function(lambda it: translate(f"bank-account.step.{it.status}"), required=True, metadata=TEXT)
    asked_at = fields.AwareDateTime(required=True)
    effective_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    is_open = fields.Boolean(required=True)
    refused_for = fields.Method("refusal", required=True, allow_none=True)
    version = fields.Integer(required=True)

    def refusal(self, change: BankAccountChange) -> str | None:
        return change.refused_for and translate(f"bank-account.refused-for.{change.refused_for}")


class AccountTermsView(Schema):
    """On what terms a person changes the account."""

    waiting_days = fields.Integer(required=True)
    needs_agreement = fields.Boolean(required=True)
    needs_proof = fields.Boolean(required=True)
    law = fields.String(required=True, attribute="law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class OwnAccountView(Schema):
    """The account that the caller's benefits are paid to, of which the end alone is shown."""

    ending = fields.Function(lambda it: ending(it.account), required=True, allow_none=True, metadata=TEXT)
    digits = fields.Method("length", required=True, allow_none=True)
    terms = fields.Nested(AccountTermsView, required=True, allow_none=True)
    change = fields.Nested(AccountChangeView, required=True, allow_none=True)

    def length(self, own: OwnAccount) -> int | None:
        payments = fund().sections.payments
        return digits_of(payments.payouts.rule) if payments else None


class ChangesQuery(PagedQuery):
    """Changes in which state; those that wait for an agent, where none is named. With a reference the change that it
    names, in whichever state."""

    status = fields.Enum(Status, by_value=True, load_default=None)
    reference = Reference(load_default=None, metadata={"description": "The number of the change."})


class ListedChangeView(Schema):
    """A change in a list, without the account."""

    change_id = fields.String(required=True)
    reference = fields.String(required=True)
    person_ref = fields.String(required=True)
    status = fields.String(required=True)
    text = fields.Function(lambda it: translate(f"bank-account.step.{it.status}"), required=True, metadata=TEXT)
    asked_at = fields.AwareDateTime(required=True)
    effective_at = fields.AwareDateTime(required=True)


ListedChangeViews = paged(ListedChangeView)


class ChangeForAgentView(Schema):
    """A change with its account and who asked for it."""

    change = fields.Nested(AccountChangeView, required=True)
    person = fields.Nested(PersonView, required=True)
    account = fields.String(required=True, attribute="change.account")
    former_ending = fields.Function(lambda it: ending(it.change.former), required=True, allow_none=True, metadata=TEXT)
    proof_upload_id = fields.String(required=True, attribute="change.proof_upload_id")
    decided_by = fields.String(required=True, attribute="change.decided_by")
    version = fields.Integer(required=True)


class ChangeRefusalBody(Schema):
    """Why it is refused."""

    reason = fields.Enum(ChangeRefusal, by_value=True, required=True)
