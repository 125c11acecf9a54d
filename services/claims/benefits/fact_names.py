"""How people read a fact: an explanation keeps codes, and shows what the fund or the platform calls them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from shared.funds import facts
from shared.funds.benefits import ClaimType
from shared.funds.fund import Fund
from shared.funds.period import WRITTEN
from shared.funds.texts import Texts

OF_LAW = ("amount", "percent", "share", "rank", "rate", "divided-by", "at-most", "at-least", "less")
"""What a step takes from the text of the law itself."""
OF_PART = ("part-from", "part-until", "part-days", "period-days")
"""What a line takes from the calendar where a part of a period is paid."""
_FIXED = {
    facts.AGE: "benefit.fact.age",
    facts.BIRTH_ON: "benefit.fact.birth-on",
    facts.IS_ALIVE: "benefit.fact.is-alive",
    facts.DIED_ON: "benefit.fact.died-on",
    facts.RIGHT_IS_OPEN: "benefit.fact.right-is-open",
    facts.WORK_QUARTERS: "benefit.fact.work-quarters",
    facts.WORK_DAYS: "benefit.fact.work-days",
    facts.WORK_DAYS_OF_MONTHS: "benefit.fact.work-days-of-months",
    facts.WAGE_LAST_QUARTER: "benefit.fact.wage-last-quarter",
    facts.WAGES: "benefit.fact.wages.{mean}",
    facts.GRANTED_AMOUNT: "benefit.fact.granted-amount",
    facts.GRANTED_COUNT: "benefit.fact.granted-count",
    facts.EARLIER_SURVIVORS: "benefit.fact.earlier-survivors",
    facts.MINIMUM_WAGE: "benefit.fact.minimum-wage",
    facts.FILED_ON: "benefit.fact.filed-on",
}
_RELATIONS = ("children", "spouses", "parents", "count")
_AGED = re.compile(r"\.aged-(?P<least>[0-9]+)-to-(?P<most>[0-9]+)$")
_PARTS = {
    "benefit.fact.worked-in": re.compile(rf"work\.days\.(?P<period>{WRITTEN})"),
    "benefit.fact.work-of": re.compile(rf"work\.quarter\.(?P<period>{WRITTEN})"),
    "benefit.fact.wages-of": re.compile(rf"wages\.quarter\.(?P<period>{WRITTEN})"),
    "benefit.fact.paid-for": re.compile(rf"granted\.paid-for\.(?P<period>{WRITTEN})"),
    "benefit.fact.granted-on": re.compile(r"granted\.on\.(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"),
}
"""What other facts are made of, one period or day of it each, by what it is called."""
_MONTHS = re.compile(r"\.months-(?P<least>[0-9]+)-to-(?P<most>[0-9]+)$")

Translate = Callable[..., str]


_OF_A_TYPE = (facts.COVER, facts.GRANTED_OF, facts.GRANTED_DAYS_AGO)
"""They name a benefit, which may be another than the one that looks at them."""
OF_LINE = frozenset({"care.quantity", "care.paid", "price", "percent", "cover", "reduced-for", "refused-for"})
"""What the sum of a line of care is computed from, beside the facts of the person."""


def fact_text(
    name: str, *, fund: Fund, language: str, translate: Translate, definition: ClaimType | None = None
) -> str:
    """What a fact is called in a language: as the fund asks or says it, else by the platform's own sentence; the code
    itself only of a fact that a later release knows. `translate` gives the platform's sentences. Where one benefit is
    spoken of, its `definition` says its own questions and steps: another may ask the same code in other words."""
    if definition is not None and not any(family.read(name) for family in _OF_A_TYPE):
        own = {code: each for code, each in fund.claim_types.items() if each is definition}
        fund = replace(fund, claim_types=own)
    if name in OF_PART:
        return translate(f"benefit.fact.{name}")
    if name in OF_LAW:
        return translate(f"benefit.given.{name}")
    if name in OF_LINE:
        return translate(f"benefit.fact.line.{name}")
    if (of := facts.DECEASED.read(name)) is not None:
        said = fact_text(of["fact"], fund=fund, language=language, translate=translate)
        return translate("benefit.fact.deceased", fact=said)
    if (days := facts.ANSWER_DAYS_AGO.read(name)) is not None:
        asked = _said_alike(_questions(fund, days["code"]), language) or translate("benefit.fact.answer")
        return translate("benefit.fact.days-ago", question=asked)
    if (answer := facts.ANSWER.read(name)) is not None:
        return _said_alike(_questions(fund, answer["code"]), language) or translate("benefit.fact.answer")
    if (step := facts.FORMULA.read(name)) is not None:
        return _said_alike(_steps(fund, step["code"]), language) or translate("benefit.fact.formula")
    if facts.REGISTER.read(name) is not None:
        return _said_alike(_register_questions(fund, name), language) or translate("benefit.source.cross-check")
    if (cover := facts.COVER.read(name)) is not None:
        return translate("benefit.fact.cover", benefit=_benefit(fund, cover["claim_type"], language))
    if (granted := facts.GRANTED_OF.read(name) or facts.GRANTED_DAYS_AGO.read(name)) is not None:
        return _granted(granted, _benefit(fund, granted["claim_type"], language), translate)
    if (worked := facts.WORKED_QUARTERS.read(name) or facts.WORKED_MONTHS.read(name)) is not None:
        kind = "quarters" if "quarters" in worked.groupdict() else "months"
        code = f"benefit.fact.worked-{kind}" + ("-of-days" if worked["days"] else "")
        return translate(code, **_parts(worked))
    for code, part in _PARTS.items():
        if (read := part.fullmatch(name)) is not None:
            parts = read.groupdict()
            return translate(code, **{**parts, "day": date.fromisoformat(parts["day"])} if "day" in parts else parts)
    if facts.is_of_a_dependant(name):
        return _of_a_dependant(name, fund, language, translate)
    if facts.DEPENDANTS.read(name) is not None:
        return _dependants(name.removeprefix("dependants."), translate)
    for family, code in _FIXED.items():
        if (read := family.read(name)) is not None:
            parts = _parts(read)
            return translate(code.format(**parts), **parts)
    return name


def _parts(read: re.Match[str]) -> dict[str, str | int | None]:
    """What a name says, numbers as such: sentences go by them."""
    return {part: int(said) if said and said.isdecimal() else said for part, said in read.groupdict().items()}


def _dependants(counted: str, translate: Translate) -> str:
    relation = counted.partition(".")[0]
    said = translate(f"benefit.fact.dependants.{relation if relation in _RELATIONS else 'count'}")
    if (aged := _AGED.search(counted)) is not None:
        return translate("benefit.fact.dependants-aged", who=said, **aged.groupdict())
    if (months := _MONTHS.search(counted)) is not None:
        return translate("benefit.fact.dependants-months", who=said, **months.groupdict())
    return said if "." not in counted else translate("benefit.fact.dependants-under-condition", who=said)


def _of_a_dependant(name: str, fund: Fund, language: str, translate: Translate) -> str:
    asked = _said_alike(_questions(fund, facts.question_of(name) or ""), language) or translate("benefit.fact.answer")
    return translate(f"benefit.fact.dependant.{name.rpartition('.')[2]}", question=asked)


def _granted(read: re.Match[str], benefit: str, translate: Translate) -> str:
    """How often, in which time, or for the same."""
    found = _parts(read)
    if "question" not in found:
        return translate("benefit.fact.granted-days-ago", benefit=benefit)
    if found["months"]:
        return translate("benefit.fact.granted-of-months", benefit=benefit, months=found["months"])
    code = "benefit.fact.granted-of-same" if found["question"] else "benefit.fact.granted-of"
    return translate(code, benefit=benefit)


def _benefit(fund: Fund, claim_type: str, language: str) -> str:
    found = fund.claim_types.get(claim_type)
    return found.names[language] if found else claim_type


def _said_alike(texts: Iterator[Texts], language: str) -> str | None:
    """What several benefits say alike; None where none says it, or each means something else."""
    said = {each[language] for each in texts if language in each}
    return said.pop() if len(said) == 1 else None


def _questions(fund: Fund, code: str) -> Iterator[Texts]:
    return (each.asks for benefit in fund.claim_types.values() for each in benefit.questions if each.code == code)


def _steps(fund: Fund, code: str) -> Iterator[Texts]:
    return (each.names for benefit in fund.claim_types.values() for each in benefit.formula if each.code == code)


def _register_questions(fund: Fund, name: str) -> Iterator[Texts]:
    return (each.asks for benefit in fund.claim_types.values() for each in benefit.registers if each.fact_name == name)
