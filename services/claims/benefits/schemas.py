"""The shapes of explained sums over HTTP: the same for the person and for the agent."""

from marshmallow import Schema, fields

from shared.http.problems import language, say
from shared.http.shapes import Amount

TEXT = {"type": "string"}


class UsedFactView(Schema):
    """A fact that was used, who said so, and of which day it is."""

    name = fields.String(required=True)
    value = fields.String(required=True)
    source = fields.String(required=True)
    source_text = fields.Function(lambda it: say(f"benefit.source.{it.source}"), required=True, metadata=TEXT)
    as_of = fields.Date(required=True)


class ExplainedLineView(Schema):
    """One step of a sum: by which rule and text, from which facts, rounded how, and what it came to."""

    rule = fields.String(required=True)
    name = fields.Function(lambda it: it.names.get(language(), it.rule), required=True, metadata=TEXT)
    article = fields.String(required=True)
    valid_from = fields.Date(required=True)
    confidence = fields.String(required=True)
    is_to_be_confirmed = fields.Function(
        lambda it: it.confidence in ("L", "?"), required=True, metadata={"type": "boolean"}
    )
    facts = fields.List(fields.Nested(UsedFactView), required=True)
    rounding = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    is_counted = fields.Boolean(required=True)


class ExplainedSumView(Schema):
    """What a benefit comes to, step by step."""

    lines = fields.List(fields.Nested(ExplainedLineView), required=True)
    amount = Amount(required=True, attribute="amount_minor")
    currency = fields.String(required=True)
    computed_on = fields.Date(required=True)
