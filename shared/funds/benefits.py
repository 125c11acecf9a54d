"""What insured persons may ask a fund for: claim types with their papers, prices, delays and appeals, all dated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from shared.funds import facts
from shared.funds.calendar import DayCount, WhenClosed, check_delay
from shared.funds.conditions import FIT, Condition
from shared.funds.effects import PAY_ONCE, Effect
from shared.funds.formula import STEPS_MAX, Step
from shared.funds.law import Law, check_no_overlap, find_in_force
from shared.funds.papers import CertificateWording
from shared.funds.procedure import USUAL, Procedure
from shared.funds.registers import REGISTER_QUESTIONS_MAX, RegisterQuestion
from shared.funds.texts import Texts
from shared.kernel.money import Money

QUESTIONS_MAX = 40


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """Whether a claim needs a paper, or may have it; where `when` is said, only where that holds."""

    is_required: bool
    law: Law
    when: Condition | None = None


@dataclass(frozen=True, kw_only=True)
class SupportingPaper:
    """A paper that a claim needs, or may have, while one of its requirements is in force."""

    names: Texts
    requirements: tuple[Requirement, ...]

    def __post_init__(self) -> None:
        check_no_overlap(self.requirements, of="requirements")


@dataclass(frozen=True, kw_only=True)
class Percent:
    """A dated percentage."""

    percent: Decimal
    law: Law


@dataclass(frozen=True, kw_only=True)
class Price:
    """A dated price."""

    price: Money
    law: Law


@dataclass(frozen=True, kw_only=True)
class Act:
    """An act of care and the prices that the fund reimburses by, each for its time."""

    names: Texts
    prices: tuple[Price, ...]

    def __post_init__(self) -> None:
        check_no_overlap(self.prices, of="prices")


@dataclass(frozen=True, kw_only=True)
class Delays:
    """The usual delay of each step of a claim, in days, as people are told it."""

    completeness: int
    decision: int
    payment: int
    law: Law
    counted_in: DayCount = DayCount.CALENDAR_DAYS
    when_closed: WhenClosed = WhenClosed.STAYS
    """What happens to a last day on a weekend or a holiday."""

    def __post_init__(self) -> None:
        check_delay(self, self.completeness, self.decision, self.payment)


@dataclass(frozen=True, kw_only=True)
class FilingTerm:
    """How long after the care the claim may be filed; the day of care itself is not counted."""

    days_max: int
    law: Law
    counted_in: DayCount = DayCount.CALENDAR_DAYS
    when_closed: WhenClosed = WhenClosed.STAYS
    """What happens to a last day on a weekend or a holiday."""

    def __post_init__(self) -> None:
        check_delay(self, self.days_max)


@dataclass(frozen=True, kw_only=True)
class Appeal:
    """Before whom a decision may be contested, and within how many days; the day of the decision is not counted."""

    body: Texts
    days: int
    law: Law
    of_amounts: bool = False
    """Whether also the amount of what was granted whole may be contested, where it is paid once."""
    may_lower: bool = False
    """Whether the new review may come to less than the first decision; what was paid too much is then to be
    recovered."""
    counted_in: DayCount = DayCount.CALENDAR_DAYS
    when_closed: WhenClosed = WhenClosed.STAYS
    """What happens to a last day on a weekend or a holiday."""

    def __post_init__(self) -> None:
        check_delay(self, self.days)


class Filer(StrEnum):
    """Who may file a claim."""

    INSURED_PERSON = "insured-person"
    SURVIVOR = "survivor"
    """Of an insured person who died, whom the claim names."""


class Family(StrEnum):
    """What kind of benefit a claim type is: what is asked for it, and what follows."""

    REIMBURSEMENT = "reimbursement"
    """Of care that was paid: acts on a day of care, priced line by line."""
    COVERAGE = "coverage"
    ALLOWANCE = "allowance"
    PENSION = "pension"
    GRANT = "grant"
    REQUEST = "request"


class DecidedBy(StrEnum):
    """Who decides a claim."""

    RULES = "rules"
    """The conditions and the formula, where every fact is known."""
    AGENT = "agent"
    MEDICAL = "medical"
    """Medical control."""


class QuestionKind(StrEnum):
    """What kind of answer a question wants."""

    YES_NO = "yes-no"
    DATE = "date"
    AMOUNT = "amount"
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    DEPENDANT = "dependant"
    """One of the person's dependants, as the register has them."""
    DECEASED = "deceased"
    """The insurance number of somebody who died and to whose family the claim belongs: their facts are those that begin
    with `deceased.`."""


