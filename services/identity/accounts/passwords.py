"""Hashing passwords (Argon2id, OWASP's second profile: 19 MiB, two passes, one lane), and those that all try first."""

from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

SALT_BYTES = 16
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=SALT_BYTES)
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""The hash that fits no password: checked where there is no account, so that this takes as long as where there is."""


def hashed(password: str, *, salt: bytes) -> str:
    """The password's hash, as it is kept. Takes some 30 ms on purpose."""
    return HASHER.hash(password, salt=salt)


def is_right(password_hash: str, password: str) -> bool:
    """Whether this is the password. Takes as long for a wrong one."""
    try:
        return HASHER.verify(password_hash, password)
    except VerificationError:
        return False


@cache
def common() -> frozenset[str]:
    """The passwords that all try first, in lower case: thirty thousand of the world's, and some of our countries'."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # 15 MB that only whoever takes passwords has to hold

    text = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8")
    own = (line for line in text.splitlines() if line and not line.startswith("#"))
    return frozenset([*FREQUENCY_LISTS["passwords"], *own])
