"""The shapes of visits at a counter over HTTP."""

from marshmallow import Schema, fields, validate

from services.identity.counter import rules
from services.identity.counter.visit import PLACE_LENGTH_MAX, ProofKind
from services.identity.register.schemas import PersonView
from shared.http.normalized_fields import NUMBER_LENGTH_MAX, Email, Identifier, Phone
from shared.http.problems import translate
from shared.http.shapes import paged

TEXT = {"type": "string"}


class VisitBody(Schema):
    """Who is present, what they showed, and where."""

    number = Identifier(required=True)
    proof = fields.Enum(ProofKind, by_value=True, required=True)
    proof_ending = fields.String(required=True, validate=validate.Length(1, NUMBER_LENGTH_MAX))
    place = fields.String(required=True, validate=validate.Length(1, 2 * PLACE_LENGTH_MAX))


class VisitView(Schema):
    """A visit: who acted for the person, by which proof, where and when."""

    visit_id = fields.String(required=True)
    reference = fields.String(required=True)
    agent_id = fields.String(required=True)
    proof = fields.Enum(ProofKind, by_value=True, required=True, attribute="proof.kind")
    proof_text = fields.Function(
        lambda visit: translate(f"counter.proof.{visit.proof.kind}"), required=True, metadata=TEXT
    )
    proof_ending = fields.String(required=True, attribute="proof.ending")
    place = fields.String(required=True)
    began_at = fields.AwareDateTime(required=True)
    ends_at = fields.Function(
        lambda visit: (visit.ended_at or rules.ends_at(visit)).isoformat(),
        required=True,
        metadata={"type": "string", "format": "date-time"},
    )


VisitViews = paged(VisitView)


class BegunView(Schema):
    """A visit that began. The ticket is said this once; it is exchanged for tokens at the fund's token endpoint
    (RFC 8693)."""

    visit = fields.Nested(VisitView, required=True)
    person = fields.Nested(PersonView, required=True)
    ticket = fields.String(required=True)


class ContactBody(Schema):
    """Where a person is reached; null where they are not reached that way."""

    email = Email(required=True, allow_none=True)
    mobile = Phone(required=True, allow_none=True)


class ContactView(Schema):
    """Where a person is reached."""

    email = fields.String(required=True, allow_none=True, attribute="contact.email")
    mobile = fields.String(required=True, allow_none=True, attribute="contact.mobile")
    version = fields.Integer(required=True)
