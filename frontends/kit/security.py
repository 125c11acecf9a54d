"""What keeps a frontend's pages from being used against the person who reads them."""

import hmac
from collections.abc import Sequence

from flask import Flask, Response, abort, current_app, request

from frontends.kit.pages import P, Page, session

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}


def policy(form_targets: Sequence[str]) -> str:
    """Content-Security-Policy: everything from here, nothing inline. Forms lead here, or on to the fund's sign-in."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
        "img-src 'self' data: blob:; frame-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {' '.join(form_targets)}"
    )


def install(app: Flask, *, form_targets: Sequence[str]) -> None:
    """Refuse forms that did not come from a page of this session, and set the headers of every answer."""
    content_security_policy = policy(form_targets)

    @app.after_request
    def add(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Content-Security-Policy", content_security_policy)
        return answer


def from_elsewhere(page: Page[P]) -> Page[P]:
    """A page to which others post, who have no session: it does nothing that who holds its address may not do."""
    page.is_from_elsewhere = True  # type: ignore[attr-defined]
    return page


def _is_from_elsewhere() -> bool:
    page = current_app.view_functions.get(request.endpoint or "")
    return getattr(page, "is_from_elsewhere", False)


def check_form() -> None:
    """400 unless the form carries this session's token, and comes from this site where the browser says so."""
    if request.method in SAFE_METHODS or _is_from_elsewhere():
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(400)
    given = request.form.get("form_token") or request.headers.get("X-Form-Token", "")
    if not hmac.compare_digest(given.encode(), session().csrf_token.encode()):
        abort(400)
