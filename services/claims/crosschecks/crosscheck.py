"""A cross-check: one question about a person to one register of another administration, for one claim, and everything
that was answered to it. What was answered is stored encrypted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

ANSWERS_MAX = 60
STATEMENT_CHARACTERS_MAX = 1_000
REASON_CHARACTERS_MAX = 500


class Status(StrEnum):
    """Where a cross-check stands. Each has a sentence under `crosscheck.step.<status>`."""

    ASKED = "asked"
    ANSWERED = "answered"
    NOT_ANSWERED = "not-answered"
    """It was asked as often as is foreseen, in vain: an operator has it asked again, or gives it up."""
    GIVEN_UP = "given-up"
    CLOSED = "closed"
    """Nothing depends on the answer any more: it is asked no more."""


MOVES: dict[Status, frozenset[Status]] = {
    Status.ASKED: frozenset({Status.ANSWERED, Status.NOT_ANSWERED, Status.GIVEN_UP, Status.CLOSED}),
    Status.ANSWERED: frozenset({Status.ASKED, Status.CLOSED}),
    Status.NOT_ANSWERED: frozenset({Status.ASKED, Status.ANSWERED, Status.GIVEN_UP, Status.CLOSED}),
    Status.GIVEN_UP: frozenset({Status.ASKED, Status.CLOSED}),
    Status.CLOSED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class RegisterAnswer:
    """What a register answered: a closed value, the day of its own records that it speaks of, and how long it may be
    relied on (the last day is included)."""

    value: str
    as_of: date
    asked_at: datetime
    answered_at: datetime
    good_until: date


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """The person says that the register's answer is wrong, and why, with a paper that shows it."""

    statement: str
    upload_id: str
    at: datetime
    value: str
    """The answer that is disputed."""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What an agent decided about an answer, by a paper: with `value` the same as `of_value` the answer stands.

    It counts for the register's answer from `since_at` on, for as long as the register goes on saying `of_value`;
    `until_at` is when it first said something else.
    """

    of_value: str
    value: str
    upload_id: str
    reason: str
    by: str
    at: datetime
    since_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ReliedOn:
    """The value that a decision was made with."""

    value: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CrossCheck:
    """One question and its history. `purpose` and `law` are those that it was asked with; `values` all that may be
    answered. `question_id` is new with each question: the register knows by it what it has answered before.

    `answers` are the register's, oldest first; none of them is ever changed. `corrections` stand beside them.
    """

    check_id: str
    claim_id: str
    person_ref: str
    claim_type: str
    register: str
    field: str
    values: tuple[str, ...]
    good_days: int
    purpose: Mapping[str, str]
    law: str
    status: Status
    question_id: str
    asked_at: datetime
    answers: tuple[RegisterAnswer, ...] = ()
    dispute: Dispute | None = None
    """Open, until an agent decides it."""
    disputes: tuple[Dispute, ...] = ()
    """Those that were decided."""
    corrections: tuple[Correction, ...] = ()
    relied_on: ReliedOn | None = None
    is_disputed: bool = False
    next_look_at: datetime | None = None
    version: int = 0

    def __post_init__(self) -> None:
        if self.is_disputed is not (self.dispute is not None):
            raise ValueError("a disputed answer has its dispute")

    @property
    def fact_name(self) -> str:
        return f"register.{self.register}.{self.field}"

    @property
    def answer(self) -> RegisterAnswer | None:
        """The register's last answer."""
        return self.answers[-1] if self.answers else None
