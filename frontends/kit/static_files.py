"""Style, scripts and fonts: compressed once, named by what is in them, and kept by browsers for good."""

import functools
import gzip
import hashlib
from pathlib import Path

from flask import Response, abort, make_response, request, url_for
from werkzeug.security import safe_join

FOLDER = Path(__file__).parent / "static"
KEPT_S = 31_536_000
COMPRESSED = frozenset({".css", ".js", ".svg"})
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
}


def address(name: str) -> str:
    """Where a file is found; another address when it changes."""
    return url_for("static_file", name=name, v=_read(name)[1])


def serve(name: str) -> Response:
    """The file. Nothing in it is anybody's, so that every cache may keep it."""
    try:
        content, digest, compressed = _read(name)
    except FileNotFoundError:
        abort(404)
    use_compressed = compressed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    answer = make_response(compressed if use_compressed and compressed is not None else content)
    answer.headers["Content-Type"] = TYPES[Path(name).suffix]
    answer.headers["Vary"] = "Accept-Encoding"
    if use_compressed:
        answer.headers["Content-Encoding"] = "gzip"
    # Of what others made the folder says the version.
    is_current = request.args.get("v") == digest or name.startswith("vendor/")
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_S}, immutable" if is_current else "no-cache"
    answer.set_etag(digest)
    return answer.make_conditional(request)  # type: ignore[return-value]


@functools.lru_cache(maxsize=256)
def _read(name: str) -> tuple[bytes, str, bytes | None]:
    joined = safe_join(str(FOLDER), name)
    if joined is None or Path(name).suffix not in TYPES or not Path(joined).is_file():
        raise FileNotFoundError(name)
    content = Path(joined).read_bytes()
    compressed = gzip.compress(content, 9, mtime=0) if Path(name).suffix in COMPRESSED else None
    return content, hashlib.sha256(content).hexdigest()[:12], compressed
