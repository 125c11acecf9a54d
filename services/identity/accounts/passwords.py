"""Hashing passwords (Argon2id, OWASP's second profile: 19 MiB, two passes, one lane), and how easily one is guessed."""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from shared.kernel import normalize

SALT_BYTES = 16
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=SALT_BYTES)
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""The hash that fits no password: checked where there is no account, so that this takes as long as where there is."""

SCORE_MIN = 3
SCORE_MIN_WITHOUT_PATTERN = 2
LOOKED_AT_MAX = 24
TYPED_MAX = 256
SEPARATORS = " -._/"


def hashed(password: str, *, salt: bytes) -> str:
    """The password's hash, as it is kept. Takes some 30 ms on purpose."""
    return HASHER.hash(password, salt=salt)


def is_right(password_hash: str, password: str) -> bool:
    """Whether this is the password. Takes as long for a wrong one."""
    try:
        return HASHER.verify(password_hash, password)
    except VerificationError:
        return False


def is_easily_guessed(password: str) -> bool:
    """Whether a password is easily guessed, by zxcvbn's estimate.

    Asked for is its score of 3: a hundred million guesses, each as slow as this hash. It counts ten possibilities for a
    sign of which it knows nothing, where there are sixty and more, so eight such signs are good with its score of 2.
    Accents, separators, digits of another script and signs that nobody sees make no other password.

    Only the beginning is looked at: its time grows with the square of the length, and many signs that may stand for
    letters make it 0.2 s for these. Words about the owner are not given to it, though it takes them: it keeps them in a
    variable that all requests share (zxcvbn 4.5.0). `rules.is_personal` knows them.
    """
    from zxcvbn import zxcvbn  # 15 MB that only whoever takes passwords has to hold

    beginning = _plainly(password)[:LOOKED_AT_MAX]
    if not beginning:
        return True
    found: dict[str, Any] = zxcvbn(beginning, user_inputs=_regional_words())
    is_without_pattern = all(part["pattern"] == "bruteforce" for part in found["sequence"])
    return bool(found["score"] < (SCORE_MIN_WITHOUT_PATTERN if is_without_pattern else SCORE_MIN))


def _plainly(password: str) -> str:
    plain = unicodedata.normalize("NFKD", normalize.plain(password[:TYPED_MAX]))
    return "".join(sign for sign in plain if not unicodedata.combining(sign) and sign not in SEPARATORS)


@cache
def _regional_words() -> tuple[str, ...]:
    text = Path(__file__).with_name("regional_words.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))
