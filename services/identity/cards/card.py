"""A health card: one a registered person. It is good for care up to and including `valid_until`."""

from dataclasses import dataclass
from datetime import date

NUMBER_KIND = "HC"
NUMBER_DIGITS = 12
"""Two digits of the year before them; so many that two persons of a fund of millions seldom draw the same."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A person's card. `valid_until` is None until a right was opened for the first time.

    `void_after` is the day of its holder's death; the card is good no longer than that, whatever becomes of the right.

    `closed_on` is the day on which the right was found closed, None while it is open. `right_version` is that of the
    decision that the card follows.
    """

    person_ref: str
    card_number: str
    valid_until: date | None = None
    closed_on: date | None = None
    right_version: int = 0
    void_after: date | None = None
    version: int = 0

    @property
    def good_until(self) -> date | None:
        """The last day on which it is good for care: that of the right, or the death of its holder before."""
        if self.valid_until is None or self.void_after is None:
            return self.valid_until
        return min(self.valid_until, self.void_after)

    def is_valid(self, day: date) -> bool:
        return self.good_until is not None and day <= self.good_until
