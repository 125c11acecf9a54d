"""The headers that every answer has, where its route did not say otherwise."""

from flask import Flask, Response

DEFAULT_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def install(app: Flask) -> None:
    """Add them to each answer, after whatever else looks at it."""

    @app.after_request
    def add(answer: Response) -> Response:
        for name, value in DEFAULT_HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer
