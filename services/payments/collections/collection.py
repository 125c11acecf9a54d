"""A collection: one try of the fund to collect what an employer owes, on one rail."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.money import AMOUNT_MINOR_MAX

STEPS_MAX = 60
DEBITS_MAX = 20
"""Money that comes under one reference more often than this is no longer booked to it, but kept as unmatched."""


class Rail(StrEnum):
    """How the money travels: the employer orders a transfer at its bank, pays by card on the bank's page, has its
    account debited by a mandate, pays an operator of mobile money, who takes it for the fund, or pays by card at a
    terminal of the fund's counter."""

    TRANSFER = "transfer"
    CARD = "card"
    DIRECT_DEBIT = "direct-debit"
    MOBILE_MONEY = "mobile-money"
    CARD_TERMINAL = "card-terminal"


BY_REFERENCE = frozenset({Rail.TRANSFER, Rail.MOBILE_MONEY, Rail.CARD_TERMINAL})
"""All that the payer needs is a reference, which is good until a day; nobody outside is asked for anything."""


OF_PARTS = (Rail.TRANSFER, Rail.CARD, Rail.DIRECT_DEBIT, Rail.MOBILE_MONEY)
"""How a part of a settlement plan is paid; at a counter one debt is."""


class Status(StrEnum):
    """Where a collection stands. `announced`: the payer holds all that is needed to pay. `unknown`: the bank was asked
    for something and did not answer, so nobody may say whether it was done until the bank has been asked.
    `withdrawing`: another way or amount took its place, and the bank is asked to close its page. `withdrawn`: nothing
    of it can be paid any more. `reversed`: all money that came of it was taken back.

    Of a direct debit, `planned`: the employer was told the day and the amount; `in-file`: it stands in a file for the
    bank; `sent`: the bank may have the file, and whatever comes of it, the bank says."""

    REQUESTED = "requested"
    ANNOUNCED = "announced"
    UNKNOWN = "unknown"
    DEBITED = "debited"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"
    PLANNED = "planned"
    IN_FILE = "in-file"
    SENT = "sent"


MOVES: dict[Status, frozenset[Status]] = {
    Status.REQUESTED: frozenset(
        {
            Status.ANNOUNCED,
            Status.UNKNOWN,
            Status.DEBITED,
            Status.REFUSED,
            Status.EXPIRED,
            Status.WITHDRAWING,
            Status.PLANNED,
        },
    ),
    Status.UNKNOWN: frozenset(
        {
            Status.REQUESTED,
            Status.ANNOUNCED,
            Status.DEBITED,
            Status.REFUSED,
            Status.EXPIRED,
            Status.WITHDRAWING,
            Status.IN_FILE,
            Status.SENT,
        },
    ),
    Status.ANNOUNCED: frozenset({Status.DEBITED, Status.REFUSED, Status.EXPIRED, Status.WITHDRAWING, Status.WITHDRAWN}),
    Status.PLANNED: frozenset({Status.IN_FILE, Status.WITHDRAWN, Status.REFUSED, Status.DEBITED}),
    # Until the bank may have the file, its debits can be taken out of it: it is discarded, and they go into another.
    Status.IN_FILE: frozenset({Status.PLANNED, Status.SENT, Status.WITHDRAWN, Status.REFUSED, Status.DEBITED}),
    # Back into its file where the bank, asked, has never seen it.
    Status.SENT: frozenset({Status.UNKNOWN, Status.IN_FILE, Status.REFUSED, Status.DEBITED}),
    Status.WITHDRAWING: frozenset({Status.DEBITED, Status.REFUSED, Status.EXPIRED, Status.WITHDRAWN}),
    # Money that came is a fact, whatever was believed before: it is booked even if a refusal was reported first.
    Status.REFUSED: frozenset({Status.DEBITED}),
    Status.EXPIRED: frozenset({Status.DEBITED}),
    Status.WITHDRAWN: frozenset({Status.DEBITED}),
    Status.DEBITED: frozenset({Status.REVERSED}),
    Status.REVERSED: frozenset({Status.DEBITED}),
}

