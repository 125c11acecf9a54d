"""Encryption of personal data: one keyring per service, with only the classes of data that the service needs.

An encrypted value is `<key id>.<base64url of nonce and ciphertext>` (AES-256-GCM). Its associated data is the fund, the
class and the id of the owner: a value moved to another person, fund or class cannot be decrypted. Keys are rotated by
adding one and making it current; older keys still decrypt.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.kernel.personal import DataClass, Encrypted

NONCE_BYTES = 12
PERSON_REF_BYTES = 15
"""Of the digest: 24 characters."""


_STRICTNESS = (DataClass.CONTACT, DataClass.CIVIL, DataClass.BANK, DataClass.HEALTH)


class DecryptionFailed(Exception):
    """The value was encrypted for another fund, class or person, or it was changed. Never shown to callers: it is a
    fault of the platform."""


class KeyMissing(Exception):
    """This service holds no such key: it does not need that class of data."""


@dataclass(frozen=True)
class _Class:
    current: str
    ciphers: Mapping[str, AESGCM]


@dataclass(frozen=True)
class FundKeys:
    """The keys of one fund that one service holds."""

    fund_id: str
    classes: Mapping[DataClass, _Class]
    index_key: bytes
    person_key: bytes

    @property
    def strictest(self) -> DataClass:
        """The strictest class that this service may decrypt: good enough for any response of it."""
        return max(self.classes, key=_STRICTNESS.index)

    def encrypt(self, value: str | bytes, *, data_class: DataClass, associated_data: str) -> Encrypted:
        """Encrypt a value of a class. `associated_data` is the person_ref, employer id or file id that it belongs
        to."""
        keys = self._of(data_class)
        nonce = secrets.token_bytes(NONCE_BYTES)
        clear = value.encode() if isinstance(value, str) else value
        hidden = keys.ciphers[keys.current].encrypt(nonce, clear, self._bound(data_class, associated_data))
        return Encrypted(f"{keys.current}.{base64.urlsafe_b64encode(nonce + hidden).decode()}")

    def decrypt_bytes(self, encrypted: Encrypted, *, data_class: DataClass, associated_data: str) -> bytes:
        """The decrypted value; raises `DecryptionFailed`."""
        key_id, _, body = encrypted.partition(".")
        cipher = self._of(data_class).ciphers.get(key_id)
        if cipher is None:
            raise KeyMissing(f"no {data_class} key {key_id} for {self.fund_id}")
        raw = base64.urlsafe_b64decode(body)
        try:
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], self._bound(data_class, associated_data))
        except InvalidTag as broken:
            raise DecryptionFailed(f"a {data_class} value of {self.fund_id}") from broken

    def decrypt(self, encrypted: Encrypted, *, data_class: DataClass, associated_data: str) -> str:
        """The decrypted text; raises `DecryptionFailed`."""
        return self.decrypt_bytes(encrypted, data_class=data_class, associated_data=associated_data).decode()

    def is_current(self, encrypted: Encrypted, *, data_class: DataClass) -> bool:
        """Whether the current key encrypted this value."""
        return encrypted.partition(".")[0] == self._of(data_class).current

    def reencrypted(self, encrypted: Encrypted, *, data_class: DataClass, associated_data: str) -> Encrypted:
        """The same value, encrypted with the current key."""
        return self.encrypt(
            self.decrypt_bytes(encrypted, data_class=data_class, associated_data=associated_data),
            data_class=data_class,
            associated_data=associated_data,
        )

    def blind_index(self, value: str, *, of: str) -> str:
        """A keyed hash to look values up by equality where the value itself must not be stored: one-way, per fund and
        field."""
        return hmac.new(self.index_key, f"{self.fund_id}|{of}|{value}".encode(), hashlib.sha256).hexdigest()

    def person_ref(self, insurance_number: str) -> str:
        """The pseudonym by which every service knows a person: derived, so a long file needs no look-up."""
        digest = hmac.digest(self.person_key, f"{self.fund_id}|{insurance_number}".encode(), "sha256")
        return "p" + base64.b32encode(digest[:PERSON_REF_BYTES]).decode().lower()

    def _of(self, data_class: DataClass) -> _Class:
        if data_class not in self.classes:
            raise KeyMissing(f"this service holds no {data_class} keys")
        return self.classes[data_class]

    def _bound(self, data_class: DataClass, associated_data: str) -> bytes:
        return f"{self.fund_id}|{data_class}|{associated_data}".encode()


def generate_keyring(fund_ids: Iterable[str], *, key_id: str = "k1") -> dict[str, object]:
    """New keys for the funds, all classes, as plain data for a JSON file that only its service may read."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        fund_id: {
            "classes": {each.value: {"current": key_id, "keys": {key_id: key()}} for each in DataClass},
            "index": key(),
            "persons": key(),
        }
        for fund_id in fund_ids
    }


def restricted(keyring: Mapping[str, object], classes: Iterable[DataClass]) -> dict[str, object]:
    """The part of a keyring that a service may hold."""
    wanted = {each.value for each in classes}
    rings = json.loads(json.dumps(keyring))
    for fund_keyring in rings.values():
        fund_keyring["classes"] = {name: keys for name, keys in fund_keyring["classes"].items() if name in wanted}
    return dict(rings)


def from_data(keyring: Mapping[str, object]) -> dict[str, FundKeys]:
    """A keyring from its plain data, by fund."""
    rings = json.loads(json.dumps(keyring))
    return {
        fund_id: FundKeys(
            fund_id=fund_id,
            classes={
                DataClass(name): _Class(
                    current=keys["current"],
                    ciphers={key_id: AESGCM(base64.b64decode(key)) for key_id, key in keys["keys"].items()},
                )
                for name, keys in fund_keyring["classes"].items()
            },
            index_key=base64.b64decode(fund_keyring["index"]),
            person_key=base64.b64decode(fund_keyring["persons"]),
        )
        for fund_id, fund_keyring in rings.items()
    }


def from_file(path: Path) -> dict[str, FundKeys]:
    """The keyring in a service's file."""
    return from_data(json.loads(path.read_text()))
