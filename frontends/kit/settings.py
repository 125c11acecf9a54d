"""The settings of a frontend; all that are missing or malformed are reported at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from environs import Env, EnvError

SERVICES = ("identity", "documents", "claims", "payments", "notifications")


class SettingsMissing(Exception):
    """The frontend cannot start; the text names every setting that is missing or malformed."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where a frontend listens, whom it serves and where it finds the services.

    `addresses` are the services' own for its calls, `issuer` is identity's as browsers see it. `hosts` gives a fund a
    host name of its own; every other request names the fund in the first part of its path. `is_secure` is false on a
    machine of one's own alone: cookies are then sent without TLS. `traces_url` is where a trace is looked at, with its
    id behind it; empty where traces are not kept.
    """

    bind: str
    public_url: str
    fund_ids: tuple[str, ...]
    hosts: Mapping[str, str]
    addresses: Mapping[str, str]
    issuer: str
    client_id: str
    mongodb_uri: str
    mongodb_database: str
    is_secure: bool
    trusted_proxies: int
    threads: int
    log_level: str
    traces_url: str


def read(frontend: str) -> Settings:
    """From the process's environment; SettingsMissing names all that is wrong."""
    env = Env(eager=False)
    try:
        settings = Settings(
            bind=env.str("BIND"),
            public_url=env.str("PUBLIC_URL"),
            fund_ids=tuple(env.list("FUNDS")),
            hosts=env.dict("HOSTS", {}),
            addresses={service: env.str(f"{service.upper()}_ADDRESS") for service in SERVICES},
            issuer=env.str("ISSUER"),
            client_id=env.str("CLIENT_ID", frontend),
            mongodb_uri=env.str("MONGODB_URI"),
            mongodb_database=env.str("MONGODB_DATABASE", "himaya_frontends"),
            is_secure=env.bool("SECURE_COOKIES", True),
            trusted_proxies=env.int("TRUSTED_PROXIES", 0),
            threads=env.int("WEB_THREADS", 16),
            log_level=env.str("LOG_LEVEL", "INFO"),
            traces_url=env.str("TRACES_URL", ""),
        )
        env.seal()
    except EnvError as wrong:
        raise SettingsMissing(str(wrong)) from None
    return settings
