"""The shapes of the access journal over HTTP."""

from marshmallow import Schema, fields

from services.identity.access_journal.entry import Looked, Purpose
from shared.http.problems import say
from shared.http.shapes import paged

TEXT = {"type": "string"}
PURPOSE = {"description": "Why an agent looks: enters the access journal, which the person can read."}


class PurposeQuery(Schema):
    """Why an agent looks at something of a person; persons need not say."""

    purpose = fields.Enum(Purpose, by_value=True, load_default=Purpose.HANDLING, metadata=PURPOSE)


class EntryView(Schema):
    """An agent's look at what the fund keeps of the caller."""

    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True, metadata={"description": "The agent's number at the fund"})
    looked_at = fields.Enum(Looked, by_value=True, required=True)
    looked_at_text = fields.Function(
        lambda entry: say(f"access.looked-at.{entry.looked_at}"), required=True, metadata=TEXT
    )
    purpose = fields.Enum(Purpose, by_value=True, required=True)
    purpose_text = fields.Function(lambda entry: say(f"access.purpose.{entry.purpose}"), required=True, metadata=TEXT)


EntryViews = paged(EntryView)
