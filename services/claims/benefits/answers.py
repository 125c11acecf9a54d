"""Whether answers fit the questions of a benefit: each by its kind, and asked only where its condition holds. Pure."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from services.claims.benefits.answer import NUMBER_MAX, TEXT_CHARACTERS_MAX, BenefitAnswer, GivenAnswer, with_answers
from services.claims.benefits.conditions import evaluate
from services.claims.benefits.fact import Facts
from shared.funds.benefits import ClaimType, Question, QuestionKind
from shared.kernel import normalize
from shared.kernel.errors import Invalid
from shared.kernel.money import AMOUNT_MINOR_MAX, Currency

_NOT_OF_KIND = {
    QuestionKind.YES_NO: "answer.not-a-yes-no",
    QuestionKind.DATE: "answer.not-a-date",
    QuestionKind.AMOUNT: "answer.not-an-amount",
    QuestionKind.NUMBER: "answer.not-a-number",
    QuestionKind.CHOICE: "answer.not-a-choice",
    QuestionKind.TEXT: "answer.not-a-text",
    QuestionKind.DEPENDANT: "answer.not-a-dependant",
    QuestionKind.DECEASED: "answer.not-an-insurance-number",
}
CODE_CHARACTERS_MAX = 80
"""Of a code in a fault: whoever asks may have sent anything."""
_AMOUNT = re.compile(r"(?P<whole>0|[1-9][0-9]{0,12})(\.(?P<decimals>[0-9]{1,3}))?")


@dataclass(frozen=True)
class AnswerFault:
    """What is wrong with one answer; `field` is `answers.<code of the question>`."""

    field: str
    code: str


class AnswersInvalid(Invalid):
    """Answers are missing, are not what their questions want, or belong to no question; each fault has its code."""

    code = "claim.answers-invalid"

    def __init__(self, faults: Sequence[AnswerFault]) -> None:
        super().__init__()
        self.faults = tuple(faults)


def checked(
    given: Sequence[GivenAnswer], *, definition: ClaimType, facts: Facts, dependants: Collection[str], on: date
) -> tuple[BenefitAnswer, ...]:
    """The answers in the order of the questions, or `AnswersInvalid` with every fault. `facts` are those known beside
    them, `dependants` the ids of the person's dependants.

    Where it cannot be said whether a question is asked, it may be answered and need not be.
    """
    return checked_against(given, questions=definition.questions, facts=facts, dependants=dependants, on=on)


def checked_against(
    given: Sequence[GivenAnswer],
    *,
    questions: Sequence[Question],
    facts: Facts,
    dependants: Collection[str],
    on: date,
) -> tuple[BenefitAnswer, ...]:
    """As `checked`, against questions that need not be a benefit's own."""
    by_code = {each.code: each.value for each in given}
    asked = {question.code for question in questions}
    faults = [_fault(code, "answer.no-such-question") for code in sorted(by_code.keys() - asked)]
    faults += [_fault(code, "answer.twice") for code in sorted(by_code) if _count(given, code) > 1]
    known, answers = facts, list[BenefitAnswer]()
    for question in questions:
        value = by_code.get(question.code)
        is_asked = evaluate(question.when, known).holds if question.when is not None else True
        if value is None:
            if is_asked and question.is_required:
                faults.append(_fault(question.code, "answer.missing"))
            continue
        if is_asked is False:
            faults.append(_fault(question.code, "answer.not-asked"))
            continue
        read = _read(value, question, currency=facts.currency, dependants=dependants)
        if read is None:
            faults.append(_fault(question.code, _NOT_OF_KIND[question.kind]))
            continue
        answer = BenefitAnswer(code=question.code, kind=question.kind, value=read)
        answers.append(answer)
        known = with_answers(known, [answer], on=on)
    if faults:
        raise AnswersInvalid(faults)
    return tuple(answers)


def _count(given: Sequence[GivenAnswer], code: str) -> int:
    return sum(each.code == code for each in given)


def _fault(code: str, fault: str) -> AnswerFault:
    return AnswerFault(f"answers.{code[:CODE_CHARACTERS_MAX]}", fault)


def _read(
    value: bool | int | str, question: Question, *, currency: Currency, dependants: Collection[str]
) -> str | None:
    """The value as it is kept, or None where it is not of the question's kind."""
    kind = question.kind
    if isinstance(value, bool):
        return ("true" if value else "false") if kind is QuestionKind.YES_NO else None
    if isinstance(value, int):
        return str(value) if kind is QuestionKind.NUMBER and _is_within(value, question) else None
    if kind is QuestionKind.DATE:
        return _day(value)
    if kind is QuestionKind.AMOUNT:
        return _amount(value, currency)
    if kind is QuestionKind.CHOICE:
        return value if value in (question.choices or {}) else None
    if kind is QuestionKind.DEPENDANT:
        return value if value in dependants else None
    if kind is QuestionKind.DECEASED:
        return value or None  # the pseudonym: who took the answer has read the number (`actions.with_deceased`)
    text = normalize.text(value)
    is_text = kind is QuestionKind.TEXT and 0 < len(text) <= TEXT_CHARACTERS_MAX and text.isprintable()
    return text if is_text else None


def _is_within(number: int, question: Question) -> bool:
    least = 0 if question.at_least is None else question.at_least
    most = NUMBER_MAX if question.at_most is None else question.at_most
    return least <= number <= most


def _day(text: str) -> str | None:
    try:
        day = date.fromisoformat(normalize.plain(text))
    except ValueError:
        return None
    return day.isoformat() if 1880 <= day.year <= 2200 else None


def _amount(text: str, currency: Currency) -> str | None:
    """Minor units of an amount in major units, such as 3150.000; nothing is an amount, too."""
    found = _AMOUNT.fullmatch(text)
    decimals = (found["decimals"] or "") if found else ""
    if found is None or len(decimals) > currency.decimals:
        return None
    minor = int(found["whole"] + decimals.ljust(currency.decimals, "0"))
    return str(minor) if minor <= AMOUNT_MINOR_MAX else None
