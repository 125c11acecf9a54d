"""A death, as the fund's register has it: the day, who said so, and whether it was taken back."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

DEATH_STEPS_MAX = 50
PAPER_LENGTH_MAX = 80
REASON_LENGTH_MAX = 400


class DeathSource(StrEnum):
    """Who reported it to the fund. Each has a sentence under `death.source.<source>`."""

    REGISTER = "register"
    """A line of the register that was imported."""
    AGENT = "agent"
    """An agent who was shown a paper."""


@dataclass(frozen=True, kw_only=True)
class DeathStep:
    """What was said, and when: a day, or (None) that the person lives. `paper` is the reference of what proves it,
    `reason` why it was taken back."""

    died_on: date | None
    source: DeathSource
    at: datetime
    by: str
    paper: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class DeathFacts:
    """What is personal of a death. `registered_on` is what the last import of the register said: a line that only says
    it again changes nothing that an agent has put right since."""

    died_on: date | None
    registered_on: date | None
    steps: tuple[DeathStep, ...]


@dataclass(frozen=True, kw_only=True)
class Death:
    """What the register knows of a person's death. `revision` counts what was said: of two events the one with the
    greater number holds."""

    person_ref: str
    revision: int
    facts: DeathFacts
    version: int = 0

    @property
    def died_on(self) -> date | None:
        """The day; None where the death was taken back."""
        return self.facts.died_on
