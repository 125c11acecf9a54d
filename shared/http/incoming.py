"""A request as the server hands it over, whose body may be broken off or wrongly cut into chunks by the caller."""

import re
from collections.abc import Callable
from typing import IO, Any

from flask import Request
from gunicorn.http.errors import ParseException

from shared.http.multipart import FormParser
from shared.http.problems import BodyMalformed

LENGTH = re.compile(r"[0-9]{1,18}")


class _Body:
    """The bytes of a body. Malformed chunks that gunicorn finds while reading are the caller's error, and so is an end
    before the declared length: half a body may look complete."""

    def __init__(self, inner: IO[bytes], length: int) -> None:
        self._inner = inner
        self._left = length

    def read(self, size: int = -1) -> bytes:
        return self._checked(self._inner.read, size)

    def readline(self, size: int = -1) -> bytes:
        return self._checked(self._inner.readline, size)

    def _checked(self, read: Callable[[int], bytes], size: int) -> bytes:
        try:
            got = read(size)
        except ParseException as wrong:
            raise BodyMalformed from wrong
        self._left -= len(got)
        if self._left > 0 and size != 0 and not got:
            raise BodyMalformed
        return got


class IncomingRequest(Request):
    """A request of which a broken body is refused, and whose forms are read as `multipart` says."""

    form_data_parser_class = FormParser

    def __init__(self, environ: Any, populate_request: bool = True, shallow: bool = False) -> None:
        if "wsgi.input" in environ:
            said = environ.get("CONTENT_LENGTH") or ""
            length = int(said) if LENGTH.fullmatch(said) else 0
            environ["wsgi.input"] = _Body(environ["wsgi.input"], length)
        super().__init__(environ, populate_request, shallow)
