"""What a benefit asks the registers of other administrations about a person, and by which law it may."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.funds import facts
from shared.funds.conditions import Condition
from shared.funds.faults import refuse
from shared.funds.law import Law
from shared.funds.texts import Texts

REGISTER_QUESTIONS_MAX = 20
CHOICES_MAX = 20
GOOD_DAYS_MAX = 1_830

YES, NO, UNKNOWN = "yes", "no", "unknown"
"""What a register may answer to a question without `choices`. Every register may answer that it does not know."""


@dataclass(frozen=True, kw_only=True)
class RegisterQuestion:
    """One question to one register about the person who files a claim. Its answer is the fact
    `register.<register>.<field>`: yes or no, or, with `choices`, the code of one of these (a band of an amount, say).

    The least that decides: whether a limit is kept is asked, and not how much it is.
    """

    register: str
    """The register, by its name in the fund's `bindings`."""
    field: str
    """What is asked, by the code under which the register's agreement allows it (`may_ask` of the binding)."""
    asks: Texts
    """The question, as the person reads it."""
    purpose: Texts
    """What the answer is used for, as the person reads it; it goes with the question."""
    law: Law
    """The text that allows the question."""
    good_days: int
    """For how many days an answer may be relied on; after them it is asked again before anything is paid."""
    choices: Mapping[str, Texts] | None = None
    """The closed values that the register may answer with, where yes and no are not enough."""
    when: Condition | None = None
    """Only where this holds is it asked; it looks at answers and at facts that the fund has."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        for code in (self.register, self.field, *(self.choices or ())):
            if not facts.is_a_code(code):
                yield f"{code} is no code: small letters and digits, joined by hyphens"
        if not 1 <= self.good_days <= GOOD_DAYS_MAX:
            yield f"good_days is from 1 to {GOOD_DAYS_MAX}"
        if self.choices is not None and not 2 <= len(self.choices) <= CHOICES_MAX:
            yield f"choices are 2 to {CHOICES_MAX}"
        if self.choices is not None and {YES, NO, UNKNOWN} & set(self.choices):
            yield "yes, no and unknown are no choices: every register may answer unknown"
        if any(facts.REGISTER.read(name) for name in (self.when.fact_names() if self.when else ())):
            yield "when looks at what a register answers: questions are asked all at once"

    @property
    def fact_name(self) -> str:
        """The fact that its answer is."""
        return f"register.{self.register}.{self.field}"

    @property
    def values(self) -> tuple[str, ...]:
        """Everything that the register may answer."""
        return (*(self.choices or (YES, NO)), UNKNOWN)
