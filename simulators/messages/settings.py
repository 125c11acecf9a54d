"""What the message centre is told when it starts. The only reader of its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Address:
    """Where a server listens."""

    host: str
    port: int

    @classmethod
    def read(cls, text: str) -> "Address":
        """From `host:port`."""
        host, _, port = text.rpartition(":")
        return cls(host, int(port))


@dataclass(frozen=True)
class Settings:
    """The settings of the simulated mail server and SMS centre, from the environment."""

    smtp: Address
    smpp: Address
    http: Address
    state_dir: Path
    mail_user: str | None
    mail_password: str | None = field(repr=False)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """The settings of README.md; every one has a default."""
        return cls(
            smtp=Address.read(environ.get("MESSAGES_SMTP_BIND", "127.0.0.1:2525")),
            smpp=Address.read(environ.get("MESSAGES_SMPP_BIND", "127.0.0.1:2775")),
            http=Address.read(environ.get("MESSAGES_HTTP_BIND", "127.0.0.1:8203")),
            state_dir=Path(environ.get("MESSAGES_STATE_DIR", "var/messages")),
            mail_user=environ.get("MESSAGES_SMTP_USER"),
            mail_password=environ.get("MESSAGES_SMTP_PASSWORD"),
        )
