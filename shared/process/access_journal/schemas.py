"""The shapes of the access journal over HTTP."""

from enum import StrEnum

from marshmallow import Schema, fields

from shared.http.problems import translate
from shared.http.shapes import TEXT, paged
from shared.process.access_journal.entry import Purpose

PURPOSE = {"description": "Why an agent looks: enters the access journal, which the person can read."}


class PurposeQuery(Schema):
    """Why an agent looks at something of a person or an employer; these need not say."""

    purpose = fields.Enum(Purpose, by_value=True, load_default=Purpose.HANDLING, metadata=PURPOSE)


class AccessEntryView(Schema):
    """An agent's look at what the fund keeps of the caller, or what an agent did with it while the caller was present
    (`is_act`)."""

    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True, metadata={"description": "The agent's number at the fund"})
    looked_at_text = fields.Function(
        lambda entry: translate(f"access.looked-at.{entry.looked_at}"), required=True, metadata=TEXT
    )
    reference = fields.String(
        required=True, metadata={"description": "Of what was looked at, where it was one thing that has one"}
    )
    is_act = fields.Boolean(required=True)
    act_text = fields.Function(
        lambda entry: translate("access.act") if entry.is_act else None,
        required=True,
        metadata={"type": ["string", "null"]},
    )
    purpose = fields.Enum(Purpose, by_value=True, required=True)
    purpose_text = fields.Function(
        lambda entry: translate(f"access.purpose.{entry.purpose}"), required=True, metadata=TEXT
    )


def entry_views(looked: type[StrEnum]) -> type[Schema]:
    """The shape of a page of the journal of a service that has these words for what is looked at."""
    words = fields.String(required=True, metadata={"enum": [each.value for each in looked]})
    return paged(type("AccessEntryView", (AccessEntryView,), {"__doc__": AccessEntryView.__doc__, "looked_at": words}))
