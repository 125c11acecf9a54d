"""What may be in a declaration, but is seldom meant: the checks behind the codes of the fund's own table. Pure.

Which of them a fund makes, what it does where one finds something, with which figures and in which words is data
(`plausibility` of a declaration form). Checks name a code; `judged` gives the finding its severity, or drops it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from services.payments.declarations.findings import Phrase, Remark, Severity, day, value
from services.payments.declarations.names import are_alike
from services.payments.declarations.wages import MONTHS_PER_QUARTER, PeriodWage, Unit, WageLine
from shared.funds.declarations import PlausibilityCheck
from shared.funds.fund import Fund
from shared.funds.law import find_in_force
from shared.funds.period import Period
from shared.kernel.money import Money
from shared.kernel.partial_date import PartialDate, may_be_same

Table = Mapping[str, PlausibilityCheck]

PREFIX = "wage-file."
CODES = frozenset(
    {
        "below-minimum",
        "capped-too-low",
        "duration-beyond-employment",
        "duration-without-wage",
        "far-below-minimum",
        "no-wages",
        "register-birth-differs",
        "register-name-differs",
        "register-national-id-differs",
        "register-number-unknown",
        "register-person-differs",
        "slip-duration-differs",
        "slip-missing",
        "slip-rate-differs",
        "slip-wage-differs",
        "slips-paid-less",
        "slips-paid-more",
        "wage-after-exit",
        "wage-without-duration",
        "worker-not-in-slips",
        "worker-not-in-year",
        "workers-fall-out",
    }
)
"""Every check that there is; a fund's table names those that it makes."""


def faults(fund: Fund) -> Iterator[str]:
    """What a fund's tables name that no check looks at, a sentence each."""
    section = fund.sections.declarations
    for name, form in section.forms.items() if section else ():
        for code in sorted(set(form.plausibility or {}) - CODES):
            known = ", ".join(sorted(CODES))
            yield f"{fund.fund_id}/declarations.yaml: forms.{name}.plausibility.{code}: is no check; there are {known}"


def judged(remark: Remark, *, table: Table) -> Remark | None:
    """The remark with the severity that the fund gives it; None where the fund does not look at it."""
    code = remark.code.removeprefix(PREFIX)
    if code not in CODES:
        return remark
    return replace(remark, severity=Severity(table[code].severity.value)) if code in table else None


# --- Wages and durations ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Floor:
    """The least lawful wage for a piece of work, where the fund's definition knows one."""

    a_month: Money
    full_quarter: dict[Unit, int]

    def is_above(self, wage: PeriodWage, *, percent: int = 100) -> bool:
        """Whether the wage is below so much of the minimum for its duration, compared without dividing."""
        least = self.a_month.amount_minor * MONTHS_PER_QUARTER * wage.duration * percent
        return wage.wage_minor * self.full_quarter[wage.unit] * 100 < least


def floor(fund: Fund, *, on: date) -> Floor | None:
    """The floor that applies on a day; None where the fund's definition has none for that time."""
    contributions = fund.sections.contributions
    minimum = find_in_force(contributions.minimum_wages, on=on) if contributions else None
    full = find_in_force(fund.declarations.full_quarter, on=on)
    if minimum is None or full is None:
        return None
    return Floor(minimum.a_month, {Unit.MONTH: MONTHS_PER_QUARTER, Unit.DAY: full.days, Unit.HOUR: full.hours})


def of_wages(worker: WageLine, *, floors: Mapping[int, Floor | None], table: Table) -> Iterator[Remark]:
    """Each duration and wage, held against each other and against the legal minimum."""
    if not worker.wages:
        yield Remark("wage-file.no-wages", f"wage_{min(floors)}", Phrase("zeros"), Phrase("amount"))
    for wage in worker.wages:
        least = floors[wage.quarter]
        if not wage.duration:
            yield Remark("wage-file.wage-without-duration", f"duration_{wage.quarter}", Phrase("zeros"))
        elif not wage.wage_minor:
            yield Remark("wage-file.duration-without-wage", f"wage_{wage.quarter}", Phrase("zeros"))
        elif least is not None and least.is_above(wage):
            far = table.get("far-below-minimum")
            is_far = far is not None and least.is_above(wage, percent=far.parameter("percent"))
            code = "wage-file.far-below-minimum" if is_far else "wage-file.below-minimum"
            expected = Phrase("minimum-wage", {"amount": str(least.a_month)})
            yield Remark(code, f"wage_{wage.quarter}", Phrase("below"), expected)


