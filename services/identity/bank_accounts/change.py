"""A change of the account that a person's benefits are paid to, asked for by the person: where it stands, until when it
waits."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ENDING_LENGTH = 4
"""So much of an account is shown: its owner knows it again, nobody pays by it."""


class Status(StrEnum):
    """`asked` waits for an agent, `agreed` for its time. `overtaken`: until then the register came to say another
    account than it did when this one was asked for, or that the person died."""

    ASKED = "asked"
    AGREED = "agreed"
    IN_FORCE = "in-force"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    OVERTAKEN = "overtaken"


OPEN = (Status.ASKED, Status.AGREED)
MOVES: dict[Status, frozenset[Status]] = {
    Status.ASKED: frozenset({Status.AGREED, Status.WITHDRAWN, Status.REFUSED, Status.OVERTAKEN}),
    Status.AGREED: frozenset({Status.IN_FORCE, Status.WITHDRAWN, Status.REFUSED, Status.OVERTAKEN}),
    Status.IN_FORCE: frozenset(),
    Status.WITHDRAWN: frozenset(),
    Status.REFUSED: frozenset(),
    Status.OVERTAKEN: frozenset(),
}


class ChangeRefusal(StrEnum):
    """Why an agent refuses a change; each has a sentence under `bank-account.refused-for.<reason>`."""

    HOLDER_DIFFERS = "holder-differs"
    NOT_ASKED_BY_PERSON = "not-asked-by-person"
    PROOF_LACKING = "proof-lacking"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class BankAccountChange:
    """Both accounts are stored encrypted; `former` is the one that was in force when the change was asked for, None
    where there was none. `effective_at` is the earliest time at which it may come into force."""

    change_id: str
    reference: str
    person_ref: str
    account: str
    former: str | None
    status: Status
    asked_at: datetime
    effective_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    refused_for: ChangeRefusal | None = None
    ended_at: datetime | None = None
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    proof_upload_id: str = ""
    """The bank's statement of the account, among the person's uploads at documents; empty where none was sent."""
    version: int = 0

    def __post_init__(self) -> None:
        if (self.status is Status.REFUSED) != (self.refused_for is not None):
            raise ValueError("what is refused has a reason, and nothing else has")
        if self.is_open == (self.ended_at is not None):
            raise ValueError("what is over has a time, and what is open has none")

    @property
    def is_open(self) -> bool:
        return self.status in OPEN
