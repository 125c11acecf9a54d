"""What a card terminal printed at its close. A wrong one cannot be built."""

import re
from dataclasses import dataclass
from datetime import datetime

from shared.kernel.money import AMOUNT_MINOR_MAX

DIGITS_MAX = 9
NUMBER = re.compile(rf"[0-9]{{1,{DIGITS_MAX}}}", re.ASCII)


def is_number(written: str) -> bool:
    """Whether it is the number of a batch or of a ticket, without zeros before it."""
    return NUMBER.fullmatch(written) is not None and written == str(int(written))


@dataclass(frozen=True, kw_only=True)
class CloseTotals:
    """What a terminal printed at its close; minor units. `fee_minor` where it states what the acquirer keeps."""

    batch: str
    closed_at: datetime
    count: int
    total_minor: int
    reversed_count: int = 0
    reversed_minor: int = 0
    fee_minor: int | None = None

    def __post_init__(self) -> None:
        amounts = (self.total_minor, self.reversed_minor, self.fee_minor or 0)
        if min(self.count, self.reversed_count, *amounts) < 0 or max(amounts) > AMOUNT_MINOR_MAX:
            raise ValueError("a close counts and adds up, never below nothing")
        if not is_number(self.batch):
            raise ValueError("a batch has a number")
