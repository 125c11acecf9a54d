"""Who may ask identity for tokens in a local run: the demo's frontend, and the partner bank with the key it has."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from deploy.local.addresses import SERVICES
from services.identity.accounts.account import Role

FRONTEND = "demo-frontend"
FRONTEND_ADDRESS = "http://127.0.0.1:8080"
BANK = "bank"
BANK_SCOPES = ("bank:read", "bank:webhooks")


def clients(*, fund_ids: Sequence[str], bank_public_key: Path) -> dict[str, dict[str, Any]]:
    """By id, as `services.identity.signin.clients` reads them. The frontend may be given all that a role has."""
    everything = sorted({scope for role in Role for scope in role.scopes})
    key = ECKey.import_key(bank_public_key.read_text())
    return {
        FRONTEND: {
            "kind": "public",
            "fund_ids": list(fund_ids),
            "actors": ["person", "employer", "staff"],
            "redirect_uris": [f"{FRONTEND_ADDRESS}/callback"],
            "logout_uris": [f"{FRONTEND_ADDRESS}/"],
            "audiences": list(SERVICES),
            "scopes": everything,
        },
        BANK: {
            "kind": "machine",
            "fund_ids": list(fund_ids),
            "audiences": ["payments"],
            "scopes": list(BANK_SCOPES),
            "jwk": {**key.as_dict(private=False), "kid": key.thumbprint()},
        },
    }
