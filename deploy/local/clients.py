"""Who may ask identity for tokens in a local run: the reference frontends, the one of the examples, and the partner
bank and the operator of mobile money with the keys they have."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from deploy.local.addresses import SERVICES
from services.identity.accounts.account import COUNTER_SCOPES, PERSON_SCOPES
from shared.funds.roles import EmployerScope, StaffScope

FRONTEND = "demo-frontend"
FRONTEND_ADDRESS = "http://127.0.0.1:8080"
SIGNING_IN = {"portal": ["person", "employer"], "backoffice": ["staff"], "operations": ["staff"]}
"""Which kinds of people sign in at each of the reference frontends."""
BANK = "bank"
BANK_SCOPES = ("bank:read", "bank:webhooks")
OPERATOR = "mobile-operator"
OPERATOR_SCOPES = ("mobile-money:read", "mobile-money:pay", "bank:webhooks")


def clients(
    *, fund_ids: Sequence[str], bank_public_key: Path, operator_public_key: Path, frontends: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """By id, as `services.identity.signin.clients` reads them. A frontend, whose address `frontends` has, may be given
    all that any role of any fund may have."""
    everything = sorted({*PERSON_SCOPES, *COUNTER_SCOPES, *(each.value for each in (*StaffScope, *EmployerScope))})
    public: dict[str, Any] = {
        "kind": "public",
        "fund_ids": list(fund_ids),
        "audiences": list(SERVICES),
        "scopes": everything,
    }
    return {
        FRONTEND: {
            **public,
            "actors": ["person", "employer", "staff"],
            "redirect_uris": [f"{FRONTEND_ADDRESS}/callback"],
            "logout_uris": [f"{FRONTEND_ADDRESS}/"],
        },
        **{
            name: {
                **public,
                "actors": SIGNING_IN[name],
                "redirect_uris": [f"{address}/{fund_id}/callback" for fund_id in fund_ids],
                "logout_uris": [f"{address}/{fund_id}/" for fund_id in fund_ids],
            }
            for name, address in frontends.items()
        },
        BANK: _machine(fund_ids, scopes=BANK_SCOPES, public_key=bank_public_key),
        OPERATOR: _machine(fund_ids, scopes=OPERATOR_SCOPES, public_key=operator_public_key),
    }


def _machine(fund_ids: Sequence[str], *, scopes: Sequence[str], public_key: Path) -> dict[str, Any]:
    """A partner's program, which proves itself with its key."""
    key = ECKey.import_key(public_key.read_text())
    return {
        "kind": "machine",
        "fund_ids": list(fund_ids),
        "audiences": ["payments"],
        "scopes": list(scopes),
        "jwk": {**key.as_dict(private=False), "kid": key.thumbprint()},
    }
