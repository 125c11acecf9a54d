"""A payout: the money of an approved claim, or of an award for a period, on its way by a file that the bank takes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.money import AMOUNT_MINOR_MAX

STEPS_MAX = 40


class Status(StrEnum):
    """Where a payout stands. `unknown`: its file was sent and the bank did not answer, so it must not be sent again
    until the bank has been asked."""

    WAITING_ACCOUNT = "waiting-account"
    ORDERED = "ordered"
    BATCHED = "batched"
    SENT = "sent"
    UNKNOWN = "unknown"
    PAID = "paid"
    RETURNED = "returned"


MOVES: dict[Status, frozenset[Status]] = {
    Status.WAITING_ACCOUNT: frozenset({Status.ORDERED}),
    # What is known of a person may turn out not to be fit for the bank's file.
    Status.ORDERED: frozenset({Status.BATCHED, Status.WAITING_ACCOUNT}),
    # The bank may report what it booked before its receipt of the file is known here.
    Status.BATCHED: frozenset({Status.SENT, Status.UNKNOWN, Status.PAID, Status.RETURNED}),
    Status.UNKNOWN: frozenset({Status.BATCHED, Status.SENT, Status.PAID, Status.RETURNED}),
    Status.SENT: frozenset({Status.PAID, Status.RETURNED}),
    # Money that was paid may come back for weeks.
    Status.PAID: frozenset({Status.RETURNED}),
    Status.RETURNED: frozenset(),
}

SETTLED = frozenset({Status.PAID, Status.RETURNED})


@dataclass(frozen=True, kw_only=True)
class PayoutStep:
    """One thing that happened. `about` is a short fact, such as the bank's reason (ISO 20022)."""

    status: Status
    at: datetime
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Owed:
    """What the fund owes a person, and for what."""

    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    amount_minor: int
    currency: str
    award_id: str = ""
    payment_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Payout:
    """One payment to one person. The names of the bank's entries stand in `paid_by` and `returned_by`.

    What was returned is never paid under the same id: another payout replaces it, once (`replaces`, `replaced_by`). Its
    cause is a claim, or the payment of an award for a period (`payment_id`, `award_id`); then `claim_id` is the claim
    that opened the award, and `reference` the award's number. `account_index` is the blind index of the account that it
    was sent to, by which another account is recognised.
    """

    payout_id: str
    end_to_end_id: str
    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    amount_minor: int
    status: Status
    steps: tuple[PayoutStep, ...]
    batch_id: str | None = None
    paid_by: str | None = None
    returned_by: str | None = None
    account_index: str = ""
    replaces: str | None = None
    replaced_by: str | None = None
    traceparent: str = ""
    award_id: str = ""
    payment_id: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.amount_minor <= AMOUNT_MINOR_MAX:
            raise ValueError("nobody is paid nothing")
        if (self.status in (Status.WAITING_ACCOUNT, Status.ORDERED)) != (self.batch_id is None):
            raise ValueError("a payout has a batch from the moment when it is put into one")
        if self.replaced_by is not None and self.status is not Status.RETURNED:
            raise ValueError("only what came back is paid by another payout")

    @property
    def cause(self) -> str:
        """What it is owed for, once: a claim, or the payment of an award."""
        return self.payment_id or self.claim_id
