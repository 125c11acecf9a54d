"""A mandate: an employer's authority to debit its account for what it owes, with what its bank and the fund said of it.

Two facts stand apart, and both are needed: the bank agreed to be debited (`bank_agreement`), and the fund accepted the
mandate after it had verified that agreement (`accepted_at`). Nothing is debited before.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.funds.identifiers import AccountRule, is_account
from shared.kernel.money import AMOUNT_MINOR_MAX

STEPS_MAX = 60
FINDINGS_MAX = 20
REFERENCE_CHARACTERS_MAX = 35
"""ISO 20022 `Max35Text`: banks keep no longer mandate identification."""


class Status(StrEnum):
    """Where a mandate stands. `issued`: the form is there for the bank to sign. `bank-agreed`: the bank agreed, and
    the signed form is still to be sent in. `uploaded`: the signed form is here, and the bank has still to say so
    itself. `doubtful`: what the bank said differs from what the employer signed, and a person of the fund decides.
    `active`: the fund accepted it, debits are allowed. `suspended`: nothing is debited until it is resumed."""

    ISSUED = "issued"
    BANK_AGREED = "bank-agreed"
    UPLOADED = "uploaded"
    DOUBTFUL = "doubtful"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    BANK_REFUSED = "bank-refused"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_OVER = frozenset({Status.CANCELLED, Status.EXPIRED})
_VERIFIED = frozenset({Status.DOUBTFUL, Status.ACTIVE})

MOVES: dict[Status, frozenset[Status]] = {
    # Where the fund asks for no signed form, the bank's own answer is enough to be verified at once.
    Status.ISSUED: frozenset({Status.BANK_AGREED, Status.UPLOADED, Status.BANK_REFUSED}) | _VERIFIED | _OVER,
    Status.BANK_AGREED: frozenset({Status.BANK_REFUSED}) | _VERIFIED | _OVER,
    Status.UPLOADED: frozenset({Status.BANK_REFUSED}) | _VERIFIED | _OVER,
    Status.DOUBTFUL: frozenset({Status.ACTIVE, Status.REFUSED, Status.BANK_REFUSED}) | _OVER,
    Status.ACTIVE: frozenset({Status.SUSPENDED}) | _OVER,
    Status.SUSPENDED: frozenset({Status.ACTIVE}) | _OVER,
    Status.BANK_REFUSED: frozenset(),
    Status.REFUSED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.EXPIRED: frozenset(),
}

OPEN = tuple(each for each in Status if MOVES[each])
"""Something may still come of it. An employer has one open mandate at most."""

ACCEPTED = frozenset({Status.ACTIVE, Status.SUSPENDED})
"""The fund has accepted it, and it is not over."""


class MandateParty(StrEnum):
    """Whose step it was: the employer's, its bank's, an agent's of the fund, or the platform's by itself."""

    EMPLOYER = "employer"
    BANK = "bank"
    FUND = "fund"
    PLATFORM = "platform"


@dataclass(frozen=True, kw_only=True)
class MandateAccount:
    """The account that is debited, at a bank or at the post. `rule` is how its number is written and checked."""

    number: str
    rule: AccountRule
    holder: str
    bank: str

    def __post_init__(self) -> None:
        if not is_account(self.number, rule=self.rule):
            raise ValueError("an account has the key of its rule")
        if not self.holder or not self.bank:
            raise ValueError("an account has a holder and a bank")


class AnswerChannel(StrEnum):
    """How the bank answered: by a message of ISO 20022, by a signed call of the partner API, or on the form alone,
    which two persons of the fund read."""

    MESSAGE = "message"
    PARTNER = "partner"
    FORM = "form"


@dataclass(frozen=True, kw_only=True)
class BankAgreement:
    """What the bank agreed to, in its own words: kept as it was said, and compared with what the employer signed.

    `None` is what it did not say. `evidence` names what proves it: the id of the message, of the signed call, or of
    the form. `is_reply`: it answers a request of ours by name, so that what it does not repeat is as it was asked.
    """

    at: datetime
    channel: AnswerChannel
    evidence: str
    reference: str
    account_number: str | None = None
    holder: str | None = None
    amount_max_minor: int | None = None
    currency: str | None = None
    bank_reference: str = ""
    is_reply: bool = False


@dataclass(frozen=True, kw_only=True)
class SignedForm:
    """The form with the bank's signature, as the employer sent it in; its bytes are stored encrypted under their hash
    (hex) and size."""

    sha256: str
    size: int
    media_type: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class MandateFinding:
    """Why the fund doubts a mandate. `code` has a sentence in every language; `found` and `expected` hold no account
    number and no name."""

    code: str
    found: str = ""
    expected: str = ""


class RequestKind(StrEnum):
    """What the bank is asked for: to agree to a mandate (pain.009), to other terms (pain.010), to end it (pain.011)."""

    INITIATION = "initiation"
    AMENDMENT = "amendment"
    CANCELLATION = "cancellation"


@dataclass(frozen=True, kw_only=True)
class BankRequest:
    """A message of ours to the bank that it has not answered. It knows each id once, so sending it again is safe.
    `looks` counts how often nothing was heard."""

    message_id: str
    kind: RequestKind
    asked_at: datetime
    is_sent: bool = False
    looks: int = 0


@dataclass(frozen=True, kw_only=True)
class MandateProposal:
    """An agent would accept a doubtful mandate, with the reason; another agent has to agree."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True, kw_only=True)
