"""The shapes of files that are made for an employer: corrected ones, and those to start from."""

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields, pre_dump

from services.payments.declarations.correcting import CorrectedFile, FileMend
from services.payments.declarations.findings import FileRole, field_in_words
from services.payments.declarations.pages import FINDINGS_A_PAGE
from services.payments.declarations.schemas import FindingView, SummaryView
from services.payments.declarations.typed_lines import WrittenFile
from shared.http.problems import translate
from shared.http.shapes import Derived


class CorrectedFileView(Schema):
    """A corrected file, to be downloaded by its number."""

    number = fields.Integer(required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True)


class FileMendView(Schema):
    """What was changed at one place. Line 0 is the file as a whole."""

    code = fields.String(required=True)
    file = fields.Enum(FileRole, by_value=True, required=True)
    line = fields.Integer(required=True)
    field = fields.String(required=True)
    text = fields.String(required=True)

    @pre_dump
    def put_into_words(self, change: FileMend, **more: Any) -> dict[str, Any]:
        field = field_in_words(change.field, lambda code, parameters: translate(code, **parameters), parts=change.parts)
        text = translate(f"corrected.{change.code.removeprefix('wage-file.')}")
        return {**vars(change), "field": field, "text": text}


class CorrectedView(Schema):
    """Files with what is certain put right, what was changed, and what remains for the employer."""

    files = Derived(CorrectedFileView, of=lambda made: numbered(made.correction.files), many=True, required=True)
    changes = fields.List(fields.Nested(FileMendView), required=True, attribute="correction.changes")
    changed = fields.Integer(required=True, attribute="correction.count")
    errors = fields.Integer(required=True, attribute="report.errors")
    remaining = Derived(FindingView, of=lambda made: made.report.findings[:FINDINGS_A_PAGE], many=True, required=True)


class DraftFileView(CorrectedFileView):
    """A file to start from, to be downloaded by its number."""


class DraftView(Schema):
    """Files to start from, and the declaration whose workers and wages they have."""

    before = fields.Nested(SummaryView, required=True)
    workers = fields.Integer(required=True)
    files = Derived(DraftFileView, of=lambda draft: numbered(draft.files), many=True, required=True)


def numbered(files: Sequence[CorrectedFile | WrittenFile]) -> list[dict[str, Any]]:
    """Files to be downloaded, by their numbers from 1."""
    return [
        {"number": number, "name": file.name, "size": len(file.content)} for number, file in enumerate(files, start=1)
    ]
