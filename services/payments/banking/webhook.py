"""How a signed message of the bank is read: over the raw body, before any unit of work and before any JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, request

from services.payments.banking import messages
from services.payments.banking.messages import Fact
from shared.funds.fund import Fund
from shared.http import bodies
from shared.storage.service_context import ServiceContext
from shared.webhooks import Secret, verify

BODY_BYTES_MAX = 20 * 1024
"""As Standard Webhooks has it."""

EXAMPLE = {
    "type": "payment.credited",
    "timestamp": "2026-02-10T09:30:00Z",
    "data": {
        "fund": "xx-fund",
        "entry_id": "BNA20260210-00417",
        "account": "00100100162000001714",
        "debtor_account": "00200200162000009965",
        "amount": "8213760.00",
        "currency": "DZD",
        "reference": "CT1600000001250DL0XS0073",
        "booked_at": "2026-02-10T09:29:41Z",
    },
}

_SECRETS = "bank-webhook-secrets"


@dataclass(frozen=True, kw_only=True)
class SignedMessage:
    """A message that the bank signed. Its id stays the same over all attempts to deliver it."""

    message_id: str
    kind: str
    fact: Fact


class SignedBody:
    """Reads a request's body where the bank signed it. Raises what `verify` and `messages.read` raise."""

    size_max = BODY_BYTES_MAX

    def read(self, context: ServiceContext, fund_id: str) -> SignedMessage:
        body = bodies.raw()
        fund = context.funds[fund_id]
        secrets: SecretsOf | None = current_app.extensions.get(_SECRETS)
        of_bank = secrets(fund) if secrets else ()
        message_id = verify(body, headers=dict(request.headers), secrets=of_bank, at=context.clock())
        kind, fact = messages.read(body, fund=fund)
        return SignedMessage(message_id=message_id, kind=kind, fact=fact)

    def describe(self) -> Mapping[str, Any]:
        shape = {
            "type": "object",
            "required": ["type", "data"],
            "properties": {
                "type": {"type": "string", "description": "What happened, by the bank's name for it."},
                "timestamp": {"type": "string", "description": "When the bank wrote it."},
                "data": {"type": "object", "description": "The facts, as the bank's contract has them."},
            },
        }
        return {
            "required": True,
            "description": "Signed as Standard Webhooks 1.0, scheme v1, over the raw body.",
            "content": {"application/json": {"schema": shape, "example": EXAMPLE}},
        }


SecretsOf = Callable[[Fund], Sequence[Secret]]
"""With what the bank of a fund signs."""


def secrets_for_app(secrets: SecretsOf) -> Blueprint:
    """A blueprint without routes that gives its app the secrets: routes are declared on import, settings come later."""
    blueprint = Blueprint("bank-webhook-secrets", __name__)
    blueprint.record(lambda state: state.app.extensions.__setitem__(_SECRETS, secrets))
    return blueprint
