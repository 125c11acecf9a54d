"""Amounts as the bank writes them: strings of major units outside, integer minor units inside."""

import re
from decimal import Decimal

DECIMALS = {"DZD": 2, "TND": 3, "MAD": 2}

_SHAPE = re.compile(r"[0-9]{1,13}(\.[0-9]{1,5})?")


class WrongAmount(ValueError):
    """No amount above zero in that currency: the text is the bank's own reason code."""


def to_minor(text: str, currency: str) -> int:
    """`1500.5` DZD is 150050. `WrongAmount` with the ISO 20022 reason AM03 (currency) or AM12 (amount)."""
    if currency not in DECIMALS:
        raise WrongAmount("AM03")
    if not _SHAPE.fullmatch(text):
        raise WrongAmount("AM12")
    minor = Decimal(text).scaleb(DECIMALS[currency])
    if minor != int(minor) or minor <= 0:
        raise WrongAmount("AM12")
    return int(minor)


def to_text(minor: int, currency: str) -> str:
    return str(Decimal(minor).scaleb(-DECIMALS[currency]))
