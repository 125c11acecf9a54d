"""The secrets of a local run: made once, each in a file of its own that only its owner may read, then read again."""

import base64
import datetime
import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey, RSAKey

from services.documents.papers.demo_chain import make_signing_chain
from shared.encryption.keys import generate_keyring, restricted
from shared.kernel.personal import DataClass

CLASSES: Mapping[str, Sequence[DataClass]] = {
    "identity": tuple(DataClass),
    "documents": (DataClass.CIVIL, DataClass.BANK, DataClass.HEALTH),  # the account on the form of a mandate
    "claims": (DataClass.HEALTH,),
    "payments": (DataClass.CIVIL, DataClass.BANK),  # names: of payees, and those that a wage file brings
    "notifications": (DataClass.CONTACT,),
}
"""Which classes of personal data each service may open."""


@dataclass(frozen=True)
class Credentials:
    """What stands in one directory. Asking for a secret makes it where it is not there yet."""

    directory: Path

    def password(self, name: str) -> str:
        """A password, in letters, digits, - and _ only."""
        return self._kept(name, lambda: secrets.token_urlsafe(24)).read_text()

    def webhook_secret(self, name: str) -> str:
        """A secret as Standard Webhooks writes it."""
        return self._kept(name, lambda: f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}").read_text()

    def webhook_keys(self, *, fund_ids: Iterable[str]) -> Path:
        """The file with the keys that payments signs its messages to partners with, by fund. One that came later gets
        its key here."""
        path = self._kept("webhook-keys.json", lambda: "{}")
        keys = json.loads(path.read_text())
        if new := [fund_id for fund_id in fund_ids if fund_id not in keys]:
            keys |= {fund_id: [f"whsk_{base64.b64encode(secrets.token_bytes(32)).decode()}"] for fund_id in new}
            _write(path, json.dumps(keys))
        return path

    def private_key(self, name: str) -> Path:
        """The file with a P-256 key (ES256), PKCS 8 in PEM."""
        return self._kept(f"{name}.key.pem", _private_key)

    def public_key(self, name: str) -> Path:
        """The file with the public half of `private_key(name)`, in PEM."""
        return self._kept(f"{name}.public.pem", lambda: _public_key(self.private_key(name)))

    def token_signing(self) -> Path:
        """The file with the JWK set that identity signs tokens with: a private key for ES256, and one for RS256."""

        def key_set() -> str:
            keys = (
                ECKey.generate_key("P-256", private=True, auto_kid=True),
                RSAKey.generate_key(3072, private=True, auto_kid=True),
            )
            return json.dumps({"keys": [key.as_dict(private=True) for key in keys]})

        return self._kept("token-keys.json", key_set)

    def clients(self, published: Mapping[str, object]) -> Path:
        """The file with the clients of identity. It holds no secret; it is here because it names what keys are."""
        path = self.directory / "clients.json"
        _write(path, json.dumps(published, indent=1))
        return path

    def paper_signing(self) -> tuple[Path, Path]:
        """The files with the key that papers are signed with, and with its certificate and the one above it, in PEM."""
        key, certificates = self.directory / "papers.key.pem", self.directory / "papers.certificates.pem"
        if not (key.exists() and certificates.exists()):
            chain = make_signing_chain("Himaya", at=datetime.datetime.now(datetime.UTC))
            _write(certificates, (chain.certificate_pem + chain.issuers_pem).decode())
            _write(key, chain.key_pem.decode())
        return key, certificates

    def keyring(self, service: str, *, fund_ids: Iterable[str]) -> Path:
        """The file with the encryption keys that a service may hold. A fund that came later gets its keys here."""
        whole = self._kept("keyring.json", lambda: "{}")
        keys = json.loads(whole.read_text())
        if new := [fund_id for fund_id in fund_ids if fund_id not in keys]:
            keys |= generate_keyring(new)
            _write(whole, json.dumps(keys))
        own = self.directory / "keys" / f"{service}.json"
        _write(own, json.dumps(restricted(keys, CLASSES[service])))
        return own

    def _kept(self, name: str, make: Callable[[], str]) -> Path:
        path = self.directory / name
        if not path.exists():
            _write(path, make())
        return path


def _write(path: Path, text: str) -> None:
    """Whole or not at all, readable by its owner only from the first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")  # several processes and threads ask at once
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)


def _private_key() -> str:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


def _load(key_file: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{key_file} holds a key of another kind")
    return key


def _public_key(key_file: Path) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return _load(key_file).public_key().public_bytes(encoding, form).decode()
