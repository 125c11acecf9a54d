"""The shapes of appeals over HTTP."""

from marshmallow import Schema, fields, validate

from services.claims.appeals.rules import STATEMENT_CHARACTERS_MAX
from services.claims.claims.claim import PAPERS_MAX
from services.claims.claims.schemas import PaperBody


class AppealBody(Schema):
    """Why the person contests the decision, with further papers where there are any."""

    statement = fields.String(required=True, validate=validate.Length(1, STATEMENT_CHARACTERS_MAX))
    papers = fields.List(fields.Nested(PaperBody), load_default=list, validate=validate.Length(0, PAPERS_MAX))
