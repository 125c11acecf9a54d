"""What insured persons may ask a fund for: claim types with their papers, prices, delays and appeals, all dated."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from shared.funds import facts
from shared.funds.calendar import DayCount, WhenClosed, check_delay
from shared.funds.conditions import FIT, Condition
from shared.funds.effects import PAY_ONCE, Effect
from shared.funds.faults import refuse
from shared.funds.formula import STEPS_MAX, Step
from shared.funds.law import Law, check_no_overlap, find_in_force, overlaps
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

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise ValueError("percent is from 0 to 100")


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
        if not self.prices:
            raise ValueError("prices is empty: the act would never be paid for")
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
        if self.days == 0:
            raise ValueError("days is 0: nobody could contest anything")
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
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if (self.kind is QuestionKind.CHOICE) is not bool(self.choices):
            yield f"{self.code}: choices are for a question of the kind choice, and for no other"
        if self.kind is not QuestionKind.NUMBER and (self.at_least, self.at_most) != (None, None):
            yield f"{self.code}: at_least and at_most bound a number"


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

    def __post_init__(self) -> None:
        if not self.count_max or not self.within_days:
            raise ValueError(
                "count_max and within_days are above 0: an act that is never paid for is no act of the page"
            )


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
        refuse(self.faults())

    def faults(self, unread: Collection[str] = ()) -> Iterator[str]:
        """What does not fit together on the page; what names a part that could not be read is taken to fit."""
        if self.certificate is not None and not self.effect.opens_award and "effect" not in unread:
            yield "a certificate is of a cover or of a payment of every period, and this opens neither"
        if not self.usual_days and "usual_days" not in unread:
            yield "usual_days is empty: people are told when to expect an answer"
        for name in ("usual_days", "reimbursement", "filing_terms", "appeals", "ceilings"):
            yield from overlaps(getattr(self, name), of=name)
        if "family" not in unread:
            yield from self._family_faults(unread)
        yield from self._code_faults()
        if "acts" not in unread:
            unpriced = {each.act for each in self.frequencies if each.act} - set(self.acts)
            if unpriced and self.is_for_care:
                yield f"frequencies: there is no act {', '.join(sorted(unpriced))}"
        if len(self.registers) > REGISTER_QUESTIONS_MAX:
            yield f"has at most {REGISTER_QUESTIONS_MAX} questions to registers"
        for name in sorted({each.fact_name for each in self.registers}):
            yield from overlaps([each for each in self.registers if each.fact_name == name], of=f"registers: {name}")
        yield from self._fact_faults(unread)

    def _family_faults(self, unread: Collection[str]) -> Iterator[str]:
        """What the family needs, and what no rule of it would read."""
        needed = ("acts", "reimbursement", "filing_terms")
        if self.is_for_care and not all(getattr(self, name) or name in unread for name in needed):
            yield "a reimbursement says its acts, reimbursement and filing_terms"
        others = OF_FACTS if self.is_for_care else OF_CARE
        if needless := [name for name in others if getattr(self, name) or name in unread]:
            yield f"a benefit of the family {self.family} has no {', '.join(needless)}: nothing reads them"

    def _code_faults(self) -> Iterator[str]:
        """Questions, steps and conditions by their codes."""
        if len(self.questions) > QUESTIONS_MAX or len(self.formula) > STEPS_MAX:
            yield f"has at most {QUESTIONS_MAX} questions and {STEPS_MAX} steps"
        if sum(each.kind is QuestionKind.DECEASED for each in self.questions) > 1:
            yield "asks for one deceased person at most"
        for coded in (self.questions, self.formula, self.conditions):
            if wrong := sorted(each.code for each in coded if not facts.is_a_code(each.code)):
                yield f"{', '.join(wrong)} is no code: small letters and digits, joined by hyphens"
        for coded in (self.questions, self.formula):
            codes = [each.code for each in coded]
            if twice := sorted({code for code in codes if codes.count(code) > 1}):
                yield f"{', '.join(twice)} is said twice"
        for code in sorted({each.code for each in self.conditions}):
            yield from overlaps([each for each in self.conditions if each.code == code], of=f"conditions: {code}")

    def _fact_faults(self, unread: Collection[str]) -> Iterator[str]:
        """Every fact that is named is one, is known by then (an answer of an earlier question, an earlier step), and is
        of a kind that its tests can hold of."""
        known = _Known(self, unread)
        for place in self._places():
            yield from known.faults(place)

    def named_facts(self) -> Iterator[tuple[str, str]]:
        """Every fact that the page names, with its place."""
        yield from ((place.name, name) for place in self._places() for name in place.fact_names())

    def tests_of_facts(self) -> Iterator[tuple[str, Condition]]:
        """Every condition that tests a fact, with its place on the page."""
        for place in self._places():
            yield from ((place.name, each) for each in (place.condition.of_facts() if place.condition else ()))

    def _places(self) -> Iterator["_Place"]:
        """Every place of the page that looks at facts, in the order in which what they give becomes known."""
        for question in self.questions:
            place = f"questions: {question.code}: when"
            yield _Place(place, question.when, gives=f"answer.{question.code}", is_while_filing=True)
        for to_register in self.registers:
            yield _Place(f"registers: {to_register.fact_name}: when", to_register.when)
        for code, paper in self.papers.items():
            for requirement in paper.requirements:
                yield _Place(f"papers: {code}: when", requirement.when, is_while_filing=True)
        for step in self.formula:
            yield _Place(f"formula: {step.code}", parts=tuple(step.part_names()))
            yield _Place(f"formula: {step.code}: when", step.when, gives=step.fact_name)
        for eligibility in self.conditions:
            yield _Place(f"conditions: {eligibility.code}: holds", eligibility.holds)
        for number, payment in enumerate(self.effect.payment, 1):
            yield _Place(f"effect: payment: {number}: until", payment.until)

    def asked_of(self, name: str) -> Question | RegisterQuestion | None:
        """The question, of the person or of a register, that a fact is the answer of."""
        answer = facts.ANSWER.read(name) or facts.ANSWER_DAYS_AGO.read(name)
        own = (each for each in self.questions if answer and each.code == answer["code"])
        return next(own, None) or next((each for each in self.registers if each.fact_name == name), None)

    def kind_of(self, name: str) -> facts.FactKind | None:
        """What a fact is in this benefit; None of a step of its formula."""
        asked = self.asked_of(name) if facts.kind_of(name) is None else None
        if isinstance(asked, Question):
            return ANSWERED[asked.kind]
        if asked is not None:
            return facts.FactKind.TEXT if asked.choices else facts.FactKind.YES_NO
        return facts.kind_of(name)

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
        named = (name for _, name in self.named_facts())
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


@dataclass(frozen=True)
class _Place:
    """A place of a page that looks at facts: by a condition, or as the parts of a step. `gives` is the fact that is
    known from here on; `is_while_filing` says that it is looked at by the form, before anybody's answers are kept."""

    name: str
    condition: Condition | None = None
    parts: tuple[str, ...] = ()
    gives: str | None = None
    is_while_filing: bool = False

    def fact_names(self) -> Iterator[str]:
        yield from self.parts
        if self.condition is not None:
            yield from self.condition.fact_names()


