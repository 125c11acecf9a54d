"""What a question saw and what it found: how much was looked at, and whatever must not be, by its id."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

OFFENDING_MAX = 1_000
"""More are counted, and not named: something is broken altogether."""


@dataclass
class Look:
    """The eyes of one question: it counts what they see and keeps what offends."""

    looked_at: Counter[str] = field(default_factory=Counter)
    offending: list[str] = field(default_factory=list)
    offences: int = 0
    not_asked: str = ""

    def at(self, what: str, number: int = 1) -> None:
        """So many more of these were looked at; naming them with 0 says that there were none."""
        self.looked_at[what] += number

    def offends(self, what: str) -> None:
        """This must not be. Ids and counts only, never a personal value."""
        self.offences += 1
        if len(self.offending) < OFFENDING_MAX:
            self.offending.append(what)

    def cannot(self, why: str) -> None:
        """The question cannot be asked here."""
        self.not_asked = why


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to one question. It holds where nothing offends; one that was not asked says why."""

    name: str
    about: str
    looked_at: Mapping[str, int]
    offending: Sequence[str]
    offences: int
    not_asked: str = ""

    @property
    def holds(self) -> bool:
        return self.offences == 0

    @property
    def sentence(self) -> str:
        """One line for people: `I4   events acted on twice: none of 1,204 effects`."""
        begin = f"{self.name:<4} {self.about}"
        if self.not_asked:
            return f"{begin}: not asked, {self.not_asked}"
        of = ", ".join(f"{number:,} {what}" for what, number in self.looked_at.items()) or "nothing, there is none"
        return f"{begin}: {'none' if self.holds else f'{self.offences:,}'} of {of}"


def answer(name: str, about: str, look: Look) -> Answer:
    """What a look came to."""
    return Answer(
        name=name,
        about=about,
        looked_at=dict(look.looked_at),
        offending=tuple(look.offending),
        offences=look.offences,
        not_asked=look.not_asked,
    )