ANSWERED: Mapping[QuestionKind, facts.FactKind] = {
    QuestionKind.YES_NO: facts.FactKind.YES_NO,
    QuestionKind.DATE: facts.FactKind.DAY,
    QuestionKind.AMOUNT: facts.FactKind.AMOUNT,
    QuestionKind.NUMBER: facts.FactKind.NUMBER,
    QuestionKind.CHOICE: facts.FactKind.TEXT,
    QuestionKind.TEXT: facts.FactKind.TEXT,
    QuestionKind.DEPENDANT: facts.FactKind.TEXT,
    QuestionKind.DECEASED: facts.FactKind.TEXT,
}
"""What an answer is, by the kind of its question."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question that a person answers when filing. The answer is the fact `answer.<code>`.

    It is asked where `when` holds; it may look at earlier answers. `at_least` and `at_most` bound a number.
    """

    code: str
    kind: QuestionKind
    asks: Texts
    help: Texts | None = None
    choices: Mapping[str, Texts] | None = None
    when: Condition | None = None
    is_required: bool = True
    at_least: int | None = None
    at_most: int | None = None

    def __post_init__(self) -> None:
        if (self.kind is QuestionKind.CHOICE) is not bool(self.choices):
            raise ValueError(f"{self.code}: choices are for a question of the kind choice, and for no other")
        if self.kind is not QuestionKind.NUMBER and (self.at_least, self.at_most) != (None, None):
            raise ValueError(f"{self.code}: at_least and at_most bound a number")


@dataclass(frozen=True, kw_only=True)
class Eligibility:
    """A condition that must hold for the benefit to be granted, and what the person is told where it does not."""

    code: str
    holds: Condition
    sentence: Texts
    law: Law


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """What the fund pays at most for a person's care of one calendar year, all claims of the type together. What
    a cover bears is paid beside it.

    `amounts` are those for the insured person alone, with one dependant, with two …; the last also for more, and where
    it is not known how many there are.
    """

    amounts: tuple[Money, ...]
    law: Law

    def __post_init__(self) -> None:
        if not self.amounts:
            raise ValueError("has no amounts")

    def amount_for(self, dependants: int) -> Money:
        return self.amounts[min(dependants, len(self.amounts) - 1)]


@dataclass(frozen=True, kw_only=True)
class Frequency:
    """How often an act is paid for at most, within so many days up to the day of care; that of any act where none is
    named."""

    count_max: int
    within_days: int
    law: Law
    act: str | None = None


OF_CARE = ("acts", "reimbursement", "filing_terms", "ceilings", "frequencies")
"""What is read of care alone, which is priced line by line."""
OF_FACTS = ("conditions", "formula")
"""What is read of all that is decided from facts, and so of everything but care."""


