"""What an employer asked the fund for: to pay later, or to be spared penalties, under a measure of its definition."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

STEPS_MAX = 10
REASON_CHARACTERS_MAX = 500


class RequestStatus(StrEnum):
    """Where a request stands. `asked`: an agent decides. `undone`: the measure was withdrawn after it was granted."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    UNDONE = "undone"


MOVES: dict[RequestStatus, frozenset[RequestStatus]] = {
    RequestStatus.ASKED: frozenset({RequestStatus.GRANTED, RequestStatus.REFUSED}),
    RequestStatus.GRANTED: frozenset({RequestStatus.UNDONE}),
    # It may ask again while the measure is open.
    RequestStatus.REFUSED: frozenset({RequestStatus.ASKED, RequestStatus.GRANTED}),
    RequestStatus.UNDONE: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class RequestStep:
    """One thing that happened, by whom; `reason` is what an agent tells the employer."""

    status: RequestStatus
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class MeasureRequest:
    """The request of one employer for one measure: there is one, however often it is asked for. `is_declared` is its
    word that it fulfils the conditions."""

    request_id: str
    employer_id: str
    measure: str
    is_declared: bool
    status: RequestStatus
    steps: tuple[RequestStep, ...]
    version: int = 0

    def __post_init__(self) -> None:
        if not 0 < len(self.steps) <= STEPS_MAX or self.steps[-1].status is not self.status:
            raise ValueError("a request stands where its last step left it")

    @property
    def asked_at(self) -> datetime:
        """When it was asked for first."""
        return self.steps[0].at

    @property
    def reason(self) -> str:
        """What the employer was told last."""
        return self.steps[-1].reason
