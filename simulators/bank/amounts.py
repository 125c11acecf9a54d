"""Amounts as the bank writes them: strings of major units outside, integer minor units inside."""

import re
from decimal import Decimal

from shared.kernel.money import Currency

_SHAPE = re.compile(r"[0-9]{1,13}(\.[0-9]{1,5})?")


class WrongAmount(ValueError):
    """No amount above zero in that currency: the text is the bank's own reason code."""


def is_kept(currency: str) -> bool:
    """Whether the bank keeps accounts in a currency: in any of ISO 4217."""
    return currency in set(Currency) - {Currency.OTHER}


def to_minor(text: str, currency: str) -> int:
    """`1500.5` DZD is 150050. `WrongAmount` with the ISO 20022 reason AM03 (currency) or AM12 (amount)."""
    if not is_kept(currency):
        raise WrongAmount("AM03")
    if not _SHAPE.fullmatch(text):
        raise WrongAmount("AM12")
    minor = Decimal(text).scaleb(Currency(currency).decimals)
    if minor != int(minor) or minor <= 0:
        raise WrongAmount("AM12")
    return int(minor)


def to_text(minor: int, currency: str) -> str:
    """An amount in minor units as its decimal text: 1500 of TND is `1.500`."""
    return str(Decimal(minor).scaleb(-Currency(currency).decimals))
