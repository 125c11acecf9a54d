"""The headers that every response has, unless its route set them."""

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
    """Add them to each response, after all other handlers."""

    @app.after_request
    def add(answer: Response) -> Response:
        given = {name.lower() for name, _ in answer.headers}
        answer.headers.extend((name, value) for name, value in DEFAULT_HEADERS.items() if name.lower() not in given)
        return answer
