"""An entry of the ledger: a balanced set of postings, written once and never changed. A wrong one cannot be built."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.payments.ledger.account import CODE, Owner, owner_of
from shared.kernel.money import Currency, Money

POSTINGS_MAX = 50
CAUSE_CHARACTERS_MAX = 200


class Side(StrEnum):
    """Debits are what assets and expenses grow by, credits what liabilities and income grow by."""

    DEBIT = "debit"
    CREDIT = "credit"

    @property
    def other(self) -> "Side":
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One account, one side, an amount above zero."""

    account: str
    side: Side
    amount: Money

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.account):
            raise ValueError("a posting is to an account whose code is known")
        if self.amount.amount_minor <= 0:
            raise ValueError("a posting has an amount above nothing: its side says the direction")


@dataclass(frozen=True, kw_only=True)
class LedgerEntry:
    """What one cause did to the fund's money. `reverses` is the entry that this one takes back.

    `value_on` is the day from which it counts, such as that on which the bank booked the money; `employer_id` the
    employer whose accounts it moves, if any: by both an employer's statement is read.
    """

    entry_id: str
    cause: str
    postings: tuple[Posting, ...]
    at: datetime
    reverses: str | None = None
    value_on: date | None = None
    employer_id: str | None = None
    version: int = 0

    def __post_init__(self) -> None:
        if not 0 < len(self.cause) <= CAUSE_CHARACTERS_MAX:
            raise ValueError("an entry has a cause")
        if not 2 <= len(self.postings) <= POSTINGS_MAX:
            raise ValueError(f"an entry has 2 to {POSTINGS_MAX} postings")
        if len({posting.amount.currency for posting in self.postings}) != 1:
            raise ValueError("an entry has one currency")
        if self.total_minor(Side.DEBIT) != self.total_minor(Side.CREDIT):
            raise ValueError("the debits of an entry equal its credits")
        if len(self._employers) > 1 or self.employer_id not in (None, *self._employers):
            raise ValueError("an entry moves the accounts of one employer at the most")

    @property
    def currency(self) -> Currency:
        return self.postings[0].amount.currency

    @property
    def _employers(self) -> set[str]:
        owners = (owner_of(posting.account) for posting in self.postings)
        return {owner[1] for owner in owners if owner is not None and owner[0] is Owner.EMPLOYER}

    @property
    def moved_employer(self) -> str | None:
        """The employer whose accounts the postings move."""
        return next(iter(self._employers), None)

    def total_minor(self, side: Side) -> int:
        return sum(posting.amount.amount_minor for posting in self.postings if posting.side is side)
