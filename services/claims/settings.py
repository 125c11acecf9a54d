"""The settings that claims has of its own: how it asks the registers of other administrations."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from environs import Env

from services.claims.crosschecks.registers.choice import RegisterSettings
from shared.process.settings import read_secrets


@dataclass(frozen=True)
class Settings:
    """`registers` are those that funds name (`registers.<name>.settings`), each by the beginning of its settings'
    names."""

    registers: Mapping[str, RegisterSettings] = field(repr=False, default_factory=dict)


def read(env: Env) -> Settings:
    """What a register must have depends on its adapter, and is asked for with the funds' definitions at start."""
    return Settings(registers={name: _register(env, name) for name in _names(env)})


def _names(env: Env) -> list[str]:
    names: list[str] | None = env.list("REGISTERS", [])
    return [name for name in names or [] if name]


def _register(env: Env, name: str) -> RegisterSettings:
    return RegisterSettings(
        url=env.str(f"{name}_URL", ""),
        client_id=env.str(f"{name}_CLIENT_ID", ""),
        secrets=read_secrets(env, f"{name}_SECRET"),
        timeout_s=env.float(f"{name}_TIMEOUT_S", 5.0),
        folder=env.path(f"{name}_FOLDER", None),
    )
