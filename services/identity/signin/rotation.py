"""`python -m services.identity.signin.rotation add|add-rsa|use|drop FILE [KID]`: one step of changing a signing key.

`add` makes a P-256 key that is published and signs nothing yet, and says its id; `add-rsa` does the same with an RSA
key, which signs at once where it is the first; `use` lets a key sign; `drop` takes one away.
Of a dropped key the public half stays in the file as long as a session of its time may last, for signing out.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from joserfc.jwk import ECKey, RSAKey

from services.identity.signin.keys import (
    CURVE,
    RSA_BITS_MIN,
    Key,
    RetiredKey,
    SigningKeys,
    SigningKeysInvalid,
    imported,
    read,
)
from services.identity.signin.rules import SESSION_LIFE
from shared.storage.service_context import now

Keys = tuple[Key, ...]


def add(keys: Keys, kid: str | None) -> Keys:
    """One more at the end."""
    return (*keys, ECKey.generate_key(CURVE, {"kid": kid} if kid else None, auto_kid=kid is None))


def add_rsa(keys: Keys, kid: str | None) -> Keys:
    """One more at the end, for clients that ask for RS256."""
    return (*keys, RSAKey.generate_key(RSA_BITS_MIN, {"kid": kid} if kid else None, auto_kid=kid is None))


def use(keys: Keys, kid: str | None) -> Keys:
    """That key in front, where it signs."""
    return (*(key for key in keys if key.kid == kid), *(key for key in keys if key.kid != kid))


def drop(keys: Keys, kid: str | None) -> Keys:
    """Without that key. One that signs cannot go."""
    signing = SigningKeys(keys)
    if kid in {signing.signing(algorithm).kid for algorithm in signing.algorithms}:
        raise SigningKeysInvalid(f"{kid} signs")
    return tuple(key for key in keys if key.kid != kid)


def retired(before: SigningKeys, after: Keys, *, at: datetime) -> tuple[RetiredKey, ...]:
    """The public halves to keep: those of the keys that go now, and older ones while a session of theirs may last."""
    in_use = {key.kid for key in after}
    gone = [RetiredKey(_public(key), at) for key in before.keys if key.kid not in in_use]
    known = [each for each in before.retired if at < each.retired_at + SESSION_LIFE and each.key.kid not in in_use]
    return (*known, *gone)


def _public(key: Key) -> Key:
    return imported(key.as_dict(private=False))


STEPS = {"add": add, "add-rsa": add_rsa, "use": use, "drop": drop}


def main(arguments: Sequence[str], *, clock: Callable[[], datetime]) -> int:
    """Change the file whole or not at all; 1, and why, where it cannot be."""
    parser = argparse.ArgumentParser("python -m services.identity.signin.rotation")
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("file", type=Path, help="SIGNING_KEYS_FILE of identity")
    parser.add_argument("kid", nargs="?", help="of the key to use or drop, as `add` says them")
    asked = parser.parse_args(arguments)
    try:
        before = read(asked.file)
        if asked.step in {"use", "drop"} and asked.kid not in {key.kid for key in before.keys}:
            raise SigningKeysInvalid(f"there is no key {asked.kid}")
        after = STEPS[asked.step](before.keys, asked.kid)
    except SigningKeysInvalid as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    _write(asked.file, SigningKeys(after, retired(before, after, at=clock())))
    sys.stdout.write(" ".join(str(key.kid) for key in after) + "\n")
    return 0


def _write(path: Path, keys: SigningKeys) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        own = [key.as_dict(private=True) for key in keys.keys]
        file.write(json.dumps({"keys": own, "retired": [each.as_dict() for each in keys.retired]}))
    beside.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], clock=now))
