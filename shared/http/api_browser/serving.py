"""Serves the API browser (Swagger UI, vendored in this folder) and the document that it opens."""

from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from flask import Flask, Response, json, send_from_directory
from werkzeug.exceptions import NotFound

HERE = Path(__file__).parent
FILES = frozenset({"swagger-ui-bundle.js", "swagger-ui.css", "start.js", "page.css"})
FILE_KEPT_S = 3_600
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""`data:` is for the small pictures inside the style sheet."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Himaya {service}: API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/page.css">
</head>
<body>
<main id="browser"><p>The document itself is <a href="openapi.json">openapi.json</a>.</p></main>
<script src="docs/swagger-ui-bundle.js" charset="utf-8"></script>
<script src="docs/start.js" charset="utf-8"></script>
</body>
</html>
"""


def install(app: Flask, service: str, document: Callable[[], Mapping[str, Any]]) -> None:
    """Answer `/openapi.json` and `/docs`. The document is made when somebody asks for it first."""

    @cache
    def text() -> str:
        return json.dumps(document(), ensure_ascii=False)

    @app.get("/openapi.json")
    def openapi_document() -> Response:
        return Response(text(), mimetype="application/json")

    @app.get("/docs")
    def docs() -> Response:
        answer = Response(PAGE.format(service=escape(service)), mimetype="text/html")
        answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return answer

    @app.get("/docs/<name>")
    def docs_file(name: str) -> Response:
        if name not in FILES:
            raise NotFound
        answer = send_from_directory(HERE, name, max_age=FILE_KEPT_S)
        answer.headers["Cache-Control"] = f"public, max-age={FILE_KEPT_S}"
        return answer
