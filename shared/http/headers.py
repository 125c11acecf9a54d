"""The headers that every answer has, where its route did not say otherwise."""

from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

USUAL = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_USUAL = [(name.lower(), (name, value)) for name, value in USUAL.items()]


def install(app: Flask) -> None:
    """Add them as an answer leaves: on the bare list, since each look-up in werkzeug's goes through all of it."""
    inner: WSGIApplication = app.wsgi_app

    def answer(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            said = {name.lower() for name, _ in headers}
            return start_response(status, headers + [each for name, each in _USUAL if name not in said], *error)

        return inner(environ, start)

    app.wsgi_app = answer  # type: ignore[method-assign]
