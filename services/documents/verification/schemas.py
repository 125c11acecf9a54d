"""The shape of a verification over HTTP."""

from marshmallow import Schema, fields, validate

from services.documents.papers.content import EmployerClearance, GrantedAward
from services.documents.verification.verification import CodeAnswer, Status, Verification
from shared.http.problems import language
from shared.http.shapes import Amount, SignedAmount, fund

CODE_LENGTH_MAX = 40
"""As somebody may type it, with blanks and dashes."""


class VerificationView(Schema):
    """Whether a paper holds, and just enough to compare it with the print."""

    number = fields.String(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    checked_on = fields.Date(required=True, attribute="on")
    since_on = fields.Date(allow_none=True, metadata={"description": "Of a paper that no longer holds"})
    fund = fields.Function(lambda it: fund().names[language()], metadata={"type": "string"}, required=True)
    kind = fields.String(attribute="record.kind")
    name = fields.Method("named", metadata={"type": ["string", "null"], "description": "Of the kind of paper"})
    issued_on = fields.Date(attribute="record.issued_on")
    valid_until = fields.Date(attribute="record.valid_until_on", metadata={"description": "Included"})
    is_to_be_confirmed = fields.Method(
        "unconfirmed",
        metadata={
            "type": ["boolean", "null"],
            "description": "Whether the fund has yet to confirm how long such a paper is valid",
        },
    )
    initials = fields.String(attribute="record.initials", metadata={"description": "Of its holder's name"})

    def named(self, verification: Verification) -> str | None:
        return fund().papers.types[verification.record.kind].names[language()] if verification.record else None

    def unconfirmed(self, verification: Verification) -> bool | None:
        record = verification.record
        return fund().papers.types[record.kind].law.is_to_be_confirmed if record else None


class CodeBody(Schema):
    """What is printed on the paper beside its QR code."""

    code = fields.String(required=True, validate=validate.Length(1, CODE_LENGTH_MAX))


class FileBody(Schema):
    """Nothing beside the file."""


class CertifiedEmployerView(Schema):
    employer_id = fields.String(required=True)
    name = fields.String(required=True)


class CertifiedLineView(Schema):
    """What one employer declared for one period."""

    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    wage = Amount(required=True, attribute="wage.amount_minor")
    days = fields.Integer(allow_none=True)
    hours = fields.Integer(allow_none=True)


class CertifiedEmploymentView(Schema):
    employer = fields.Nested(CertifiedEmployerView, required=True)
    lines = fields.List(fields.Nested(CertifiedLineView), required=True)


class CertifiedWagesView(Schema):
    """The body of a salary certificate."""

    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    currency = fields.Function(lambda wages: wages.currency.value, metadata={"type": "string"}, required=True)
    employments = fields.List(fields.Nested(CertifiedEmploymentView), required=True)


class CertifiedSpanView(Schema):
    """What one employer declared without a gap; `has_left` where it declared the end."""

    employer = fields.Nested(CertifiedEmployerView, required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    has_left = fields.Boolean(required=True)


class CertifiedAffiliationView(Schema):
    """The body of a certificate of affiliation."""

    since_on = fields.Date(required=True)
    known_until_on = fields.Date(allow_none=True)
    ended_on = fields.Date(allow_none=True)
    spans = fields.List(fields.Nested(CertifiedSpanView), required=True)


class CertifiedDependantView(Schema):
    """For whom a right is, where that is a dependant of the holder."""

    name = fields.String(required=True, attribute="full_name")
    relation = fields.String(required=True)
    born_on = fields.String(required=True)


class CertifiedAwardView(Schema):
    """The body of the certificate of a cover, or of a payment of every period."""

    reference = fields.String(required=True)
    claim_type = fields.String(required=True)
    benefit = fields.Method("named", metadata={"type": "string"}, required=True)
    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True, allow_none=True)
    covers = fields.List(fields.String(), required=True)
    percent = fields.String(required=True)
    amount = Amount(required=True, allow_none=True, attribute="amount.amount_minor", dump_default=None)
    currency = fields.Function(lambda it: fund().currency.value, metadata={"type": "string"}, required=True)
    every = fields.String(required=True)
    dependant = fields.Nested(CertifiedDependantView, required=True, allow_none=True, dump_default=None)

    def named(self, award: GrantedAward) -> str:
        found = fund().claim_types.get(award.claim_type)
        return found.names[language()] if found else award.claim_type


class CertifiedClearanceView(Schema):
    """The body of an employer's clearance certificate."""

    reference = fields.String(required=True)
    purpose = fields.String(required=True)
    purpose_name = fields.Method("named", metadata={"type": "string"}, required=True)
    judged_on = fields.Date(required=True)
    has_arrangement = fields.Boolean(required=True)

    def named(self, clearance: EmployerClearance) -> str:
        rule = fund().payments.clearance
        found = rule.purposes.get(clearance.purpose) if rule else None
        return found[language()] if found else clearance.purpose


class CertifiedEntryView(Schema):
    """One line of a statement of account, with what is owed after it."""

    value_on = fields.Date(required=True)
    kind = fields.String(required=True)
    period = fields.String(required=True)
    charged = Amount(required=True, attribute="charged.amount_minor")
    credited = Amount(required=True, attribute="credited.amount_minor")
    balance = SignedAmount(required=True, attribute="balance.amount_minor")


class CertifiedStatementView(Schema):
    """The body of an employer's statement of account."""

    reference = fields.String(required=True)
    from_on = fields.Date(required=True, allow_none=True)
    until_on = fields.Date(required=True)
    period = fields.String(required=True)
    currency = fields.Function(lambda it: it.currency.value, metadata={"type": "string"}, required=True)
    opening = SignedAmount(required=True, attribute="opening.amount_minor")
    closing = SignedAmount(required=True, attribute="closing.amount_minor")
    lines = fields.List(fields.Nested(CertifiedEntryView), required=True)


class CertifiedView(VerificationView):
    """A verification, with what the paper certifies where the control code was right."""

    code = fields.Enum(CodeAnswer, by_value=True, required=True)
    holder_name = fields.String(attribute="certified.holder_name")
    wages = fields.Nested(CertifiedWagesView, attribute="certified.wages", allow_none=True)
    affiliation = fields.Nested(CertifiedAffiliationView, attribute="certified.affiliation", allow_none=True)
    award = fields.Nested(CertifiedAwardView, attribute="certified.award", allow_none=True)
    clearance = fields.Nested(CertifiedClearanceView, attribute="certified.clearance", allow_none=True)
    statement = fields.Nested(CertifiedStatementView, attribute="certified.statement", allow_none=True)


class FileView(Schema):
    """Whether a file is one that the fund signed, byte for byte; the verification of its paper where it is."""

    is_genuine = fields.Boolean(required=True)
    paper = fields.Nested(VerificationView, required=True, allow_none=True)
