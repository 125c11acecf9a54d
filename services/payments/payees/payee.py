"""A person whom the fund may owe money: name and bank account, both sealed exactly as the register sent them."""

from dataclasses import dataclass
from datetime import datetime

from shared.kernel.personal import Sealed


@dataclass(frozen=True, kw_only=True)
class Payee:
    """Opened where a file for the bank is written (`banking.payout_file`), and nowhere else but for one question:
    whether the account is another one than that from which money came back (`actions.account_index`)."""

    person_ref: str
    civil: Sealed
    bank: Sealed | None
    registered_at: datetime
    version: int = 0
