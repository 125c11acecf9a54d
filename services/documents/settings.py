"""The settings that documents has of its own."""

from dataclasses import dataclass
from pathlib import Path

from environs import Env


@dataclass(frozen=True)
class Settings:
    """Where the public finds documents, and with what the fund signs its papers."""

    public_url: str
    paper_signing_key_file: Path
    paper_certificate_file: Path


def read(env: Env) -> Settings:
    """`PAPER_CERTIFICATE_FILE` holds the key's certificate and, after it, the certificates above it, in PEM."""
    return Settings(
        public_url=env.str("PUBLIC_URL"),
        paper_signing_key_file=env.path("PAPER_SIGNING_KEY_FILE"),
        paper_certificate_file=env.path("PAPER_CERTIFICATE_FILE"),
    )
