"""The shapes of medical control over HTTP."""

from marshmallow import Schema, fields, validate

from services.claims.claims.claim import LINES_MAX, MedicalAnswer, MedicalReason
from services.claims.reviews.rules import MONTHS_MAX


class MedicalAnswerBody(Schema):
    """What a medical officer answers: in part names the lines that are not justified, or for how long it is."""

    answer = fields.Enum(MedicalAnswer, by_value=True, required=True)
    reason = fields.Enum(MedicalReason, by_value=True, required=True)
    refused_lines = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, LINES_MAX)),
        load_default=list,
        validate=validate.Length(0, LINES_MAX),
    )
    months = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(1, MONTHS_MAX))
