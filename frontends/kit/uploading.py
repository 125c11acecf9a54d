"""The files of a form, as a service takes them."""

from flask import request

from frontends.kit.api import Problem
from frontends.kit.words import _

FILE_MAX = 25 * 1024 * 1024
FILES_MAX = 10


def read_files(field: str) -> list[tuple[str, bytes, str]]:
    """Name, content and media type of each file that was chosen; Problem where there is none, too many, or one is too
    large. What a file really is the service finds out."""
    chosen = [each for each in request.files.getlist(field) if each.filename]
    if not chosen:
        raise _fault(field, _("Choose a file or take a photograph."))
    if len(chosen) > FILES_MAX:
        raise _fault(field, _("Choose at most %(number)s files at once.", number=FILES_MAX))
    read = []
    for each in chosen:
        content = each.stream.read(FILE_MAX + 1)
        if len(content) > FILE_MAX:
            raise _fault(field, _("%(name)s is too large: at most 25 MB.", name=each.filename))
        read.append((str(each.filename), content, each.mimetype or "application/octet-stream"))
    return read


def _fault(field: str, detail: str) -> Problem:
    return Problem(422, {"code": "portal.file", "detail": detail, "errors": [{"field": field, "detail": detail}]})
