"""What payments stores of the bank's reports: its messages, the entries on the fund's accounts, files to be fetched."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from services.payments.banking.bank_file import Direction

SHARES_MAX = 50
NOTE_CHARACTERS_MAX = 300
FOREIGN = "foreign"
"""The account of an entry that is on none of the fund's accounts, or in another currency: the ledger has none of it."""


class EntryStatus(StrEnum):
    """Where an entry stands. `booked`: a rule knew what it was for. `noted`: it moves nothing. `waiting`: a person
    decides. `proposed`: one has, and a second one confirms. `settled`: a person's decision was carried out."""

    BOOKED = "booked"
    NOTED = "noted"
    WAITING = "waiting"
    PROPOSED = "proposed"
    SETTLED = "settled"


class Target(StrEnum):
    """What an entry, or a share of it, can be for. A credit to a payout is its return, a debit from a collection is
    its reversal; `entry` is an earlier entry that this one takes back, `employer` the credit of an employer,
    `operator-day` what an operator of mobile money took on a day and pays in,
    `repayment` what a person pays back of benefits, by the reference of the overpayment, `self-contribution` a month of
    a person who pays the contributions alone."""

    COLLECTION = "collection"
    DECLARATION = "declaration"
    EMPLOYER = "employer"
    PAYOUT = "payout"
    BATCH = "batch"
    DEBIT_FILE = "debit-file"
    REFUND = "refund"
    REPAYMENT = "repayment"
    SELF_CONTRIBUTION = "self-contribution"
    ENTRY = "entry"
    OPERATOR_DAY = "operator-day"


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of an entry's amount, and what it is for."""

    target: Target
    target_id: str
    amount_minor: int

    def __post_init__(self) -> None:
        if self.amount_minor <= 0 or not self.target_id:
            raise ValueError("a share is of something and for something")


class WaitReason(StrEnum):
    """Why an entry waits for a person."""

    NO_REFERENCE = "no-reference"
    REFERENCE_UNKNOWN = "reference-unknown"
    REFERENCES_SEVERAL = "references-several"
    ACCOUNT_FOREIGN = "account-foreign"
    CURRENCY_FOREIGN = "currency-foreign"
    ACCOUNT_OTHER = "account-other"
    AMOUNT_DIFFERS = "amount-differs"
    ALREADY_SETTLED = "already-settled"
    REVERSES_UNKNOWN = "reverses-unknown"


class MatchRule(StrEnum):
    """By what it was found what an entry is for. `own-id`: an id that we gave the bank. `reference`: a reference of
    ours in its texts. `several`: several of either, whose amounts add up to it. `file`: the bank booked a file of ours
    as one entry. `bank-reference`: the bank repeats the reference of an earlier entry, which this one takes back.
    `zero`: it moves nothing. `decision`: a person said what it was for, or closed it."""

    OWN_ID = "own-id"
    REFERENCE = "reference"
    SEVERAL = "several"
    FILE = "file"
    BANK_REFERENCE = "bank-reference"
    ZERO = "zero"
    DECISION = "decision"


PLATFORM = "platform"
"""Who matched what no person did."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """By which rule, by whom and when it was found what an entry is for. Of a decision that two people take, it is the
    second who has it carried out."""

    rule: MatchRule
    by: str
    at: datetime


class DecisionKind(StrEnum):
    """What a person may decide about an entry that waits."""

    ALLOCATE = "allocate"
    REFUND = "refund"
    WRITE_OFF = "write-off"


class DecisionReason(StrEnum):
    """Why money is sent back or written off."""

    BANK_CHARGES = "bank-charges"
    BANK_ERROR = "bank-error"
    ROUNDING = "rounding"
    NOT_FOR_US = "not-for-us"
    PAID_TWICE = "paid-twice"
    UNCLAIMED = "unclaimed"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class EntryDecision:
    """What a person decided, who confirmed it, and what came of it. `refund_id` names the refund that it ordered."""

    way: DecisionKind
    by: str
    at: datetime
    shares: tuple[Share, ...] = ()
    ground: DecisionReason | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    refund_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Details:
    """The bank's data about the other side: its account and its text, which may hold anything; the number of an account
    that is not the fund's; and what a person wrote about a decision. Stored encrypted."""

    counterparty: str
    text: str
    account: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class BankEntry:
    """Money that moved on an account of the fund, or that an operator of mobile money has for it: handled once, never
    lost.

    `entry_id` is a digest of what makes the entry that one and no other (`reported_entry.identity`); entries kept
    before there was one go by the bank's reference, which two entries may share. `booked_as` names what it was for;
    empty where that is not known yet. `stated` is the amount as the bank wrote it where it is none of the fund's money.
    `place` is where the payment stands in a batch of the bank, None if it was not stated.
    """

    bank_reference: str
    account: str
    direction: Direction
    amount_minor: int
    booked_as: str
    is_matched: bool
    details: Details
    taken_at: datetime
    entry_id: str = ""
    status: EntryStatus | None = None
    currency: str = ""
    stated: str = ""
    charges_minor: int = 0
    booked_on: date | None = None
    place: int | None = None
    end_to_end_id: str = ""
    reference: str = ""
    day: str = ""
    why: WaitReason | None = None
    shares: tuple[Share, ...] = ()
    decision: EntryDecision | None = None
    decided_before: tuple[EntryDecision, ...] = field(default=())
    payer_index: str = ""
    """By which entries of the same account of the other side are found; empty in those of earlier releases."""
    match: Match | None = None
    """None while it waits, and of what an earlier release matched."""
    assigned_to: str | None = None
    """The agent who looks into it, or did; None while it is in nobody's hands."""
    version: int = 0

    def __post_init__(self) -> None:
        if not self.entry_id:
            object.__setattr__(self, "entry_id", self.bank_reference)
        if self.status is None:
            object.__setattr__(self, "status", EntryStatus.BOOKED if self.is_matched else EntryStatus.WAITING)
        if self.amount_minor < 0 or (self.amount_minor == 0) != (self.status is EntryStatus.NOTED):
            raise ValueError("an entry has an amount above zero, or is noted and has none")
        waits = self.status in (EntryStatus.WAITING, EntryStatus.PROPOSED)
        if self.is_matched != bool(self.booked_as) or self.is_matched == waits:
            raise ValueError("an entry waits for a person until it was booked as something")
        if (self.status is EntryStatus.PROPOSED) and self.decision is None:
            raise ValueError("what is proposed is a decision")

    @property
    def value_on(self) -> date:
        """The day from which the money counts: on which the bank booked it, or on which it was reported."""
        return date.fromisoformat(self.day) if self.day else self.taken_at.date()

    @property
    def moved_minor(self) -> int:
        """By how much the account moved: what the bank kept for itself of a credit never came, of a debit left too."""
        is_credit = self.direction is Direction.CREDIT
        return self.amount_minor - self.charges_minor if is_credit else self.amount_minor + self.charges_minor


@dataclass(frozen=True, kw_only=True)
class BankMessage:
    """A message of the bank that was handled."""

    message_id: str
    kind: str
    taken_at: datetime
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class BankStatement:
    """A file of booked entries that the bank has ready. `next_look_at` is None once it is booked."""

    statement_id: str
    told_at: datetime
    looks: int = 0
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    """Whether its job is kept with it: what a release without the due queue left has none."""
    version: int = 0
