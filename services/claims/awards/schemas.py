"""The shapes of awards over HTTP."""

from marshmallow import Schema, fields, validate

from services.claims.awards.award import AwardKind, EndReason, Status, SuspensionReason
from services.claims.awards.checking import AwardCodeAnswer, AwardStanding
from services.claims.benefits.schemas import ExplainedSumView, OfBenefit, name_of
from services.claims.entitlements.schemas import LawView
from shared.http.normalized_fields import Reference
from shared.http.problems import language, translate
from shared.http.shapes import TEXT, PagedQuery, fund, paged
from shared.process.access_journal.schemas import PurposeQuery

CODE_CHARACTERS_MAX = 40
"""As somebody may type it, with blanks and dashes."""
TEXT_OR_NULL = {"type": ["string", "null"]}


class OwnAwardsQuery(PagedQuery):
    """Which of the own awards; all where no kind is named."""

    kind = fields.Enum(AwardKind, by_value=True, load_default=None)


class AwardsQuery(PagedQuery, PurposeQuery):
    """Which awards an agent asks for: the one of a reference, one person's, or those in a state."""

    person_ref = fields.String(load_default=None, validate=validate.Length(1, 64))
    status = fields.Enum(Status, by_value=True, load_default=Status.ACTIVE)
    claim_type = fields.String(load_default=None, validate=validate.Length(1, 40))
    reference = Reference(
        load_default=None, metadata={"description": "The number of the award: it alone, in whichever state."}
    )


class SuspensionBody(Schema):
    """Why nothing follows from the award for now."""

    reason = fields.Enum(SuspensionReason, by_value=True, required=True)


class AwardEndBody(Schema):
    """Why the award ends, and with which day, today or before."""

    reason = fields.Enum(EndReason, by_value=True, required=True)
    last_on = fields.Date(required=True)


class LifeCertificateBody(Schema):
    """On which day the person proved that they live."""

    given_on = fields.Date(required=True)


class CoverCodeBody(Schema):
    """The code that the person was given with the number of the cover."""

    code = fields.String(required=True, validate=validate.Length(1, CODE_CHARACTERS_MAX))


class AwardStepView(Schema):
    status = fields.Enum(Status, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    on = fields.Date(required=True)
    reason = fields.String(required=True)
    text = fields.Function(lambda step: said_of(step.status, step.reason), required=True, metadata=TEXT)


def said_of(status: Status, reason: str) -> str:
    """The sentence for a status, with the reason where there is one."""
    if status is Status.ACTIVE or not reason:
        return translate(f"award.step.{status}")
    group = "suspended-for" if status is Status.SUSPENDED else "ended-for"
    return translate(f"award.{group}.{reason}")


class AwardView(Schema):
    """A cover or a payment of every period: its number, its time, how it stands and why."""

    award_id = fields.String(required=True)
    reference = fields.String(required=True)
    person_ref = fields.String(required=True)
    claim_id = fields.String(required=True)
    claim_type = fields.String(required=True)
    name = fields.Function(lambda it: name_of(it.claim_type), required=True, metadata=TEXT)
    kind = fields.Enum(AwardKind, by_value=True, required=True)
    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True, allow_none=True)
    status = fields.Enum(Status, by_value=True, required=True)
    text = fields.Function(lambda it: said_of(it.status, it.reason), required=True, metadata=TEXT)
    code = fields.String(required=True, attribute="terms.code")
    covers = fields.List(fields.String(), required=True, attribute="terms.covers")
    percent = fields.String(required=True, attribute="terms.percent")
    sum = OfBenefit(
        ExplainedSumView, claim_type=lambda it: it.claim_type, required=True, allow_none=True, attribute="terms.sum"
    )
    law = fields.Nested(LawView, required=True, allow_none=True, attribute="terms.law")
    life_certificate_due_on = fields.Date(required=True, allow_none=True, attribute="proof_due_on")
    timeline = fields.List(fields.Nested(AwardStepView), required=True, attribute="steps")
    version = fields.Integer(required=True)


AwardViews = paged(AwardView)


class CoverCheckView(Schema):
    """Whether a cover holds today, and until when. Whose it is and what it is for is shown to nobody."""

    number = fields.String(required=True)
    standing = fields.Enum(AwardStanding, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"cover.standing.{it.standing}"), required=True, metadata=TEXT)
    checked_on = fields.Date(required=True)
    from_on = fields.Date(required=True, allow_none=True)
    until_on = fields.Date(required=True, allow_none=True)
    fund = fields.Function(lambda it: fund().names[language()], required=True, metadata=TEXT)


class CoverWithCodeView(CoverCheckView):
    """The same, and what the cover bears where the code is right."""

    code = fields.Enum(AwardCodeAnswer, by_value=True, required=True)
    name = fields.Function(
        lambda it: name_of(it.cover.claim_type) if it.cover else None, required=True, metadata=TEXT_OR_NULL
    )
    covers = fields.Function(
        lambda it: list(it.cover.terms.covers) if it.cover else [],
        required=True,
        metadata={"type": "array", "items": {"type": "string"}},
    )
    percent = fields.Function(
        lambda it: it.cover.terms.percent if it.cover else None, required=True, metadata=TEXT_OR_NULL
    )