class MandateStep:
    """One thing that happened, who did it and when. `about` is a short fact, such as the bank's reason."""

    status: Status
    at: datetime
    party: MandateParty
    by: str
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """Other terms, which the employer asked for. Those in force stay so until the bank has agreed to these."""

    amendment_id: str
    asked_at: datetime
    account: MandateAccount
    amount_max_minor: int | None
    ends_on: date | None


@dataclass(frozen=True, kw_only=True)
class Mandate:
    """One employer's mandate and its history. `reference` is the unique mandate reference: it is on the form, in every
    message and in every debit, and an amendment keeps it. `failures` are debits that came back since the last good
    one; `last_debit_on` is that of the last good one."""

    mandate_id: str
    reference: str
    employer_id: str
    account: MandateAccount
    amount_max_minor: int | None
    status: Status
    starts_on: date
    issued_at: datetime
    steps: tuple[MandateStep, ...]
    ends_on: date | None = None
    bank_agreement: BankAgreement | None = None
    signed_form: SignedForm | None = None
    accepted_at: datetime | None = None
    findings: tuple[MandateFinding, ...] = ()
    amendment: Amendment | None = None
    proposal: MandateProposal | None = None
    suspended_by: MandateParty | None = None
    failures: int = 0
    last_debit_on: date | None = None
    request: BankRequest | None = None
    deadline_at: datetime | None = None
    """When something ends by itself: the time for the bank's answer, the form, the mandate."""
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    """Whether its job is kept with it."""
    traceparent: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        if not 0 < len(self.reference) <= REFERENCE_CHARACTERS_MAX:
            raise ValueError("a mandate has a reference, of 35 characters at most")
        if self.amount_max_minor is not None and not 0 < self.amount_max_minor <= AMOUNT_MINOR_MAX:
            raise ValueError("a limit is an amount above nothing")
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("a mandate does not end before it starts")
        if self.status in ACCEPTED and (self.bank_agreement is None or self.accepted_at is None):
            raise ValueError("a mandate is in force once its bank agreed and the fund accepted it, and not before")
        if self.amendment is not None and self.status not in ACCEPTED:
            raise ValueError("only a mandate in force is amended")
        if (self.suspended_by is not None) != (self.status is Status.SUSPENDED):
            raise ValueError("a mandate is suspended by somebody, and only then")
        if self.failures < 0 or len(self.findings) > FINDINGS_MAX:
            raise ValueError("failures and findings are few, and none is negative")

    @property
    def is_open(self) -> bool:
        return self.status in OPEN
