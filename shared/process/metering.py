"""The metrics of a web process, on a port of their own: who reaches the public one reads no figures of ours."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.wrappers import Response

from shared.telemetry import metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = "/metrics"


def install(app: Flask, *, bind: str) -> None:
    """Serve the metrics on that address, before the app handles the request. The port is read from the connection
    itself, so no header of a caller or proxy can forge it. Many processes listen on both addresses, and each of them
    serves the metrics of all (prometheus multiprocess files).
    """
    inner, port = app.wsgi_app, int(bind.rpartition(":")[2])

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["gunicorn.socket"].getsockname()[1] != port:
            return inner(environ, start_response)
        page = Response(status=404)
        if environ["PATH_INFO"] == PATH:
            page = Response(metrics.exposition(), content_type=metrics.CONTENT_TYPE)
        return page(environ, start_response)

    app.wsgi_app = answer  # type: ignore[method-assign]