LIVE = frozenset(
    {Status.REQUESTED, Status.ANNOUNCED, Status.UNKNOWN, Status.PLANNED, Status.IN_FILE, Status.SENT},
)
"""Money may still come of it without anybody doing anything more."""

FOLLOWED = LIVE | {Status.WITHDRAWING}
"""The bank still has something to say or to do about it."""


@dataclass(frozen=True, kw_only=True)
class WayToPay:
    """A way in which a debt can be paid now; a direct debit with the day on which it would be drawn."""

    rail: Rail
    debit_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class CollectionStep:
    """One thing that happened. `about` is a short fact, such as the bank's reason."""

    status: Status
    at: datetime
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Debit:
    """Money that the bank reported, by the bank's own reference of the entry and by the id under which the entry is
    kept; those of earlier releases have the reference alone."""

    bank_reference: str
    amount_minor: int
    at: datetime
    entry_id: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.amount_minor <= AMOUNT_MINOR_MAX or not self.bank_reference:
            raise ValueError("a debit has a reference and an amount above nothing")


@dataclass(frozen=True, kw_only=True)
class PlanPart:
    """What is to be paid by a settlement plan now, by which of its instalments, and the reference to transfer it
    with."""

    plan_id: str
    plan_reference: str
    instalments: tuple[int, ...]
    reference: str
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Collection:
    """One attempt to collect, and its history. `next_look_at` is when the bank will be asked again if it does not
    report; `reversals` is money that came of it and was taken back.

    Of a direct debit: the mandate by which it is drawn, its day, the day on which the bank must have it, and the file
    that it stands in. `repeats` is the attempt that the bank refused and that this one repeats.

    `plan_id` is the settlement plan of which it pays a part: `declaration_id` is then the first of the plan's debts
    that is open, and what it does not need goes to the next ones. `plan_reference` and the numbers of the `instalments`
    that it asks for are what people are told; those of an earlier release have neither."""

    collection_id: str
    reference: str
    declaration_id: str
    employer_id: str
    period: str
    rail: Rail
    amount_minor: int
    status: Status
    steps: tuple[CollectionStep, ...]
    valid_until_on: date | None = None
    checkout_url: str | None = None
    debits: tuple[Debit, ...] = ()
    reversals: tuple[Debit, ...] = ()
    looks: int = 0
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    """Whether its job is kept with it: what a release without the due queue left has none."""
    traceparent: str = ""
    mandate_id: str = ""
    debit_on: date | None = None
    send_on: date | None = None
    batch_id: str = ""
    repeats: str = ""
    held_by: str = ""
    held_until: datetime | None = None
    plan_id: str = ""
    plan_reference: str = ""
    instalments: tuple[int, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.amount_minor <= AMOUNT_MINOR_MAX:
            raise ValueError("nobody collects nothing")
        if max(len(self.debits), len(self.reversals)) > DEBITS_MAX or self.debited_minor < 0:
            raise ValueError("no more is taken back than came")
        if (self.status is Status.DEBITED) != (self.debited_minor > 0):
            raise ValueError("a collection is debited where money came and stayed, and only there")
        if (self.status is Status.REVERSED) != (bool(self.debits) and self.debited_minor == 0):
            raise ValueError("a collection is reversed where all that came was taken back, and only there")
        if (self.rail is Rail.DIRECT_DEBIT) != bool(self.mandate_id and self.debit_on and self.send_on):
            raise ValueError("a direct debit has a mandate, its day and the day of its file, and nothing else has")
        if bool(self.held_by) != (self.held_until is not None):
            raise ValueError("a reference is held by a payment until a time, or by none")
        if self.status not in FOLLOWED and self.next_look_at is not None:
            raise ValueError("nobody looks again at what is over")

    @property
    def debited_minor(self) -> int:
        """What came and was not taken back."""
        came, taken_back = (sum(each.amount_minor for each in some) for some in (self.debits, self.reversals))
        return came - taken_back

    @property
    def is_followed(self) -> bool:
        return self.status in FOLLOWED

    @property
    def is_at_bank(self) -> bool:
        """Whether it is a debit that the bank may have: it cannot be withdrawn, and ends as the bank says."""
        return self.rail is Rail.DIRECT_DEBIT and self.status in (Status.SENT, Status.UNKNOWN)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE
