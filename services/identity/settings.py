"""The settings that identity has of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from environs import Env, ValidationError

from services.identity.signin import clients, keys
from shared.funds.fund import Fund
from shared.process.sites import address_of, read_sites, site_faults

PORTAL_URL = "PORTAL_URL"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where people are sent to, and what tokens are signed with.

    `issuer` is the public address of this service, without a path; each fund's issuer lies under it. `portal_url` is
    that of the portal whose pages activation links open, `sites` those of funds that have a portal of their own. Both
    files are read when a process starts.
    """

    issuer: str
    portal_url: str
    sites: Mapping[str, str] = field(default_factory=dict)
    clients_file: Path
    signing_keys_file: Path

    def portal_of(self, fund: Fund) -> str:
        """The portal where a fund's links lead."""
        return address_of(fund, self.sites, usual=self.portal_url)


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
        portal_url=_address(env, PORTAL_URL),
        sites=read_sites(env, PORTAL_URL),
        clients_file=env.path("CLIENTS_FILE", validate=_holds(clients.read)),
        signing_keys_file=env.path("SIGNING_KEYS_FILE", validate=_holds(keys.read)),
    )


def faults(settings: Settings, funds: Mapping[str, Fund]) -> list[str]:
    """What funds are bound to and the settings do not give."""
    return site_faults(funds, settings.sites, kind=PORTAL_URL)
