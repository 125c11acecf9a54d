"""A request as the server hands it over, whose body may be broken off or wrongly cut into chunks by the caller."""

from typing import IO, Any

from flask import Request
from gunicorn.http.errors import ParseException

from shared.http.multipart import FormParser
from shared.http.problems import BodyBroken


class _Body:
    """The bytes of a body. What gunicorn finds wrong with its chunks while it is read is the caller's fault."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner

    def read(self, size: int = -1) -> bytes:
        try:
            return self._inner.read(size)
        except ParseException as wrong:
            raise BodyBroken from wrong

    def readline(self, size: int = -1) -> bytes:
        try:
            return self._inner.readline(size)
        except ParseException as wrong:
            raise BodyBroken from wrong


class IncomingRequest(Request):
    """A request of which a broken body is refused, and whose forms are read as `multipart` says."""

    form_data_parser_class = FormParser

    def __init__(self, environ: Any, populate_request: bool = True, shallow: bool = False) -> None:
        if "wsgi.input" in environ:
            environ["wsgi.input"] = _Body(environ["wsgi.input"])
        super().__init__(environ, populate_request, shallow)
