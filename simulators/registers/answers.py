"""Twelve invented registers, and what they answer: chosen by the digits of the person's number, so that every path
can be tried by hand.

Of a number the last digit says what happens, the two before it in which register (`00`: in all of them); every other
register answers as usual. A usual answer is the one that lets a needy household have an aid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Field:
    """What a register may be asked: its usual answer, and the other one."""

    usual: str
    other: str


@dataclass(frozen=True)
class Register:
    """A register: its number in paths, its title, and the fields that it answers."""

    number: int
    title: str
    fields: Mapping[str, Field]


REGISTERS: Mapping[str, Register] = {
    "tax": Register(
        1, "Directorate of taxes", {"income-band": Field("none", "above-two"), "is-taxed": Field("no", "yes")}
    ),
    "vehicles": Register(2, "Register of vehicles", {"bought-above-limit": Field("no", "yes")}),
    "land": Register(3, "Land register", {"has-second-home": Field("no", "yes")}),
    "civil-status": Register(4, "Civil status", {"is-alive": Field("yes", "no"), "is-married": Field("no", "yes")}),
    "employment": Register(5, "Employment office", {"is-employed": Field("no", "yes")}),
    "pensions": Register(6, "Public servants' pension fund", {"draws-pension": Field("no", "yes")}),
    "social-security": Register(7, "Private employees' fund", {"is-declared": Field("no", "yes")}),
    "health-insurance": Register(8, "Health insurance", {"has-free-care": Field("yes", "no")}),
    "commerce": Register(9, "Register of commerce", {"runs-business": Field("no", "yes")}),
    "electricity": Register(10, "Electricity company", {"uses-much-power": Field("no", "yes")}),
    "residence": Register(11, "Ministry of the interior", {"lives-in-country": Field("yes", "no")}),
    "disability": Register(12, "Disability commission", {"holds-card": Field("yes", "no")}),
}


class Behaviour(StrEnum):
    """What the last digit of a number stands for, in the order of the digits."""

    USUAL = "usual"
    OTHER = "other"
    UNKNOWN = "unknown"
    SLOW = "slow"
    DOWN = "down"
    MALFORMED = "malformed"
    WRONG_SIGNATURE = "wrong-signature"
    CHANGES = "changes"
    CONTRADICTS = "contradicts"
    LATER = "later"


MEANS: Mapping[Behaviour, str] = {
    Behaviour.USUAL: "the usual answer",
    Behaviour.OTHER: "the other answer",
    Behaviour.UNKNOWN: "the register does not know",
    Behaviour.SLOW: "the first attempt gets no answer in time, the next one does; by file, a night later",
    Behaviour.DOWN: "503; by file, no answer",
    Behaviour.MALFORMED: "something that is no answer",
    Behaviour.WRONG_SIGNATURE: "an answer that somebody else signed; by file, one to another question",
    Behaviour.CHANGES: "the usual answer to the first question, the other one to every later question",
    Behaviour.CONTRADICTS: "the usual and the other answer in turn, question by question",
    Behaviour.LATER: "202 twice, then the usual answer; by file as usual",
}


def behaviour_of(national_id: str, register: str) -> Behaviour:
    """What happens to a question about somebody in a register."""
    digits = "".join(each for each in national_id if each.isascii() and each.isdigit())
    if len(digits) < 3:
        return Behaviour.UNKNOWN
    where, what = int(digits[-3:-1]), int(digits[-1])
    is_here = where in (0, REGISTERS[register].number)
    return list(Behaviour)[what] if is_here else Behaviour.USUAL


def value_of(behaviour: Behaviour, field: Field, *, before: int) -> str:
    """The answer to a question, after so many other questions of the same about the same person."""
    if behaviour is Behaviour.UNKNOWN:
        return "unknown"
    is_other = behaviour is Behaviour.OTHER
    is_other = is_other or (behaviour is Behaviour.CHANGES and before > 0)
    is_other = is_other or (behaviour is Behaviour.CONTRADICTS and before % 2 == 1)
    return field.other if is_other else field.usual
