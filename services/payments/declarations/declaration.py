"""A declaration of wages: an employer's files for one period, the receipts that the fund gave, and where it stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from services.payments.contributions.contribution import Assessment
from services.payments.declarations.reconciling import Reconciliation
from services.payments.declarations.wages import WageLine

FILES_MAX = 2


class Status(StrEnum):
    """Where a declaration stands.

    `technically-refused`: the files cannot be read as what they should be, and never will be. `refused`: they can, but
    what they say does not hold with each other, with the register or with the calendar. `to-confirm`: it may be
    accepted once the employer has confirmed what was found, since it touches somebody's rights; `withdrawn`: the
    employer took it back instead, or did not answer in time. `held`: the check itself never came to its end, a fault of
    ours that somebody has to look at.
    """

    RECEIVED = "received"
    HELD = "held"
    TECHNICALLY_REFUSED = "technically-refused"
    REFUSED = "refused"
    TO_CONFIRM = "to-confirm"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"
    REPLACED = "replaced"


class Intake(StrEnum):
    """How a declaration came: by the files of a payroll program, typed line by line, or as the statement that there is
    nothing to declare, which has no file."""

    FILES = "files"
    TYPED = "typed"
    NOTHING = "nothing"


MOVES: dict[Status, frozenset[Status]] = {
    Status.RECEIVED: frozenset(
        {Status.HELD, Status.TECHNICALLY_REFUSED, Status.REFUSED, Status.TO_CONFIRM, Status.ACCEPTED}
    ),
    # Confirmed, it is checked once more: what is in force, or in the register, may be another thing by then.
    Status.TO_CONFIRM: frozenset({Status.RECEIVED, Status.WITHDRAWN}),
    Status.WITHDRAWN: frozenset({Status.RECEIVED}),
    Status.HELD: frozenset({Status.RECEIVED}),
    # The same files may hold tomorrow: the register learns of an employer, a period comes to its end.
    Status.REFUSED: frozenset({Status.RECEIVED}),
    Status.ACCEPTED: frozenset({Status.REPLACED}),
    Status.TECHNICALLY_REFUSED: frozenset(),
    Status.REPLACED: frozenset(),
}

BOOKED = frozenset({Status.ACCEPTED, Status.REPLACED})
"""Its wages were taken as fact, now or once."""


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file as the employer sent it; its bytes are stored encrypted under their hash (hex) and size. `archive` is the
    name of the .zip file that it came in, empty where it came by itself."""

    name: str
    sha256: str
    size: int
    archive: str = ""


@dataclass(frozen=True, kw_only=True)
class ReceivedReceipt:
    """The fund has the files."""

    kind: ClassVar[str] = "received"
    at: datetime
    files: tuple[StoredFile, ...]
    is_passed: bool = True


@dataclass(frozen=True, kw_only=True)
class TechnicalReceipt:
    """Whether the files can be read, and how much was found in all; `unlisted` findings are counted only."""

    kind: ClassVar[str] = "technical"
    at: datetime
    is_passed: bool
    layout: str | None
    encoding: str | None
    lines: int
    errors: int
    warnings: int
    unlisted: int
    confirms: int = 0


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """That the employer has seen what was found and stands by it. `findings` is the fingerprint of what they saw: where
    a later check finds something else, it is asked again."""

    at: datetime
    by: str
    findings: str


@dataclass(frozen=True, kw_only=True)
class Booked:
    """What became fact: the workers, their wages in minor units, what is due on them."""

    workers: int
    wages_minor: int
    assessment: Assessment
    is_late: bool
    """Received after the last day on which it was in time. The day of receipt counts, not that of the check."""
    unregistered: int = 0
    """How many of the workers have no insurance number yet: what is due on their wages is due, and nothing else knows
    them before a declaration names their number."""
    period_workers: int = 0
    """How many workers the period has in force with those declared beside it; 0 where nothing is beside it."""


@dataclass(frozen=True, kw_only=True)
class BusinessReceipt:
    """Whether the declaration was booked; a refused one was not."""

    kind: ClassVar[str] = "business"
    at: datetime
    booked: Booked | None = None

    @property
    def is_passed(self) -> bool:
        return self.booked is not None


