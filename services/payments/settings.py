"""Payments' own settings: its banks and its partners."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from environs import Env

from services.payments.banking.banks.choice import BankSettings
from shared.process.settings import read_secrets


@dataclass(frozen=True)
class Settings:
    """`banks` are those that funds name (`bindings.bank.settings`), each by the beginning of its settings' names.
    `return_url` is where a payer's browser comes back; it may name `{fund}` and `{collection_id}`. Partners'
    endpoints inside one's own network are called in a local run only. `webhook_keys_file` holds what each fund
    signs its messages to partners with, beside the endpoints' own secrets."""

    banks: Mapping[str, BankSettings] = field(repr=False)
    return_url: str
    may_call_private_endpoints: bool = False
    webhook_keys_file: Path | None = None


def read(env: Env) -> Settings:
    """What a bank must have depends on its adapter, and is asked for with the funds' definitions at start."""
    return Settings(
        banks={name: _bank(env, name) for name in env.list("BANKS", ["BANK"])},
        return_url=env.str("RETURN_URL", "http://127.0.0.1:8080/{fund}/payments/{collection_id}"),
        may_call_private_endpoints=env.bool("ALLOW_PRIVATE_ENDPOINTS", False),
        webhook_keys_file=env.path("WEBHOOK_KEYS_FILE", None),
    )


def _bank(env: Env, name: str) -> BankSettings:
    return BankSettings(
        url=env.str(f"{name}_URL", ""),
        api_key=env.str(f"{name}_API_KEY", ""),
        webhook_secrets=read_secrets(env, f"{name}_WEBHOOK_SECRET"),
        timeout_s=env.float(f"{name}_TIMEOUT_S", 5.0),
        folder=env.path(f"{name}_FOLDER", None),
    )
