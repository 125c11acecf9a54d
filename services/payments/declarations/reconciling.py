"""An annual declaration held against the slips of its year: what the slips declared, what the year declares, what the
slips called, what was paid; each difference with its cause. Pure.

Wages and contributions are compared by the longer of the two forms' periods of wages, so that the slips of three months
meet a quarter. A difference is explained once, by its first cause: of a period without a slip, nothing else is said.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.payments.contributions.contribution import Assessment
from services.payments.declarations.findings import Phrase, Remark, value
from services.payments.declarations.wages import PeriodWage, Unit, WageLine
from shared.funds.period import Period, PeriodKind

CODES = frozenset(
    {
        "slip-duration-differs",
        "slip-missing",
        "slip-rate-differs",
        "slip-wage-differs",
        "slips-paid-less",
        "slips-paid-more",
        "worker-not-in-slips",
        "worker-not-in-year",
    }
)
"""The causes of a difference. The fund's table of what is looked at says what each means and what it does."""


@dataclass(frozen=True, kw_only=True)
class PeriodSlips:
    """What is in force for a period of the year: the workers of its slips, what they made due, and what came of it. A
    slip that says that there is nothing to declare has no workers, and is one all the same."""

    period: Period
    is_declared: bool
    workers: tuple[WageLine, ...] = ()
    called_minor: int = 0
    paid_minor: int = 0


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """The four amounts of a year, in minor units, and how often each cause of a difference was found. `expected_minor`
    is what the annual declaration would make due if nothing had been called yet; `equal` counts the workers of whom
    everything is the same."""

    slips_minor: int
    annual_minor: int
    expected_minor: int
    called_minor: int
    paid_minor: int
    workers: int
    equal: int
    causes: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_equal(self) -> bool:
        return not self.causes


@dataclass(frozen=True, kw_only=True)
class YearAndSlips:
    """The two sides. `kind` is the period that they are compared by."""

    annual: Sequence[WageLine]
    parts: Mapping[int, Period]
    """The periods that the annual declaration tells wages of, by their numbers."""
    slips: Sequence[PeriodSlips]
    expected: Assessment
    kind: PeriodKind
    tolerance_minor: int
    looked_at: Collection[str]
    """The causes that the fund looks at, by their codes; others are passed over."""

    def of_interest(self, remarks: Iterable[Remark]) -> list[Remark]:
        return [remark for remark in remarks if remark.code.removeprefix("wage-file.") in self.looked_at]

    def at(self, period: Period) -> Period:
        """The period of comparison that a shorter one lies in."""
        return Period.containing(period.first_on, kind=self.kind)

    def is_like(self, one_minor: int, other_minor: int) -> bool:
        return abs(one_minor - other_minor) <= self.tolerance_minor


@dataclass(frozen=True)
class Work:
    """What somebody earned in a period of comparison, and for how long: None where units that differ were added."""

    wage_minor: int = 0
    duration: int | None = 0
    unit: Unit | None = None

    def with_wage(self, wage: PeriodWage) -> "Work":
        is_one_unit = self.duration is not None and self.unit in {None, wage.unit}
        duration = (self.duration or 0) + wage.duration if is_one_unit else None
        return Work(self.wage_minor + wage.wage_minor, duration, wage.unit)

    def lasts_other_than(self, other: "Work") -> bool:
        """Whether the durations differ; those in different units cannot be compared."""
        if self.duration is None or other.duration is None or self.duration == other.duration:
            return False
        return self.unit is other.unit or not self.duration or not other.duration


Worked = Mapping[Period, Work]


def reconcile(both: YearAndSlips) -> tuple[Reconciliation, list[tuple[int, Remark]]]:
    """The equation, and each difference with the line of the annual declaration that it is about, 0 for none."""
    missing = [slips.period for slips in both.slips if not slips.is_declared]
    unknown = {both.at(period) for period in missing}
    by_line, equal = _of_workers(both, unknown=unknown)
    of_year = [
        *(Remark("wage-file.slip-missing", found=value(str(period))) for period in missing),
        *_of_rates(both, unknown=unknown),
        *_of_payment(both),
    ]
    found = [*((0, remark) for remark in both.of_interest(of_year)), *by_line]
    equation = Reconciliation(
        slips_minor=sum(wage.wage_minor for slips in both.slips for each in slips.workers for wage in each.wages),
        annual_minor=sum(wage.wage_minor for worker in both.annual for wage in worker.wages),
        expected_minor=both.expected.total_minor,
        called_minor=sum(slips.called_minor for slips in both.slips),
        paid_minor=sum(slips.paid_minor for slips in both.slips),
        workers=len(both.annual),
        equal=equal,
        causes=dict(Counter(remark.code.removeprefix("wage-file.") for _line, remark in found)),
    )
    return equation, found


