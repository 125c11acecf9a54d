"""The settings that documents has of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from environs import Env

from shared.funds.fund import Fund
from shared.process.sites import address_of, read_sites, site_faults

PUBLIC_URL = "PUBLIC_URL"


@dataclass(frozen=True, kw_only=True)
class SignerFiles:
    """A signer's key, and the key's certificate with the certificates above it after it, both in PEM."""

    signing_key: Path
    certificate: Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the public finds documents, and with what funds sign their papers: `signers` are those that funds name,
    each by the beginning of its settings' names, and `sites` the addresses of funds that have their own."""

    public_url: str
    signers: Mapping[str, SignerFiles]
    sites: Mapping[str, str] = field(default_factory=dict)

    def public_url_of(self, fund: Fund) -> str:
        """Where the public finds a fund's documents."""
        return address_of(fund, self.sites, usual=self.public_url)


def read(env: Env) -> Settings:
    """`PAPER_CERTIFICATE_FILE` holds the key's certificate and, after it, the certificates above it, in PEM; so does
    that of every other name in `PAPER_SIGNERS`."""
    return Settings(
        public_url=env.str(PUBLIC_URL),
        signers={name: _signer(env, name) for name in env.list("PAPER_SIGNERS", ["PAPER"])},
        sites=read_sites(env, PUBLIC_URL),
    )


def _signer(env: Env, name: str) -> SignerFiles:
    return SignerFiles(
        signing_key=env.path(f"{name}_SIGNING_KEY_FILE"), certificate=env.path(f"{name}_CERTIFICATE_FILE")
    )


def faults(settings: Settings, funds: Mapping[str, Fund]) -> list[str]:
    """What funds are bound to and the settings do not give."""
    named = {fund_id: fund.bindings.signer.settings for fund_id, fund in funds.items() if fund.sections.papers}
    unsigned = [
        f"{fund_id}/bindings.yaml: signer.settings: the setting PAPER_SIGNERS does not name {name}"
        for fund_id, name in named.items()
        if name not in settings.signers
    ]
    return unsigned + site_faults(funds, settings.sites, kind=PUBLIC_URL)
