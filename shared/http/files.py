"""Bodies that carry files: multipart/form-data, streamed to disk by the server, processed before the unit of work
begins. What is done with each file (stored unchanged, checked, rewritten) is declared by the route.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any, Generic, TypeVar

from flask import request
from marshmallow import Schema, fields, validate
from werkzeug.datastructures import FileStorage

from shared.http import bodies
from shared.http.problems import BodyInvalid, FieldFault, WrongMediaType
from shared.storage.service_context import ServiceContext

MEDIA_TYPE = "multipart/form-data"
NAME_LENGTH_MAX = 120

_BEFORE_THE_NAME = re.compile(r".*[/\\]", re.DOTALL)
_NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f]")

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class UploadedFile:
    """A file as it was sent: the name and media type that the sender gave it, which may lie, and its bytes."""

    name: str
    media_type: str
    stream: IO[bytes]


@dataclass(frozen=True)
class SubmittedForm(Generic[Kept]):
    """A body that was read: its fields, and what became of each file. The same body reads the same, repr included."""

    fields: Mapping[str, Any]
    files: tuple[Kept, ...]


@dataclass(frozen=True, kw_only=True)
class Files(Generic[Kept]):
    """Reads 1 to `count_max` files in parts of one name, `part`, and beside them the fields of a schema.

    `save` makes of each file what the handler gets, in a form whose repr differs between two files: it is what the
    request's fingerprint is made of. `size_max` bounds the whole body, in bytes.
    """

    fields: type[Schema]
    part: str
    count_max: int
    size_max: int
    save: Callable[[ServiceContext, str, UploadedFile], Kept]

    def read(self, context: ServiceContext, fund_id: str) -> SubmittedForm[Kept]:
        """The body; a wrong one is refused before any file is kept."""
        if request.mimetype != MEDIA_TYPE:
            raise WrongMediaType(expected=MEDIA_TYPE)
        found = bodies.loaded(self.fields, request.form.to_dict())
        if faults := self._faults():
            raise BodyInvalid(faults)
        sent = [file for file in request.files.getlist(self.part) if file.filename]
        return SubmittedForm(found, tuple(self.save(context, fund_id, _sent(file)) for file in sent))

    def describe(self) -> Mapping[str, Any]:
        binary = fields.Raw(metadata={"type": "string", "format": "binary"})
        files = fields.List(binary, required=True, validate=validate.Length(1, self.count_max))
        described = type(f"{self.fields.__name__}WithFiles", (self.fields,), {self.part: files})
        return {"required": True, "content": {MEDIA_TYPE: {"schema": described}}}

    def _faults(self) -> list[FieldFault]:
        """What is wrong with the parts that are files. A part without a name of a file is a field left empty."""
        faults = [FieldFault(name, "request.field-unknown") for name in request.files if name != self.part]
        count = sum(1 for file in request.files.getlist(self.part) if file.filename)
        if not 1 <= count <= self.count_max:
            faults.append(FieldFault(self.part, "request.field-invalid" if count else "request.field-missing"))
        return faults


def _sent(file: FileStorage) -> UploadedFile:
    """The file, its name without the folders and the control characters that some senders leave in it."""
    name = _NOT_SHOWN.sub("", _BEFORE_THE_NAME.sub("", file.filename or ""))
    return UploadedFile(name[:NAME_LENGTH_MAX], file.mimetype, file.stream)
