"""Control codes: what is printed beside a number, so that the number alone, which others may read or guess, shows
nothing of what it stands for. 40 random bits in eight of Crockford's letters."""

import hmac

from shared.kernel import normalize

ENTROPY_BYTES = 5
LENGTH = 8
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: without I, L, O and U, which are read as others or make words."""
_LOOK_ALIKE = str.maketrans("OIL", "011")


def control_code(entropy: bytes) -> str:
    """The code of `ENTROPY_BYTES` random bytes."""
    number = int.from_bytes(entropy, "big")
    return "".join(LETTERS[number >> 5 * place & 31] for place in range(LENGTH))


def matches_code(text: str, code: str) -> bool:
    """Whether what was typed is this code. Letters that look like digits are read as those: O is 0, I and L are 1. No
    input matches an empty code, which stands for a thing that has none."""
    given = normalize.number(text).upper().translate(_LOOK_ALIKE)
    return bool(code) and hmac.compare_digest(given.encode(), code.encode())
