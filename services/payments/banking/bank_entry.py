"""What payments keeps of what the bank tells: its messages, the entries on the fund's accounts, files to be fetched."""

from dataclasses import dataclass
from datetime import datetime

from services.payments.banking.bank_file import Direction


@dataclass(frozen=True, kw_only=True)
class Details:
    """What the bank says of the other side: its account and its text, which may hold anything. Rests sealed."""

    counterparty: str
    text: str


@dataclass(frozen=True, kw_only=True)
class BankEntry:
    """Money that moved on an account of the fund, by the bank's own reference: taken in once, never lost.

    `booked_as` names what it was for; empty, nobody knows and a person has to find out.
    """

    bank_reference: str
    account: str
    direction: Direction
    amount_minor: int
    booked_as: str
    is_matched: bool
    details: Details
    taken_at: datetime
    version: int = 0

    def __post_init__(self) -> None:
        if self.amount_minor <= 0 or self.is_matched != bool(self.booked_as):
            raise ValueError("an entry has an amount above nothing, and is matched where it was booked as something")


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message of the bank that was taken in."""

    message_id: str
    kind: str
    taken_at: datetime
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A file of booked entries that the bank has ready. `next_look_at` is None once it is booked."""

    statement_id: str
    told_at: datetime
    looks: int = 0
    next_look_at: datetime | None = None
    version: int = 0
