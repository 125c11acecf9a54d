"""A register of another administration as cross-checks see it: one question about one person, one closed answer.

How a register of one kind is spoken to stands in `registers/`; which one a fund has is said by its definition.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from shared.funds.fund import Fund
from shared.kernel.errors import Conflict, Invalid


class RegisterTimeout(Conflict):
    """The register did not answer in time, or not at all: the question is asked again, under the same id."""

    code = "register.silent"


class RegisterRefused(Conflict):
    """The register refuses the question: the agreement does not allow it, or the signature is not accepted."""

    code = "register.refused"


class RegisterAnswerMalformed(Invalid):
    """What came back is no answer to the question, or it cannot be proved that the register gave it."""

    code = "register.answer-malformed"


class NumberMissing(Conflict):
    """The fund's own register has not published the number by which other registers know the person."""

    code = "register.number-missing"


@dataclass(frozen=True, kw_only=True)
class RegisterRequest:
    """All that leaves to a register: the person's number, what is asked, and by which law. `question_id` is the same
    over all attempts."""

    question_id: str
    fund_id: str
    national_id: str = field(repr=False)
    asks: str
    law: str


@dataclass(frozen=True, kw_only=True)
class RegisterReply:
    """What the register says, and of which day its records are."""

    value: str = field(repr=False)
    as_of: date


class Register(Protocol):
    """One register. It may be called at any time, again with the same question, and from several processes at once."""

    def ask(self, question: RegisterRequest, *, at: datetime) -> RegisterReply | None:
        """The answer; None where it comes later: then the same question is asked again. Raises `RegisterTimeout`,
        `RegisterRefused`, `RegisterAnswerMalformed`."""

    def exchange(self, *, at: datetime) -> int:
        """What is done once for all questions, such as the files of a night; how many were moved. Called again and
        again, whatever the day; a register that answers at once has nothing to do."""


RegisterOf = Callable[[Fund, str], Register]
"""The register of a fund, by its name there."""
