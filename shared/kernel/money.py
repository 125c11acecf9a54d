"""Money: whole minor units with a currency. How it is rounded is a rule of the fund."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import iso4217

AMOUNT_MINOR_MAX = 10**15
"""No single amount of a fund comes near a million million; above it, an amount is an error, not money."""


DECIMALS_MAX = 3
"""Codes with more, or with none to speak of, are no money of an account: CLF and UYW, gold, XDR."""
_DECIMALS = {
    each.code: each.exponent for each in iso4217.Currency if each.exponent is not None and each.exponent <= DECIMALS_MAX
}


class Currency(StrEnum):
    """Every currency of ISO 4217 in which accounts are kept, by its code. The library carries the standard's own table:
    babel's decimals are those of shop prices, of which Iraq's dinar has none and its bank files three."""

    OTHER = "XXX"
    """An entry of a bank without a currency, or with an invalid one: the amount is as written, and no rule ever books
    it."""
    locals().update({code: code for code in _DECIMALS})

    @property
    def decimals(self) -> int:
        """Of its minor unit: 3 for TND, 2 for DZD and MAD, 0 for XOF."""
        return _DECIMALS.get(self.value, 2)


@dataclass(frozen=True, order=True)
class Money:
    """An amount in minor units (millimes, centimes) of one currency."""

    amount_minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if abs(self.amount_minor) > AMOUNT_MINOR_MAX:
            raise OverflowError(f"an amount of more than {AMOUNT_MINOR_MAX} minor units")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + other._same(self), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - other._same(self), self.currency)

    def _same(self, other: "Money") -> int:
        if self.currency is not other.currency:
            raise TypeError(f"{self.currency} and {other.currency} do not add up")
        return self.amount_minor

    def decimal(self) -> Decimal:
        """The amount in major units, with the currency's decimals: 3150000 millimes is 3150.000."""
        return Decimal(self.amount_minor).scaleb(-self.currency.decimals)

    def __str__(self) -> str:
        return f"{self.decimal()} {self.currency}"
