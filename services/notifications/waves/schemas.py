"""The shapes of waves over HTTP."""

from marshmallow import Schema, fields, validate

from services.notifications.waves.wave import WaveReport, WaveSize
from shared.funds.messages import Channel
from shared.http.problems import language
from shared.http.shapes import CodeText, many


def _subject(wave: WaveSize | WaveReport) -> str:
    """What its messages are about, in the caller's language; what differs from one to the other is left out."""
    return wave.wordings[language()].bare_subject


class WavesQuery(Schema):
    on = fields.Date(load_default=None)


class WaveQuery(WavesQuery):
    template = fields.String(required=True, validate=validate.Length(1, 60))


class WaveSizeView(Schema):
    """The messages of one template that were written on one day, counted up to 20,000."""

    template = fields.String(required=True)
    subject = fields.Function(_subject, required=True, metadata={"type": "string"})
    on = fields.Date(required=True)
    messages = fields.Integer(required=True)
    first_at = fields.AwareDateTime(required=True)


class WaveChannelView(Schema):
    """How a channel's messages stand. `delivered` are those alone for which a receipt said that they arrived."""

    channel = fields.Enum(Channel, by_value=True, required=True)
    messages = fields.Integer(required=True)
    queued = fields.Integer(required=True)
    sent = fields.Integer(required=True)
    delivered = fields.Integer(required=True)
    undelivered = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    in_doubt = fields.Integer(required=True)


class WaveReasonView(Schema):
    """Why messages did not arrive, and how many."""

    channel = fields.Enum(Channel, by_value=True, required=True)
    reason = fields.String(required=True)
    text = CodeText(required=True, attribute="reason", dump_only=True)
    messages = fields.Integer(required=True)


class WaveStretchView(Schema):
    """How many messages were settled in a stretch that begins at an instant."""

    at = fields.AwareDateTime(required=True)
    messages = fields.Integer(required=True)


class WaveReportView(Schema):
    """What became of a wave, its pace and when it ends at that pace."""

    template = fields.String(required=True)
    subject = fields.Function(_subject, required=True, metadata={"type": "string"})
    on = fields.Date(required=True)
    first_at = fields.AwareDateTime(required=True, allow_none=True)
    last_at = fields.AwareDateTime(required=True, allow_none=True)
    channels = fields.List(fields.Nested(WaveChannelView), required=True)
    reasons = fields.List(fields.Nested(WaveReasonView), required=True)
    per_minute = fields.Float(required=True)
    ends_at = fields.AwareDateTime(required=True, allow_none=True)
    curve = fields.List(fields.Nested(WaveStretchView), required=True)
    stretch_s = fields.Integer(required=True)
    is_whole = fields.Boolean(required=True)


WavesView = many(WaveSizeView)
