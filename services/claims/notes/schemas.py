"""The shapes of notes over HTTP."""

from marshmallow import Schema, fields, validate

from services.claims.notes.note import TEXT_CHARACTERS_MAX
from shared.http.shapes import PagedQuery, paged
from shared.process.access_journal.schemas import PurposeQuery


class NoteBody(Schema):
    text = fields.String(required=True, validate=validate.Length(1, TEXT_CHARACTERS_MAX))


class NotesQuery(PagedQuery, PurposeQuery):
    """Which page of the notes, and why they are read."""


class NoteView(Schema):
    """A note of the fund's own people; the person never sees it."""

    note_id = fields.String(required=True)
    text = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


NoteViews = paged(NoteView)
