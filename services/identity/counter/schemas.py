"""The shapes of visits at a counter over HTTP."""

from marshmallow import Schema, fields, validate

from services.identity.counter import rules
from services.identity.counter.visit import PLACE_LENGTH_MAX, UsualProof
from services.identity.register.schemas import PersonView
from shared.http.normalized_fields import NUMBER_LENGTH_MAX, Email, Identifier, Phone
from shared.http.problems import language, translate
from shared.http.shapes import TEXT, fund, many, paged


def proof_text(kind: str) -> str:
    """What the fund calls a proof, or the platform; its code where the fund takes it no more."""
    own = fund().counter_proofs.get(kind)
    if own is not None:
        return own[language()]
    return translate(f"counter.proof.{kind}") if kind in set(UsualProof) else kind


class ProofView(Schema):
    """By what a person at a counter may show who they are."""

    code = fields.Function(lambda kind: kind, required=True, metadata=TEXT)
    text = fields.Function(lambda kind: proof_text(kind), required=True, metadata=TEXT)


ProofViews = many(ProofView)


class VisitBody(Schema):
    """Who is present, what they showed, and where."""

    number = Identifier(required=True)
    proof = fields.String(required=True, validate=validate.Length(1, 40))
    proof_ending = fields.String(required=True, validate=validate.Length(1, NUMBER_LENGTH_MAX))
    place = fields.String(required=True, validate=validate.Length(1, 2 * PLACE_LENGTH_MAX))


class VisitView(Schema):
    """A visit: who acted for the person, by which proof, where and when."""

    visit_id = fields.String(required=True)
    reference = fields.String(required=True)
    agent_id = fields.String(required=True)
    proof = fields.String(required=True, attribute="proof.kind")
    proof_text = fields.Function(lambda visit: proof_text(visit.proof.kind), required=True, metadata=TEXT)
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
