"""The shape of a verification over HTTP."""

from marshmallow import Schema, fields

from services.documents.verification.verification import Status, Verification
from shared.http.problems import language
from shared.http.shapes import fund


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
        return fund().paper_types[verification.record.kind].names[language()] if verification.record else None

    def unconfirmed(self, verification: Verification) -> bool | None:
        record = verification.record
        return fund().paper_types[record.kind].law.is_to_be_confirmed if record else None
