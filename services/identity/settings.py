"""The settings that identity has of its own."""

from dataclasses import dataclass
from pathlib import Path

from environs import Env


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where people are sent to, and what tokens are signed with.

    `issuer` is the public address of this service, without a path; each fund's issuer lies under it. `portal_url` is
    that of the portal whose pages activation links open. Both files are read when a process starts.
    """

    issuer: str
    portal_url: str
    clients_file: Path
    signing_keys_file: Path


def read(env: Env) -> Settings:
    return Settings(
        issuer=env.str("ISSUER", "").rstrip("/"),  # every service has to have it: `shared.process.settings` asks for it
        portal_url=env.str("PORTAL_URL").rstrip("/"),
        clients_file=env.path("CLIENTS_FILE"),
        signing_keys_file=env.path("SIGNING_KEYS_FILE"),
    )
