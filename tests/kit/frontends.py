"""A frontend that reaches nothing: its pages and who may see them, without a service, a database or a fund behind."""

from flask import Flask

from frontends.kit.app import build
from frontends.kit.frontend import Frontend
from frontends.kit.settings import SERVICES, Settings

NOWHERE = "http://127.0.0.1:1"


def unreached(frontend: Frontend, *, traces_url: str = "") -> Flask:
    """The frontend as it is built; whatever it asks for is refused at once."""
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
