"""What follows from a granted benefit: money once, money every period, a cover, or a task that is done. Pure."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from shared.funds.conditions import Condition
from shared.funds.faults import refuse
from shared.funds.law import Law, find_in_force, in_force, overlaps
from shared.funds.period import Period, PeriodKind, end_of_month, last_day_of_term
from shared.funds.proration import Proration

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
    """With what a periodic payment begins: the period of its first day, the one after it, or that day itself."""

    THIS_PERIOD = "this-period"
    NEXT_PERIOD = "next-period"
    THIS_DAY = "this-day"
    """Of its first period the days from then on are owed, by the block `proration`."""


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
    """A payment of every period, while a law holds: a period is paid by what holds on its first day. It ends by itself
    before the first period for which `until` holds (a death, an age).

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
    proration: Proration | None = None
    """How a period is paid in which the right begins or ends, or a value of the formula changes: each part by its days.
    Where nothing is said a period is paid whole, by the values of the day on which it is judged."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if self.begins_with is BeginsWith.THIS_DAY and self.proration is None:
            yield "begins_with this-day says by its proration what the days of the first period are worth"
        months = self.life_certificate_months
        if months is not None and not 1 <= months <= LIFE_CERTIFICATE_MONTHS_MAX:
            yield f"a life certificate is asked for every 1 to {LIFE_CERTIFICATE_MONTHS_MAX} months"
        if not 0 <= self.reminder_days <= 366:
            yield "a reminder comes at most a year before the day"


@dataclass(frozen=True, kw_only=True)
class Cover:
    """A right to have care paid for, for a time, as it is granted while a law holds: one that was granted keeps what
    held on its first day. `covers` are codes of the fund's acts; `percent` is what the fund bears. Somebody who has the
    cover is reminded `reminder_days` before it ends; it `may_be_renewed` by a new claim from that day on."""

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
    """What follows from a grant. `payment` stands for `pay-periodically`, `cover` for `cover`, and only there, each as
    often as a law changed it. `task` is the code of what is done or issued, for `task`."""

    kind: EffectKind = EffectKind.PAY_ONCE
    payment: tuple[PeriodicPayment, ...] = ()
    cover: tuple[Cover, ...] = ()
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
        yield from overlaps(self.cover, of="cover")
        yield from overlaps(self.payment, of="payment")
        yield from self._payment_faults()
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
            if bool(part) != (kind is self.kind):
                yield f"{kind.value} and nothing else has its block"

    def _payment_faults(self) -> Iterator[str]:
        """Days that no payment is of between two that have one, and periods that two laws would cut differently."""
        for earlier, later in itertools.pairwise(sorted(self.payment, key=lambda each: each.law.valid_from)):
            begins_on = later.law.valid_from
            if earlier.law.valid_to is not None and earlier.law.valid_to < begins_on - timedelta(days=1):
                yield f"payment: nothing holds on {(begins_on - timedelta(days=1)).isoformat()}"
            firsts = {Period.containing(begins_on, kind=each.every).first_on for each in (earlier, later)}
            if earlier.every is not later.every and firsts != {begins_on}:
                yield (
                    f"payment: {begins_on.isoformat()} is not the first day of a {earlier.every} and of a {later.every}"
                )

    @property
    def opens_award(self) -> bool:
        """Whether a grant opens an award, which lives on after the claim is decided."""
        return self.kind in (EffectKind.COVER, EffectKind.PAY_PERIODICALLY)

    def first_on(self, since_on: date) -> date:
        """The first day of the award where its reason (the day of the decision, of the event, of the filing) came on a
        day: that day for a cover, the first day of a period, or that day, for a payment. `NothingInForce` where no law
        pays then."""
        if not self.payment:
            return since_on
        payment = in_force(self.payment, on=since_on)
        if payment.begins_with is BeginsWith.THIS_DAY:
            return since_on
        period = Period.containing(since_on, kind=payment.every)
        return (period if payment.begins_with is BeginsWith.THIS_PERIOD else period.next).first_on

    def payment_on(self, day: date) -> PeriodicPayment | None:
        """How it is paid by the law of a day, or by the first one of all before that: the period in which it begins is
        paid whole. None where it is no payment of every period, or none any more."""
        begins_on = min((each.law.valid_from for each in self.payment), default=day)
        return find_in_force(self.payment, on=max(day, begins_on))

    def cover_on(self, day: date) -> Cover | None:
        """What a cover bears that begins on a day; None where it is none, or none is granted by then."""
        return find_in_force(self.cover, on=day)

    def life_certificate_months_on(self, day: date) -> int | None:
        """Every how many months the person proves that they live, by the law of a day; None where nobody asks."""
        payment = self.payment_on(day)
        return None if payment is None else payment.life_certificate_months

    def periods(self, first_on: date, *, upto: date) -> Iterator[Period]:
        """The periods that are paid from a day on, in order, up to the one that begins on or before another day: cut as
        the law of the first day of each says."""
        day = first_on
        while day <= upto and (payment := self.payment_on(day)) is not None:
            period = Period.containing(day, kind=payment.every)
            yield period
            day = period.last_on + timedelta(days=1)

    def last_on_of_dead(self, died_on: date) -> date:
        """The last day, included, of an award whose person died on a day."""
        rule = find_in_force(self.on_death, on=died_on)
        ends_with = DeathEnd.DAY_OF_DEATH if rule is None else rule.ends_with
        if ends_with is DeathEnd.END_OF_MONTH:
            return end_of_month(died_on)
        payment = self.payment_on(died_on)
        if ends_with is DeathEnd.END_OF_PERIOD and payment is not None:
            return Period.containing(died_on, kind=payment.every).last_on
        return died_on

    def last_on(self, first_on: date) -> date | None:
        """The last day, included, that is known when it begins; None for a payment, which a fact ends.
        `NothingInForce` where no law grants a cover from that day."""
        return in_force(self.cover, on=first_on).last_on(first_on) if self.cover else None


PAY_ONCE = Effect()
