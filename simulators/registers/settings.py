"""What the registers are told when they start. The only reader of their environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shared.webhooks import Secret


@dataclass(frozen=True)
class Settings:
    """The settings of the simulated registers, from the environment."""

    host: str
    port: int
    state_dir: Path
    folder: Path
    client_id: str
    slow_s: float
    secrets: tuple[Secret, ...] = field(repr=False)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """The settings of README.md; the secret has no default."""
        host, _, port = environ.get("REGISTERS_BIND", "127.0.0.1:8202").rpartition(":")
        state_dir = Path(environ.get("REGISTERS_STATE_DIR", "var/registers"))
        return cls(
            host=host,
            port=int(port),
            state_dir=state_dir,
            folder=Path(environ.get("REGISTERS_FOLDER", str(state_dir / "files"))),
            client_id=environ.get("REGISTERS_CLIENT_ID", "himaya"),
            slow_s=float(environ.get("REGISTERS_SLOW_S", "8")),
            secrets=tuple(Secret.read(text) for text in environ["REGISTERS_SECRET"].split()),
        )
