"""What follows from a granted benefit: money once, money every period, a cover, or a task that is done. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.funds.conditions import Condition
from shared.funds.faults import refuse
from shared.funds.law import Law, find_in_force, overlaps
from shared.funds.period import Period, PeriodKind, end_of_month, last_day_of_term

LIFE_CERTIFICATE_MONTHS_MAX = 60
COVER_MONTHS_MAX = 600
COVERED_MAX = 200


class EffectKind(StrEnum):
    """What follows from a grant."""

    PAY_ONCE = "pay-once"
    PAY_PERIODICALLY = "pay-periodically"
    COVER = "cover"
    TASK = "task"


class BeginsWith(StrEnum):
    """With which period a periodic payment begins: the one of its first day, or the one after it."""

    THIS_PERIOD = "this-period"
    NEXT_PERIOD = "next-period"


class DeathEnd(StrEnum):
    """With which day an award ends where the person dies."""

    DAY_OF_DEATH = "day-of-death"
    END_OF_MONTH = "end-of-month"
    END_OF_PERIOD = "end-of-period"
    """The last day of the period of payment that the death lies in."""


@dataclass(frozen=True, kw_only=True)
class EndOnDeath:
    """With which day an award ends where the person dies, while a law holds."""

    ends_with: DeathEnd
    law: Law


class JudgedOn(StrEnum):
    """On which day of a period the conditions must hold and the formula is computed."""

    FIRST_DAY = "first-day"
    LAST_DAY = "last-day"


@dataclass(frozen=True, kw_only=True)
class PeriodicPayment:
    """A payment of every period. It ends by itself before the first period for which `until` holds (a death, an age).

    Where `life_certificate_months` is set the person proves every so many months that they live; who does not is
    suspended. `reminder_days` before that day they are reminded.
    """

    every: PeriodKind
    law: Law
    begins_with: BeginsWith = BeginsWith.THIS_PERIOD
    judged_on: JudgedOn = JudgedOn.LAST_DAY
    until: Condition | None = None
    life_certificate_months: int | None = None
    reminder_days: int = 30

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        months = self.life_certificate_months
        if months is not None and not 1 <= months <= LIFE_CERTIFICATE_MONTHS_MAX:
            yield f"a life certificate is asked for every 1 to {LIFE_CERTIFICATE_MONTHS_MAX} months"
        if not 0 <= self.reminder_days <= 366:
            yield "a reminder comes at most a year before the day"


@dataclass(frozen=True, kw_only=True)
class Cover:
    """A right to have care paid for, for a time. `covers` are codes of the fund's acts; `percent` is what the fund
    bears. Somebody who has the cover is reminded `reminder_days` before it ends; it `may_be_renewed` by a new claim
    from that day on."""

    months: int
    covers: tuple[str, ...]
    percent: Decimal
    law: Law
    may_be_renewed: bool = True
    reminder_days: int = 30

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not 1 <= self.months <= COVER_MONTHS_MAX:
            yield f"a cover lasts 1 to {COVER_MONTHS_MAX} months"
        if not 0 < len(self.covers) <= COVERED_MAX:
            yield f"a cover covers 1 to {COVERED_MAX} things"
        if not 0 < self.percent <= 100:
            yield "a cover bears more than 0 and at most 100 percent"
        if not 0 <= self.reminder_days <= 366:
            yield "a reminder comes at most a year before the end"

    def last_on(self, begins_on: date) -> date:
        """The last day, included, of a cover that begins on a day."""
        return last_day_of_term(begins_on, months=self.months)


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What follows from a grant. `payment` stands for `pay-periodically`, `cover` for `cover`, and only there. `task`
    is the code of what is done or issued, for `task`."""

    kind: EffectKind = EffectKind.PAY_ONCE
    payment: PeriodicPayment | None = None
    cover: Cover | None = None
    task: str | None = None
    is_checked_at_payment: bool = False
    """Whether what is paid once is held against what is known at the payment: its registers are asked again, and who
    died meanwhile, or of whom something else is known, waits for an agent."""
    on_death: tuple[EndOnDeath, ...] = ()
    """With which day an award ends where the person dies; where nothing is said, with the day of death."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        yield from overlaps(self.on_death, of="on_death")
        if self.on_death and not self.opens_award:
            yield "on_death is of what lives on after the grant: a cover, or a payment of every period"
        if self.is_checked_at_payment and self.kind is not EffectKind.PAY_ONCE:
            yield "is_checked_at_payment is of what is paid once: an award is judged again as facts change"
        parts = {
            EffectKind.PAY_PERIODICALLY: self.payment,
            EffectKind.COVER: self.cover,
            EffectKind.TASK: self.task,
        }
        for kind, part in parts.items():
            if (part is not None) != (kind is self.kind):
                yield f"{kind.value} and nothing else has its block"

    @property
    def opens_award(self) -> bool:
        """Whether a grant opens an award, which lives on after the claim is decided."""
        return self.kind in (EffectKind.COVER, EffectKind.PAY_PERIODICALLY)

    def first_on(self, since_on: date) -> date:
        """The first day of the award where its reason (the day of the decision, of the event, of the filing) came on a
        day: that day for a cover, the first day of a period for a payment."""
        if self.payment is None:
            return since_on
        period = Period.containing(since_on, kind=self.payment.every)
        return (period if self.payment.begins_with is BeginsWith.THIS_PERIOD else period.next).first_on

    def last_on_of_dead(self, died_on: date) -> date:
        """The last day, included, of an award whose person died on a day."""
        rule = find_in_force(self.on_death, on=died_on)
        ends_with = DeathEnd.DAY_OF_DEATH if rule is None else rule.ends_with
        if ends_with is DeathEnd.END_OF_MONTH:
            return end_of_month(died_on)
        if ends_with is DeathEnd.END_OF_PERIOD and self.payment is not None:
            return Period.containing(died_on, kind=self.payment.every).last_on
        return died_on

    def last_on(self, first_on: date) -> date | None:
        """The last day, included, that is known when it begins; None for a payment, which a fact ends."""
        return self.cover.last_on(first_on) if self.cover else None


PAY_ONCE = Effect()
