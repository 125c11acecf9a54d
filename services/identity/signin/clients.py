"""The clients of a file that an operator writes, JSON or YAML: one block a client, by its id.

portal:
  kind: public
  fund_ids: [xx-fund]
  actors: [person, employer]
  redirect_uris: ["https://portal.example/callback"]
  logout_uris: ["https://portal.example/"]
  audiences: [identity, claims, documents, payments, notifications]
  scopes: ["claims:read", "cards:read"]
  id_token_signed_response_alg: RS256      # where the client's library cannot do ES256, which is usual here
bank:
  kind: machine
  fund_ids: [xx-fund]
  audiences: [payments]
  scopes: ["bank:read", "bank:report"]
  jwk: {kty: EC, crv: P-256, x: "...", y: "..."}
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import yaml

from services.identity.signin.client import Client
from shared.kernel import yaml_text


class ClientsInvalid(ValueError):
    """The file does not say which clients there are."""


def read(path: Path) -> Mapping[str, Client]:
    """Clients by id, or `ClientsInvalid` naming the first that is none."""
    try:
        blocks = yaml_text.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as fault:
        raise ClientsInvalid(f"it cannot be read ({type(fault).__name__})") from fault
    if not isinstance(blocks, dict):
        raise ClientsInvalid("it holds no clients by their id")
    return {str(client_id): _client(str(client_id), block) for client_id, block in blocks.items()}


def _client(client_id: str, block: object) -> Client:
    if not isinstance(block, dict):
        raise ClientsInvalid(f"{client_id} is no block of `name: value`")
    unknown = block.keys() - Client.__dataclass_fields__.keys()
    if unknown:
        raise ClientsInvalid(f"{client_id}: {', '.join(sorted(map(str, unknown)))} is not known here")
    try:
        return msgspec.convert({**block, "client_id": client_id}, Client)
    except (msgspec.ValidationError, ValueError) as wrong:
        raise ClientsInvalid(f"{client_id}: {wrong}") from wrong
