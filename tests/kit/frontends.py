"""A frontend that reaches nothing: its pages and who may see them, without a service, a database or a fund behind."""

from typing import Any

from flask import Flask, g, render_template
from jinja2 import Template

from frontends.kit.app import build
from frontends.kit.frontend import Frontend
from frontends.kit.sessions import Session
from frontends.kit.settings import SERVICES, Settings

NOWHERE = "http://127.0.0.1:1"


_built: dict[tuple[str, str], Flask] = {}


def unreached(frontend: Frontend, *, traces_url: str = "") -> Flask:
    """The frontend as it is built, once for all tests; whatever it asks for is refused at once."""
    known = frontend.name, traces_url
    if known not in _built:
        _built[known] = _build(frontend, traces_url=traces_url)
    return _built[known]


def _build(frontend: Frontend, *, traces_url: str) -> Flask:
    return build(
        frontend,
        Settings(
            bind="127.0.0.1:1",
            public_url=NOWHERE,
            fund_ids=("xx-fund",),
            hosts={},
            addresses=dict.fromkeys(SERVICES, NOWHERE),
            issuer=NOWHERE,
            client_id=frontend.name,
            mongodb_uri="mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=1",
            mongodb_database="none",
            is_secure=True,
            trusted_proxies=0,
            threads=1,
            log_level="INFO",
            traces_url=traces_url,
        ),
    )


def rendered(
    app: Flask, template: str | Template, *, language: str = "fr", user: dict[str, Any] | None = None, **shown: Any
) -> str:
    """A page as somebody sees it, with what the services would answer."""
    fund = {
        "fund_id": "xx-fund",
        "country": "TN",
        "timezone": "Africa/Tunis",
        "currency": "TND",
        "decimals": 3,
        "languages": ["ar", "fr", "en"],
        "names": {"ar": "الصندوق", "fr": "La caisse", "en": "The fund"},
        "short_name": "XX",
        "name": "La caisse",
        "address": "",
        "identifiers": {},
    }
    with app.test_request_context("/"):
        g.session = Session("x" * 43, {"user": user or {"sub": "s", "actor": "person", "scope": ""}})
        g.language, g.direction, g.is_restored = language, "rtl" if language == "ar" else "ltr", False
        g.theme = "auto"
        g.words, g.fund = app.extensions["words"][language], fund
        return render_template(template, **shown)
