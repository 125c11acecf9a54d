"""The settings that payments has of its own: how it speaks with its bank, and with partners."""

from dataclasses import dataclass, field
from pathlib import Path

from environs import Env
from marshmallow import ValidationError

from shared.webhooks import Secret


@dataclass(frozen=True)
class Settings:
    """`bank_webhook_secrets` are several while one is replaced; `return_url` is where a payer's browser comes back.
    Partners' endpoints inside one's own network are called in a local run only. `webhook_keys_file` holds what each
    fund signs its messages to partners with, beside the endpoints' own secrets."""

    bank_url: str
    bank_api_key: str = field(repr=False)
    bank_webhook_secrets: tuple[str, ...] = field(repr=False)
    bank_timeout_s: float
    return_url: str
    may_call_private_endpoints: bool = False
    webhook_keys_file: Path | None = None


def read(env: Env) -> Settings:
    return Settings(
        bank_url=env.str("BANK_URL"),
        bank_api_key=env.str("BANK_API_KEY"),
        bank_webhook_secrets=tuple(env.list("BANK_WEBHOOK_SECRET", delimiter=" ", validate=_are_secrets) or ()),
        bank_timeout_s=env.float("BANK_TIMEOUT_S", 5.0),
        return_url=env.str("RETURN_URL", "http://127.0.0.1:8080/{fund}/payments/{collection_id}"),
        may_call_private_endpoints=env.bool("ALLOW_PRIVATE_ENDPOINTS", False),
        webhook_keys_file=env.path("WEBHOOK_KEYS_FILE", None),
    )


def _are_secrets(texts: list[str]) -> None:
    if not texts:
        raise ValidationError("no secret: the bank could not be believed")
    try:
        for text in texts:
            Secret.read(text)
    except ValueError as wrong:
        raise ValidationError(str(wrong)) from wrong