Receipt = ReceivedReceipt | TechnicalReceipt | BusinessReceipt


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One filing and what became of it. Amounts are minor units of the fund's currency.

    `content` is the fingerprint of the files' bytes: the same ones for the same employer, form and period are the same
    declaration for as long as it was not replaced. `establishment` is the code of the employer's place of work that the
    lines name, known once they are read and empty in layouts without one. The control totals are what the employer
    typed beside the files, if anything. `revision` counts those of the establishment and period that were accepted,
    from 1; it is 0 before that. What is to be confirmed is withdrawn at `confirm_by_at`,
    and its employer is reminded at `remind_at`, None once that is done; `next_check_at` is what
    releases without the due queue wrote instead, also of what they were to check. `to_confirm` is the fingerprint of
    the findings that the employer is asked to confirm. `to_replace` is the declaration in force that one of nothing
    says it takes the place of, where it does. `is_complement` says that it is added to the declaration in force, and
    `complement` which of those it is, from 1: as the employer said it, or once it was accepted. `findings_pages` and
    `wage_pages` are kept beside it;
    `told_pages` of wages, of `told_persons`, went out: with those whom the declaration before named and this one not.
    """

    declaration_id: str
    employer_id: str
    form: str
    period: str
    content: str
    files: tuple[StoredFile, ...]
    status: Status
    received_at: datetime
    control_workers: int | None = None
    control_wages_minor: int | None = None
    pay_by_debit: bool = False
    """Whether the employer wants what it makes due debited, once it is accepted."""
    traceparent: str = ""
    next_check_at: datetime | None = None
    confirm_by_at: datetime | None = None
    remind_at: datetime | None = None
    technical: TechnicalReceipt | None = None
    business: BusinessReceipt | None = None
    findings_pages: int = 0
    wage_pages: int = 0
    told_pages: int = 0
    told_persons: int = 0
    revision: int = 0
    replaces: str | None = None
    replaced_by: str | None = None
    establishment: str = ""
    to_confirm: str = ""
    confirmation: Confirmation | None = None
    intake: Intake = Intake.FILES
    to_replace: str = ""
    is_complement: bool = False
    complement: int = 0
    reconciliation: Reconciliation | None = None
    """How one of a year compares to the slips of the year, as the last check found it; None where there are none."""
    version: int = 0

    def __post_init__(self) -> None:
        if self.intake is Intake.NOTHING:
            if self.files:
                raise ValueError("who has nothing to declare sends no file")
        elif not 1 <= len(self.files) <= FILES_MAX:
            raise ValueError(f"a declaration has 1 to {FILES_MAX} files")
        if (self.status in BOOKED) != bool(self.revision):
            raise ValueError("a declaration has a revision once it was accepted, and only then")

    @property
    def booked(self) -> Booked | None:
        return self.business.booked if self.business else None

    @property
    def confirm_until(self) -> datetime | None:
        """Until when what was found can be confirmed."""
        return self.confirm_by_at or self.next_check_at if self.status is Status.TO_CONFIRM else None

    @property
    def other_establishment(self) -> str | None:
        """The establishment where it is not the employer's main one: by which others distinguish its declarations."""
        return self.establishment if is_other(self.establishment) else None

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """The receipts given so far, in their order."""
        received = ReceivedReceipt(at=self.received_at, files=self.files)
        # Where nothing was sent to be read, nothing is said of how it could be read.
        technical = None if self.intake is Intake.NOTHING else self.technical
        return tuple(receipt for receipt in (received, technical, self.business) if receipt is not None)


def is_other(establishment: str) -> bool:
    """Whether the code names another place of work than the employer's main one, which is all zeros or not named."""
    return bool(establishment.strip("0"))


def is_one_establishment(one: str, other: str) -> bool:
    """Whether two codes name one place of work; the main one may be all zeros, or not named."""
    return one == other or not (is_other(one) or is_other(other))


@dataclass(frozen=True, kw_only=True)
class CurrentDeclaration:
    """Which declaration of a form and period is in force for an establishment of an employer, and which were added to
    it, in the order of their numbers: where two that are accepted at once must meet."""

    slot: str
    declaration_id: str
    revision: int
    complements: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class WagePage:
    """Some hundreds of a declaration's workers. They are civil data and are stored encrypted."""

    page_id: str
    declaration_id: str
    lines: tuple[WageLine, ...]
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class CardPage:
    """What identity published of the cards of one page of wages. Kept by page, so that a page counts once.

    Of the workers named on it, `not_open` have no open right; of the others, the cards of `refreshed` are good for
    longer now, those of `already_good` were before, and `unknown` hold none.
    """

    page_id: str
    declaration_id: str
    refreshed: int
    unknown: int
    already_good: int = 0
    not_open: int = 0
    version: int = 0