@dataclass(frozen=True, kw_only=True)
class ClaimType:
    """A benefit that an insured person may ask for. All of its values are dated: read them with `in_force`.

    `acts`, `reimbursement`, `filing_terms`, `ceilings` and `frequencies` are for care; `conditions` and `formula` for
    what is decided from facts. Either refuses what is for the other: nothing would read it there.
    """

    names: Texts
    usual_days: tuple[Delays, ...]
    appeals: tuple[Appeal, ...]
    papers: Mapping[str, SupportingPaper] = field(default_factory=dict)
    reimbursement: tuple[Percent, ...] = ()
    acts: Mapping[str, Act] = field(default_factory=dict)
    filing_terms: tuple[FilingTerm, ...] = ()
    filed_by: tuple[Filer, ...] = (Filer.INSURED_PERSON,)
    family: Family = Family.REIMBURSEMENT
    decided_by: DecidedBy = DecidedBy.AGENT
    questions: tuple[Question, ...] = ()
    conditions: tuple[Eligibility, ...] = ()
    formula: tuple[Step, ...] = ()
    effect: Effect = PAY_ONCE
    ceilings: tuple[Ceiling, ...] = ()
    frequencies: tuple[Frequency, ...] = ()
    procedure: Procedure = USUAL
    registers: tuple[RegisterQuestion, ...] = ()
    """What is asked of the registers of other administrations when a claim is filed."""
    certificate: CertificateWording | None = None
    """Title and statement of the certificate of its award; those of the paper type where the benefit says none."""

    def __post_init__(self) -> None:
        if self.certificate is not None and not self.effect.opens_award:
            raise ValueError("a certificate is of a cover or of a payment of every period, and this opens neither")
        for name in ("usual_days", "reimbursement", "filing_terms", "appeals", "ceilings"):
            check_no_overlap(getattr(self, name), of=name)
        if self.is_for_care and not (self.acts and self.reimbursement and self.filing_terms):
            raise ValueError("a reimbursement says its acts, reimbursement and filing_terms")
        unread = [name for name in (OF_FACTS if self.is_for_care else OF_CARE) if getattr(self, name)]
        if unread:
            raise ValueError(f"a benefit of the family {self.family} has no {', '.join(unread)}: nothing reads them")
        if len(self.questions) > QUESTIONS_MAX or len(self.formula) > STEPS_MAX:
            raise ValueError(f"has at most {QUESTIONS_MAX} questions and {STEPS_MAX} steps")
        if sum(each.kind is QuestionKind.DECEASED for each in self.questions) > 1:
            raise ValueError("asks for one deceased person at most")
        for coded in (self.questions, self.formula, self.conditions):
            if wrong := sorted(each.code for each in coded if not facts.is_a_code(each.code)):
                raise ValueError(f"{', '.join(wrong)} is no code: small letters and digits, joined by hyphens")
        for coded in (self.questions, self.formula):
            codes = [each.code for each in coded]
            if twice := sorted({code for code in codes if codes.count(code) > 1}):
                raise ValueError(f"{', '.join(twice)} is said twice")
        for code in {each.code for each in self.conditions}:
            check_no_overlap([each for each in self.conditions if each.code == code], of=f"conditions: {code}")
        if len(self.registers) > REGISTER_QUESTIONS_MAX:
            raise ValueError(f"has at most {REGISTER_QUESTIONS_MAX} questions to registers")
        for name in {each.fact_name for each in self.registers}:
            check_no_overlap([each for each in self.registers if each.fact_name == name])
        self._check_facts()
        unpriced = {each.act for each in self.frequencies if each.act} - set(self.acts)
        if unpriced:
            raise ValueError(f"there is no act {', '.join(sorted(unpriced))}")

    def _check_facts(self) -> None:
        """Every fact that is named is one, is known by then (an answer of an earlier question, an earlier step), and is
        of a kind that its tests can hold of."""
        asked: set[str] = set()
        for question in self.questions:
            self._check_condition(f"questions: {question.code}: when", question.when, asked=asked, computed=set())
            asked.add(question.code)
        for to_register in self.registers:
            place = f"registers: {to_register.fact_name}: when"
            self._check_condition(place, to_register.when, asked=asked, computed=set())
        computed: set[str] = set()
        for step in self.formula:
            self._check_known(f"formula: {step.code}", step.fact_names(), asked=asked, computed=computed)
            self._check_condition(f"formula: {step.code}: when", step.when, asked=asked, computed=computed)
            computed.add(step.code)
        for eligibility in self.conditions:
            place = f"conditions: {eligibility.code}: holds"
            self._check_condition(place, eligibility.holds, asked=asked, computed=computed)
        until = self.effect.payment.until if self.effect.payment else None
        self._check_condition("effect: payment: until", until, asked=asked, computed=computed)
        for code, paper in self.papers.items():
            for requirement in paper.requirements:
                self._check_condition(f"papers: {code}: when", requirement.when, asked=asked, computed=set())

    def _check_condition(self, place: str, condition: Condition | None, *, asked: set[str], computed: set[str]) -> None:
        if condition is None:
            return
        self._check_known(place, condition.fact_names(), asked=asked, computed=computed)
        for each in condition.of_facts():
            name = each.fact or ""
            kind = self._kind_of(name)
            for test in each.tests:
                if kind is not None and kind not in FIT.get(test, frozenset(facts.FactKind)):
                    raise ValueError(f"{place}: {name} is {kind}, of which {test} never holds")
            asked_of = self._asked_of(name)
            compared = {*(each.one_of or ()), *({each.equals} if each.equals is not None else ())}
            if asked_of and asked_of.choices and (unknown := sorted(compared - asked_of.choices.keys())):
                raise ValueError(f"{place}: {name} has no choice {', '.join(unknown)}")

    def _asked_of(self, name: str) -> Question | RegisterQuestion | None:
        """The question, of the person or of a register, that a fact is the answer of."""
        answer = facts.ANSWER.read(name) or facts.ANSWER_DAYS_AGO.read(name)
        own = (each for each in self.questions if answer and each.code == answer["code"])
        return next(own, None) or next((each for each in self.registers if each.fact_name == name), None)

    def _kind_of(self, name: str) -> facts.FactKind | None:
        asked = self._asked_of(name) if facts.kind_of(name) is None else None
        if isinstance(asked, Question):
            return ANSWERED[asked.kind]
        if asked is not None:
            return facts.FactKind.TEXT if asked.choices else facts.FactKind.YES_NO
        return facts.kind_of(name)

    def _check_known(self, place: str, names: Iterable[str], *, asked: set[str], computed: set[str]) -> None:
        for name in names:
            answer = facts.ANSWER.read(name) or facts.ANSWER_DAYS_AGO.read(name)
            step = facts.FORMULA.read(name)
            if not facts.is_a_fact(name):
                raise ValueError(f"{place}: there is no fact {name}")
            if answer is not None and answer["code"] not in asked:
                raise ValueError(f"{place}: {name}: no question of that code is asked before")
            of = self._asked_of(name) if facts.ANSWER_DAYS_AGO.read(name) else None
            if isinstance(of, Question) and of.kind is not QuestionKind.DATE:
                raise ValueError(f"{place}: {name}: the answer is no day")
            if wrong := facts.impossible(name):
                raise ValueError(f"{place}: {name}: {wrong}")
            if facts.REGISTER.read(name) and name not in {each.fact_name for each in self.registers}:
                raise ValueError(f"{place}: {name}: no register is asked that")
            is_of_deceased = facts.DECEASED.read(name) or facts.EARLIER_SURVIVORS.read(name)
            if is_of_deceased and self.deceased_question is None:
                raise ValueError(f"{place}: {name}: no question asks who died")
            if step is not None and step["code"] not in computed:
                raise ValueError(f"{place}: {name}: no step of that code is computed before")

    @property
    def is_for_care(self) -> bool:
        """Whether a claim of it says a day of care and what was done then."""
        return self.family is Family.REIMBURSEMENT

    @property
    def deceased_question(self) -> str | None:
        """The code of the question that asks whose survivor files it; None where it is of the person alone."""
        return next((each.code for each in self.questions if each.kind is QuestionKind.DECEASED), None)

    def fact_names(self) -> frozenset[str]:
        """The facts that it is decided from; steps of its own formula left out."""
        named = {name for question in self.questions if question.when for name in question.when.fact_names()}
        named |= {name for step in self.formula for name in step.fact_names()}
        named |= {name for each in self.conditions for name in each.holds.fact_names()}
        named |= {name for each in self.registers if each.when for name in each.when.fact_names()}
        if self.effect.payment is not None and self.effect.payment.until is not None:
            named |= set(self.effect.payment.until.fact_names())
        requirements = (each for paper in self.papers.values() for each in paper.requirements)
        named |= {name for each in requirements if each.when for name in each.when.fact_names()}
        return frozenset(name for name in named if facts.FORMULA.read(name) is None)

    @cached_property
    def origins(self) -> frozenset[facts.FactOrigin]:
        """From where changes come of the person's own facts that it is decided from."""
        return facts.origins_of(name for name in self.fact_names() if facts.DECEASED.read(name) is None)

    @cached_property
    def origins_of_deceased(self) -> frozenset[facts.FactOrigin]:
        """The same, of the facts of somebody who died."""
        return facts.origins_of(name for name in self.fact_names() if facts.DECEASED.read(name) is not None)

    def requirements_on(self, day: date) -> dict[str, Requirement]:
        """The papers that a claim filed on that day may have, by kind."""
        found = {kind: find_in_force(paper.requirements, on=day) for kind, paper in self.papers.items()}
        return {kind: requirement for kind, requirement in found.items() if requirement is not None}

    def price_on(self, act: str, *, day: date) -> Price | None:
        """The price of an act on the day of care; None where the fund does not pay for it."""
        return find_in_force(self.acts[act].prices, on=day) if act in self.acts else None
