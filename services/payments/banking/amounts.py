"""Amounts as the bank's HTTP interface writes them: text in major units, such as `1500.250`."""

import re

from shared.kernel.money import Currency, Money

_SHAPE = re.compile(r"(?P<whole>0|[1-9][0-9]{0,12})(?:\.(?P<part>[0-9]{1,3}))?", re.ASCII)


def read(text: str, currency: Currency) -> int:
    """Minor units above zero, or ValueError."""
    found = _SHAPE.fullmatch(text)
    if found is None or len(found["part"] or "") > currency.decimals:
        raise ValueError("no amount of this currency")
    amount_minor = int(found["whole"] + (found["part"] or "").ljust(currency.decimals, "0"))
    if amount_minor == 0:
        raise ValueError("an amount of nothing")
    return amount_minor


def write(amount_minor: int, currency: Currency) -> str:
    return str(Money(amount_minor, currency).decimal())
