"""The money that came for what a person owes, by the reference of it: the last receipts, which a thing keeps."""

from dataclasses import dataclass
from datetime import date, datetime

RECEIPTS_SHOWN_MAX = 60
"""The last of them; the sum of all is kept beside."""


@dataclass(frozen=True, kw_only=True)
class MoneyReceipt:
    """Money that came by the reference, or, below zero, that the bank took back."""

    entry_id: str
    amount_minor: int
    on: date
    at: datetime


def with_receipt(receipts: tuple[MoneyReceipt, ...], receipt: MoneyReceipt) -> tuple[MoneyReceipt, ...]:
    """The receipts with one more; the oldest goes where there are too many to show."""
    return (*receipts, receipt)[-RECEIPTS_SHOWN_MAX:]
