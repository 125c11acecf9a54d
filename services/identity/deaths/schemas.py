"""The shapes of deaths over HTTP, for the fund's agents."""

from marshmallow import Schema, fields, validate

from services.identity.deaths.death import PAPER_LENGTH_MAX, REASON_LENGTH_MAX, DeathSource
from shared.http.problems import translate
from shared.http.shapes import TEXT


class DeathBody(Schema):
    """On which day the person died, and the reference of the paper that proves it."""

    died_on = fields.Date(required=True)
    paper = fields.String(required=True, validate=validate.Length(1, PAPER_LENGTH_MAX))


class DeathErrorBody(Schema):
    """Why the death was an error."""

    reason = fields.String(required=True, validate=validate.Length(1, REASON_LENGTH_MAX))


class DeathStepView(Schema):
    """What was said of the death: a day, or null that the person lives."""

    died_on = fields.Date(required=True, allow_none=True)
    source = fields.Enum(DeathSource, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    paper = fields.String(required=True)
    reason = fields.String(required=True)
    text = fields.Function(lambda step: translate(f"death.source.{step.source.value}"), required=True, metadata=TEXT)


class DeathView(Schema):
    """What the register knows of a death. Without a day the person lives: it was an error."""

    person_ref = fields.String(required=True)
    died_on = fields.Date(required=True, allow_none=True)
    steps = fields.List(fields.Nested(DeathStepView), required=True, attribute="facts.steps")
    version = fields.Integer(required=True)
