"""How the key of an identifier is computed, as a table in a fund's definition: what new funds need no rule in code for.

The named rules of `identifiers.KeyRule` can be said so too; the tests hold one against the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.funds.faults import refuse

MODULUS_MAX = 10_000
WEIGHT_MAX = 1_000
PLACES_MAX = 40
KEY_DIGITS_MAX = 4


class KeyIs(StrEnum):
    """What of the division by the modulus the key is."""

    REMAINDER = "remainder"
    """The remainder itself."""
    COMPLEMENT = "complement"
    """The modulus less the remainder: the modulus itself where nothing remains."""
    FILL = "fill"
    """What is missing up to the next multiple of the modulus: zero where nothing remains."""


@dataclass(frozen=True, kw_only=True)
class KeyTable:
    """The digits that count are added up, each times its weight, or read as one number where there are no weights;
    that `times` a number is divided by the `modulus`."""

    modulus: int
    key_is: KeyIs
    weights: tuple[int, ...] = ()
    """One for each digit that counts, from the left; empty: they are one number."""
    adds_digits: bool = False
    """Whether tens and units of each digit times its weight are added, as in ISO/IEC 7812 (Luhn)."""
    times: int = 1
    key_digits: int = 1
    """How many digits the key has, zeros on its left among them."""
    characters: str = ""
    """Where the key is one character: which, from that of 0 on, such as `0123456789X`; a number whose key has none
    cannot be."""
    key_at: int | None = None
    """The place of the key's first character, from 0; without it the key stands at the end."""
    first: int = 0
    """The place of the first character that counts, from 0."""
    last: int | None = None
    """The place of the last that counts, included; without it all but the key count, from `first` on."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not 2 <= self.modulus <= MODULUS_MAX:
            yield f"modulus is 2 to {MODULUS_MAX}"
        if not 1 <= self.key_digits <= KEY_DIGITS_MAX or (self.characters and self.key_digits != 1):
            yield f"key_digits is 1 to {KEY_DIGITS_MAX}, and 1 where characters are named"
        if len(set(self.characters)) != len(self.characters) or self.characters != self.characters.upper():
            yield "characters are capital letters and digits, each once"
        if len(self.weights) > PLACES_MAX or any(not 0 <= each <= WEIGHT_MAX for each in self.weights):
            yield f"weights are up to {PLACES_MAX} numbers from 0 to {WEIGHT_MAX}"
        if self.adds_digits and not self.weights:
            yield "adds_digits belongs to weights"
        if not 1 <= self.times <= MODULUS_MAX:
            yield f"times is 1 to {MODULUS_MAX}"
        places = (self.first, self.key_at or 0, self.last if self.last is not None else self.first)
        if any(not 0 <= each < PLACES_MAX for each in places) or places[2] < self.first:
            yield f"key_at, first and last are places from 0 to {PLACES_MAX - 1}, last not before first"

    def places(self, number: str) -> range:
        """Where in a number the key stands."""
        at = len(number) - self.key_digits if self.key_at is None else self.key_at
        return range(at, at + self.key_digits)

    def holds(self, number: str) -> bool:
        """Whether a number, without separators, has the key."""
        return number != "" and self.completed(number) == number

    def completed(self, number: str) -> str | None:
        """The number with the right key in its place; None where what counts is not of digits, is another number of
        them than there are weights, or has a key that cannot be written."""
        own = self.places(number)
        if own.start < 0 or own.stop > len(number):
            return None
        last = len(number) - 1 if self.last is None else self.last
        places = [place for place in range(self.first, min(last + 1, len(number))) if place not in own]
        digits = "".join(number[place] for place in places)
        if not (digits.isascii() and digits.isdigit()) or (self.weights and len(self.weights) != len(digits)):
            return None
        key = self._written(self._key(digits))
        return None if key is None else number[: own.start] + key + number[own.stop :]

    def _key(self, digits: str) -> int:
        if self.weights:
            products = [int(digit) * weight for digit, weight in zip(digits, self.weights, strict=True)]
            total = sum(sum(map(int, str(each))) for each in products) if self.adds_digits else sum(products)
        else:
            total = int(digits)
        remainder = total * self.times % self.modulus
        if self.key_is is KeyIs.REMAINDER:
            return remainder
        return self.modulus - remainder if remainder or self.key_is is KeyIs.COMPLEMENT else 0

    def _written(self, key: int) -> str | None:
        if self.characters:
            return self.characters[key] if key < len(self.characters) else None
        written = f"{key:0{self.key_digits}d}"
        return written if len(written) == self.key_digits else None