def _of_workers(both: YearAndSlips, *, unknown: set[Period]) -> tuple[list[tuple[int, Remark]], int]:
    """Each worker of the year and of the slips, in the order of the year's lines; and how many are equal."""
    declared = _by_person(
        (known_by(worker), both.at(slips.period), wage)
        for slips in both.slips
        for worker in slips.workers
        for wage in worker.wages
    )
    found: list[tuple[int, Remark]] = []
    equal = 0
    for worker in both.annual:
        year = _by_person((known_by(worker), both.at(both.parts[wage.quarter]), wage) for wage in worker.wages)
        here = both.of_interest(_of_worker(both, worker, year.get(known_by(worker), {}), declared, unknown=unknown))
        equal += not here and not unknown & set(year.get(known_by(worker), {}))
        found += ((worker.line, remark) for remark in here)
    named = {known_by(worker) for worker in both.annual}
    for slips in both.slips:
        for worker in slips.workers:
            if known_by(worker) not in named and worker.wages:
                named.add(known_by(worker))
                place = Phrase("slip-line", {"period": str(slips.period), "line": worker.line})
                gone = both.of_interest([Remark("wage-file.worker-not-in-year", found=place)])
                found += ((0, remark) for remark in gone)
    return found, equal


def _of_worker(
    both: YearAndSlips, worker: WageLine, year: Worked, declared: Mapping[str, Worked], *, unknown: set[Period]
) -> Iterator[Remark]:
    slips = declared.get(known_by(worker), {})
    if not slips and set(year) - unknown:
        yield Remark("wage-file.worker-not-in-slips", "insurance_number")
        return
    first_part = {both.at(part): number for number, part in sorted(both.parts.items(), reverse=True)}
    for period in sorted({*year, *slips} - unknown, key=lambda each: each.number):
        now, before, number = year.get(period, Work()), slips.get(period, Work()), first_part[period]
        where = value(str(period))
        if not both.is_like(now.wage_minor, before.wage_minor):
            yield Remark("wage-file.slip-wage-differs", f"wage_{number}", found=where)
        elif now.lasts_other_than(before):
            yield Remark("wage-file.slip-duration-differs", f"duration_{number}", found=where)


def _of_rates(both: YearAndSlips, *, unknown: set[Period]) -> Iterator[Remark]:
    """Periods of which the wages are the same and what was called is not: at the rates of another day, or of another
    activity."""
    wages: Counter[Period] = Counter()
    money: Counter[Period] = Counter()
    for slips in both.slips:
        wages[both.at(slips.period)] -= sum(wage.wage_minor for each in slips.workers for wage in each.wages)
        money[both.at(slips.period)] -= slips.called_minor
    for worker in both.annual:
        for wage in worker.wages:
            wages[both.at(both.parts[wage.quarter])] += wage.wage_minor
    for slip in both.expected.slips:
        money[both.at(slip.period)] += slip.total_minor
    for period in sorted(set(money) - unknown, key=lambda each: each.number):
        if both.is_like(wages[period], 0) and not both.is_like(money[period], 0):
            yield Remark("wage-file.slip-rate-differs", found=value(str(period)))


def _of_payment(both: YearAndSlips) -> Iterator[Remark]:
    """Slips of which less came than they called, or more."""
    for slips in both.slips:
        if not both.is_like(slips.paid_minor, slips.called_minor):
            more = slips.paid_minor > slips.called_minor
            yield Remark(f"wage-file.slips-paid-{'more' if more else 'less'}", found=value(str(slips.period)))


def _by_person(worked: Iterable[tuple[str, Period, PeriodWage]]) -> Mapping[str, Worked]:
    found: defaultdict[str, dict[Period, Work]] = defaultdict(dict)
    for person, period, wage in worked:
        found[person][period] = found[person].get(period, Work()).with_wage(wage)
    return found


def known_by(worker: WageLine) -> str:
    """The number that a worker is known by; of one whom the fund has yet to register, the identity card's."""
    return worker.insurance_number or worker.national_id or ""


def longer(one: PeriodKind, other: PeriodKind) -> PeriodKind:
    """The period that two forms can be compared by."""
    return max(one, other, key=lambda each: each.months)
