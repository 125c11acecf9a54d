"""A keyring as plain data, and how it changes: a key is added, made current, and one day removed.

Pure. Each change is made once, to the whole keyring, of which every service gets its part: a key that two services made
for themselves would be two keys.
"""

import base64
import json
import secrets
from collections.abc import Collection, Mapping
from typing import Any

KEY_BYTES = 32

Keyring = Mapping[str, Any]
"""By fund: its classes, each with its keys by id and which of them encrypts; and the keys of indexes and references."""


class KeyringRefused(Exception):
    """The change would make stored values undecryptable, or encrypt what other services cannot decrypt."""


def with_key(keyring: Keyring, key_id: str, *, classes: Collection[str]) -> dict[str, Any]:
    """The keyring with one more key in each fund and class, which decrypts and does not encrypt yet."""
    changed = _copy(keyring)
    for held in _of(changed, classes):
        if key_id in held["keys"]:
            raise KeyringRefused(f"there is a key {key_id} already")
        held["keys"][key_id] = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    return changed


def with_current(keyring: Keyring, key_id: str, *, classes: Collection[str]) -> dict[str, Any]:
    """The keyring with that key as the current one."""
    changed = _copy(keyring)
    for held in _of(changed, classes):
        if key_id not in held["keys"]:
            raise KeyringRefused(f"there is no key {key_id}")
        held["current"] = key_id
    return changed


def without_key(keyring: Keyring, key_id: str, *, classes: Collection[str]) -> dict[str, Any]:
    """The keyring without a key: what that key encrypted can never be decrypted again."""
    changed = _copy(keyring)
    for held in _of(changed, classes):
        if held["current"] == key_id:
            raise KeyringRefused(f"the key {key_id} is current")
        held["keys"].pop(key_id, None)
    return changed


def _of(keyring: Keyring, classes: Collection[str]) -> list[dict[str, Any]]:
    found = [held for fund in keyring.values() for name, held in fund["classes"].items() if name in classes]
    if not found:
        raise KeyringRefused("the ring holds none of these classes")
    return found


def _copy(keyring: Keyring) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(keyring))
    return copied
