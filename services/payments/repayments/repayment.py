"""What a person is asked to pay back, as claims tells of it, and the money that came for it. Why it is owed, and what
else takes it off, is with claims."""

from dataclasses import dataclass
from datetime import datetime

from services.payments.ledger.receipt import MoneyReceipt


@dataclass(frozen=True, kw_only=True)
class ExpectedRepayment:
    """What a transfer that names the `reference` is for. `owed_minor` is what is still to come, as far as payments
    knows; zero where nothing is, or not any more. `received_minor` is what came, less what the bank took back."""

    reference: str
    award_id: str
    person_ref: str
    claim_type: str
    owed_minor: int
    told_at: datetime
    received_minor: int = 0
    receipts: tuple[MoneyReceipt, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        if self.owed_minor < 0 or self.received_minor < 0:
            raise ValueError("neither what is owed nor what came is below zero")
