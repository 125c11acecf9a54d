"""How a partner's program gets its access tokens. Beside `requests` it needs `joserfc`."""

import time
import uuid

import requests
from himaya import URL
from joserfc import jwt
from joserfc.jwk import ECKey


class Token:
    """An access token by `private_key_jwt` (RFC 7523): no secret is shared, and each assertion is good once."""

    def __init__(self, fund: str, client_id: str, scope: str, key: ECKey) -> None:
        self.fund, self.client_id, self.scope, self.key = fund, client_id, scope, key
        self.kept, self.good_until = "", 0.0

    def text(self) -> str:
        """One token serves until half a minute before it expires."""
        if self.good_until < time.time():
            url = f"{URL}/identity/v1/{self.fund}/token"
            form = {
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": self.assertion(url),
                "scope": self.scope,
            }
            answer = requests.post(url, data=form, timeout=30)
            answer.raise_for_status()
            self.kept = answer.json()["access_token"]
            self.good_until = time.time() + answer.json()["expires_in"] - 30
        return self.kept

    def assertion(self, audience: str) -> str:
        at = int(time.time())
        claims = {"iss": self.client_id, "sub": self.client_id, "aud": audience, "jti": str(uuid.uuid4())}
        return jwt.encode({"alg": "ES256"}, {**claims, "iat": at, "exp": at + 60}, self.key)
