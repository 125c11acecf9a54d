"""The settings that identity has of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from environs import Env, ValidationError

from services.identity.signin import clients, keys


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


def _address(env: Env, name: str) -> str:
    """An address without a slash at its end; nothing where it is missing, which `env` reports by itself."""
    return (env.str(name) or "").rstrip("/")


def _holds(read: Callable[[Path], object]) -> Callable[[Path], None]:
    """A check of a file's content, so that one start reports all faults of the settings."""

    def check(path: Path) -> None:
        try:
            read(path)
        except ValueError as wrong:
            raise ValidationError(f"{path}: {wrong}") from wrong

    return check


def read(env: Env) -> Settings:
    return Settings(
        issuer=_address(env, "ISSUER"),
        portal_url=_address(env, "PORTAL_URL"),
        clients_file=env.path("CLIENTS_FILE", validate=_holds(clients.read)),
        signing_keys_file=env.path("SIGNING_KEYS_FILE", validate=_holds(keys.read)),
    )