def of_employment(worker: WageLine, *, period: Period, parts: Mapping[int, Period], table: Table) -> Iterator[Remark]:
    """The work declared, held against the time between entry and exit; the first period that is too long is named."""
    if worker.left_on is not None and worker.left_on < period.first_on:
        if worker.wages:
            expected = day(period.first_on)
            yield Remark("wage-file.wage-after-exit", "left_on", Phrase("earlier-day"), expected)
        return
    check = table.get("duration-beyond-employment")
    if check is None or (worker.entered_on is None and worker.left_on is None):
        return
    for wage in worker.wages:
        most = _longest(worker, part=parts[wage.quarter], hours_a_day=check.parameter("hours_a_day"))
        if wage.duration > most[wage.unit]:
            found, expected = value(wage.duration), Phrase("at-most", {"count": most[wage.unit]})
            yield Remark("wage-file.duration-beyond-employment", f"duration_{wage.quarter}", found, expected)
            return


def _longest(worker: WageLine, *, part: Period, hours_a_day: int) -> dict[Unit, int]:
    """The longest work in a period of somebody employed between two days; a month that is begun counts whole."""
    first_on = max(part.first_on, worker.entered_on or part.first_on)
    last_on = min(part.last_on, worker.left_on or part.last_on)
    days = max(0, (last_on - first_on).days + 1)
    months = last_on.month - first_on.month + 1 if days else 0
    return {Unit.MONTH: months, Unit.DAY: days, Unit.HOUR: days * hours_a_day}


# --- The register -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Registered:
    """What the fund's register has of an insurance number, as far as it is compared."""

    names: tuple[str, ...]
    birth_on: PartialDate | None
    national_id: str | None


def against_register(worker: WageLine, registered: Registered | None, *, table: Table) -> Iterator[Remark]:
    """The worker's line, held against the register. It says that something differs, never what it is there."""
    if registered is None:
        yield Remark("wage-file.register-number-unknown", "insurance_number")
        return
    names = (f"{worker.family_name} {worker.first_name}".strip(), " ".join(registered.names).strip())
    like = table.get("register-name-differs")
    is_other_name = like is not None and not are_alike(*names, percent=like.parameter("likeness_percent"))
    births = (worker.birth_on, registered.birth_on)
    is_other_birth = births[0] is not None and births[1] is not None and not may_be_same(births[0], births[1])
    is_other_id = None not in (worker.national_id, registered.national_id) and (
        worker.national_id != registered.national_id
    )
    if is_other_name and (is_other_birth or is_other_id) and "register-person-differs" in table:
        yield Remark("wage-file.register-person-differs", "insurance_number", Phrase("differs"))
        return
    if is_other_name:
        field = "family_name" if worker.first_name else "full_name"
        yield Remark("wage-file.register-name-differs", field, Phrase("differs"))
    if is_other_birth:
        yield Remark("wage-file.register-birth-differs", "birth_on", Phrase("differs"))
    if is_other_id:
        yield Remark("wage-file.register-national-id-differs", "national_id", Phrase("differs"))


# --- The declaration before -------------------------------------------------------------------------------------------


def of_replacement(*, before: set[str], now: set[str], table: Table) -> Iterator[Remark]:
    """The insurance numbers with wages of the declaration in force, held against those of the one that replaces it."""
    check, gone = table.get("workers-fall-out"), len(before - now)
    if check is not None and gone >= check.parameter("least"):
        found, expected = Phrase("workers-fewer", {"count": gone}), Phrase("workers", {"count": len(before)})
        yield Remark("wage-file.workers-fall-out", found=found, expected=expected)
