"""Reads the file of a case and names everything that is wrong with it, each with its place."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.claims.benefits.fact import FactValue
from services.claims.trials.case import CaseLine, TrialCase
from services.claims.trials.known import follows, looked_at
from shared.funds import facts
from shared.funds.benefits import ClaimType
from shared.funds.facts import FactKind
from shared.funds.fund import Fund
from shared.funds.loading import Reading
from shared.funds.procedure import MedicalControl
from shared.kernel.money import Money

TYPES: Mapping[FactKind, type] = {
    FactKind.YES_NO: bool,
    FactKind.NUMBER: Decimal,
    FactKind.AMOUNT: Money,
    FactKind.DAY: date,
    FactKind.TEXT: str,
}


class CaseInvalid(Exception):
    """The file says no case of this benefit. `faults` says `file: place: what is wrong`, one line each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read(path: Path, *, definition: ClaimType, fund: Fund) -> tuple[TrialCase, Mapping[str, FactValue]]:
    """The case of a file, and the facts that it says. Raises `CaseInvalid`."""
    reading = Reading.beside(fund, path)
    case = reading.read_file(path.name, reading.parse(path.name), TrialCase)
    if not isinstance(case, TrialCase):
        raise CaseInvalid(reading.faults)
    said = dict(_facts(reading, case, definition))
    _check_dependants(reading, case, fund)
    _check_acts(reading, "lines", case.lines, definition)
    for number, care in enumerate(case.earlier, 1):
        _check_acts(reading, f"earlier[{number}].lines", care.lines, definition)
    _check_review(reading, case, definition)
    if reading.faults:
        raise CaseInvalid(reading.faults)
    return case, said


def _facts(reading: Reading, case: TrialCase, definition: ClaimType) -> Iterator[tuple[str, Any]]:
    """The facts that a case says, each by its name and of its kind."""
    wanted = looked_at(definition)
    for name, raw in case.facts.items():
        place = f"facts.{name}"
        if not facts.is_a_fact(name):
            reading.fault(place, "there is no such fact")
        elif facts.ANSWER.read(name) or facts.ANSWER_DAYS_AGO.read(name) or facts.FORMULA.read(name):
            reading.fault(place, "is no fact of its own: it follows from the answers and the formula")
        elif name not in wanted:
            reading.fault(place, f"the benefit does not look at it; it looks at {_listed(wanted)}")
        elif (asked := definition.asked_of(name)) and asked.choices and raw not in asked.choices:
            reading.fault(place, f"is none of {', '.join(asked.choices)}")
        else:
            yield name, reading.read(raw, TYPES[definition.kind_of(name) or FactKind.TEXT], place)


def _check_dependants(reading: Reading, case: TrialCase, fund: Fund) -> None:
    """Who is of a relation, or under a condition, that the fund has no rule for would never count."""
    for number, each in enumerate(case.dependants or (), 1):
        known = [(rule.relation, rule.condition) for rule in fund.entitlements.dependants]
        if (each.relation, each.condition) not in known:
            covered = dict.fromkeys(f"{relation} {condition or ''}".strip() for relation, condition in known)
            reading.fault(f"dependants[{number}]", f"the fund covers {', '.join(covered) or 'nobody besides'}")


def _check_acts(reading: Reading, place: str, lines: tuple[CaseLine, ...], definition: ClaimType) -> None:
    for number, line in enumerate(lines, 1):
        if line.act not in definition.acts:
            known = ", ".join(definition.acts) or "none"
            reading.fault(f"{place}[{number}].act", f"there is no act {line.act}; there are {known}")


def _check_review(reading: Reading, case: TrialCase, definition: ClaimType) -> None:
    if case.medical is None:
        return
    if definition.procedure.medical_control is MedicalControl.NEVER:
        reading.fault("medical", "the fund asks no medical control about such claims")
    if strange := sorted(set(case.medical.refused_lines) - set(range(1, len(case.lines) + 1))):
        reading.fault("medical.refused_lines", f"there is no line {strange[0]}")


def _listed(wanted: frozenset[str]) -> str:
    return ", ".join(sorted(name for name in wanted if not follows(name))) or "none"
