"""The shapes of drafts over HTTP."""

from marshmallow import Schema, fields, validate

from services.claims.benefits.answer import ANSWERS_MAX
from services.claims.benefits.schemas import AnswerBody
from services.claims.claims.claim import LINES_MAX, PAPERS_MAX
from services.claims.claims.schemas import LineBody, LineView, PaperBody
from shared.http.shapes import many


class DraftBody(Schema):
    """What has been filled in so far; whatever is missing may be filled in later."""

    claim_type = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    care_on = fields.Date(load_default=None, allow_none=True)
    lines = fields.List(fields.Nested(LineBody), load_default=list, validate=validate.Length(0, LINES_MAX))
    papers = fields.List(fields.Nested(PaperBody), load_default=list, validate=validate.Length(0, PAPERS_MAX))
    answers = fields.List(fields.Nested(AnswerBody), load_default=list, validate=validate.Length(0, ANSWERS_MAX))


class DraftPaperView(Schema):
    kind = fields.String(required=True)
    upload_id = fields.String(required=True)


class DraftAnswerView(Schema):
    """An answer as it was given: yes or no, a whole number, or text."""

    code = fields.String(required=True)
    value = fields.Raw(required=True, metadata={"type": ["boolean", "integer", "string"]})


class DraftView(Schema):
    """A claim that is not filed yet. Nobody of the fund sees it."""

    draft_id = fields.String(required=True)
    claim_type = fields.String(required=True, allow_none=True, attribute="content.claim_type")
    care_on = fields.Date(required=True, allow_none=True, attribute="content.care_on")
    lines = fields.List(fields.Nested(LineView), required=True, attribute="content.lines")
    papers = fields.List(fields.Nested(DraftPaperView), required=True, attribute="content.papers")
    answers = fields.List(fields.Nested(DraftAnswerView), required=True, attribute="content.answers")
    saved_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


DraftViews = many(DraftView)
