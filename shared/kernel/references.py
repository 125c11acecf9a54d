"""References that people type and dictate: a letter or two, a year, a number, two check digits (ISO 7064, mod 97-10).

The check digits catch every single wrong digit and every swap of two neighbours, before anything is looked up.
"""

import re

_SHAPE = re.compile(r"^(?P<kind>[A-Z]{1,3})(?P<body>[0-9A-Z]{6,24})(?P<check>[0-9]{2})$")


def with_check_digits(kind: str, body: str) -> str:
    """The reference of a kind (`CL`, `PR`) for a body of digits and capital letters."""
    return f"{kind}{body}{98 - _remainder(kind + body + '00'):02d}"


def has_valid_check_digits(reference: str) -> bool:
    """Whether the check digits fit. The caller removes spaces and dashes first."""
    found = _SHAPE.fullmatch(reference)
    return bool(found) and _remainder(reference) == 1


def _remainder(text: str) -> int:
    return int("".join(str(int(character, 36)) for character in text)) % 97