class _Known:
    """What is known when a page is read from top to bottom: the answers and steps that were `given` by then."""

    def __init__(self, page: ClaimType, unread: Collection[str]) -> None:
        self.page, self.unread = page, unread
        self.given: set[str] = set()

    def faults(self, place: _Place) -> Iterator[str]:
        """The facts of a place that are none, or are not known yet, and what of its condition could never hold."""
        for name in dict.fromkeys(place.fact_names()):
            if wrong := self._wrong_with(name):
                yield f"{place.name}: {wrong}"
            elif place.is_while_filing and (facts.is_of_an_answer(name)):
                yield f"{place.name}: {name} is known only once the claim is filed"
        for each in place.condition.of_facts() if place.condition else ():
            yield from (f"{place.name}: {wrong}" for wrong in self._never_holds(each))
        if place.gives is not None:
            self.given.add(place.gives)

    def _never_holds(self, condition: Condition) -> Iterator[str]:
        """Tests of one fact that its kind, or its choices, leave no room for."""
        name = condition.fact or ""
        kind = self.page.kind_of(name)
        for test in condition.tests:
            if kind is not None and kind not in FIT.get(test, frozenset(facts.FactKind)):
                yield f"{name} is {kind}, of which {test} never holds"
        of = self.page.asked_of(name)
        compared = {*(condition.one_of or ()), *({condition.equals} if condition.equals is not None else ())}
        if of and of.choices and (unknown := sorted(compared - of.choices.keys())):
            yield f"{name} has no choice {', '.join(unknown)}"

    def _wrong_with(self, name: str) -> str:
        code, step = facts.question_of(name), facts.FORMULA.read(name)
        kind = next((each.kind for each in self.page.questions if each.code == code), None)
        is_of_deceased = facts.DECEASED.read(name) or facts.EARLIER_SURVIVORS.read(name)
        if not facts.is_a_fact(name):
            return f"there is no fact {name}"
        if code is not None and f"answer.{code}" not in self.given and "questions" not in self.unread:
            return f"{name}: no question of that code is asked before"
        if kind not in (None, QuestionKind.DATE) and facts.ANSWER_DAYS_AGO.read(name):
            return f"{name}: the answer is no day"
        if kind not in (None, QuestionKind.DEPENDANT) and facts.is_of_a_dependant(name):
            return f"{name}: the answer names no dependant"
        if impossible := facts.impossible(name):
            return f"{name}: {impossible}"
        if facts.REGISTER.read(name) and self.page.asked_of(name) is None and "registers" not in self.unread:
            return f"{name}: no register is asked that"
        if is_of_deceased and self.page.deceased_question is None and "questions" not in self.unread:
            return f"{name}: no question asks who died"
        if step is not None and name not in self.given and "formula" not in self.unread:
            return f"{name}: no step of that code is computed before"
        return ""
