"""What a fund does about contributions that come late, as data: penalties by dated rules, measures that help."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.funds.contributions import ContributionSide
from shared.funds.faults import refuse
from shared.funds.law import Law, overlaps
from shared.funds.period import WRITTEN
from shared.funds.texts import Texts
from shared.kernel.money import Money

DAYS_MAX = 366
PERCENT_MAX = 100
PERIODS_MAX = 60
PARTS_MAX = 60
DISPUTE_DAYS_MAX = 3660
PLAN_MONTHS_MAX = 120
PLAN_DAYS_MAX = 27
"""Of grace and of reminders: what is about one instalment comes before the next."""


class PenaltyReason(StrEnum):
    """What a penalty is for, and with it what it is a percentage of and how long it runs."""

    LATE_PAYMENT = "late-payment"
    """Contributions are paid after their day: of what is owed in each month, until it is paid."""
    WAGES_NOT_DECLARED = "wages-not-declared"
    """Wages were declared after the day: of what is owed in each month on these wages, until it is paid. It comes on
    top of the penalty of late payment."""
    DECLARATION_NOT_PRODUCED = "declaration-not-produced"
    """The whole declaration came after its day: of what it made due, until it came."""


@dataclass(frozen=True, kw_only=True)
class PenaltyRule:
    """A penalty, as a law sets it. Each month, and each part of one, counts in full; months are counted from the last
    day in time. What a month costs is said by the rule that holds on its first day."""

    reason: PenaltyReason
    first_percent: Decimal
    """Of the first month or part of one."""
    percent: Decimal
    """Of each further month or part of one; 0 where there is only the first."""
    law: Law
    from_day: int = 1
    """From which day after the last day in time it is owed: the first month counts in full from then on."""
    floor: Money | None = None
    """The least that it comes to where it is owed at all."""
    maximum: Money | None = None
    """The most that it comes to."""
    maximum_percent: Decimal | None = None
    """The most that it comes to, of what the declaration made due."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not all(0 <= each <= PERCENT_MAX for each in (self.first_percent, self.percent)):
            yield f"first_percent and percent are from 0 to {PERCENT_MAX}"
        if not self.first_percent and not self.percent:
            yield "first_percent and percent are both 0: leave the rule out instead"
        if not 1 <= self.from_day <= DAYS_MAX:
            yield f"from_day is from 1 to {DAYS_MAX}"
        if self.maximum_percent is not None and self.maximum_percent <= 0:
            yield "maximum_percent is above 0"
        if self.floor is not None and self.maximum is not None and self.floor.amount_minor > self.maximum.amount_minor:
            yield "floor is above maximum"


@dataclass(frozen=True, kw_only=True)
class ProvisionalRule:
    """What an employer that declared nothing owes until it declares, as a law sets it: what its last declaration made
    due, and so much more. Which rule it is follows from the last day of the period."""

    percent: Decimal
    """On top of what the last declaration made due."""
    law: Law
    after_days: int = 1
    """How many days after the last day in time it may be assessed at the earliest."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not 0 <= self.percent <= PERCENT_MAX:
            yield f"percent is from 0 to {PERCENT_MAX}"
        if not 1 <= self.after_days <= DAYS_MAX:
            yield f"after_days is from 1 to {DAYS_MAX}"


class DisputePenalties(StrEnum):
    """What becomes of the penalties of what an employer disputes, while the fund has not decided."""

    RUN = "run"
    """They go on."""
    IF_UPHELD = "if-upheld"
    """Nothing is charged meanwhile; of what the fund upholds it is charged then, as if it had not been disputed."""
    SPARED = "spared"
    """The months that begin meanwhile cost nothing, whatever the fund decides."""


@dataclass(frozen=True, kw_only=True)
class DisputeRule:
    """How employers dispute what they owe, as a law or a decision of the fund sets it."""

    grounds: Mapping[str, Texts]
    """Why a debt may be disputed, by code: the employer chooses one and explains it."""
    within_days: int
    """How many days after the debt was declared or assessed it may be disputed."""
    decide_within_days: int
    """How many days the fund has to decide; agents see first what is due first."""
    penalties: DisputePenalties
    law: Law
    second_person_from: Money | None = None
    """From which amount that is not owed a second person has to agree; never, where there is none."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not self.grounds:
            yield "grounds: at least one"
        for name in ("within_days", "decide_within_days"):
            if not 1 <= getattr(self, name) <= DISPUTE_DAYS_MAX:
                yield f"{name} is from 1 to {DISPUTE_DAYS_MAX}"


class MeasureKind(StrEnum):
    """What a measure does for an employer to whom it is granted."""

    DEFER = "defer"
    """A part of the debt, or all of it, may be paid later (`new_due_on`)."""
    SPLIT = "split"
    """The same may be paid in equal parts, each by a day of its own (`part_days`)."""
    WAIVE = "waive"
    """Months of lateness that begin from `frozen_from_on` to `frozen_to_on` cost nothing."""


class MeasureProof(StrEnum):
    """What an employer shows before it is granted a measure."""

    NONE = "none"
    DECLARED = "declared"
    """It declares that it fulfils the conditions."""
    CHECKED = "checked"
    """An agent decides."""


class MeasureLoss(StrEnum):
    """When what was granted is lost."""

    NEVER = "never"
    UNPAID = "unpaid"
    """Where what was deferred is not paid by the new day: it is then late from the first one. Of several parts, the one
    that was not paid."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measure that an employer asks for by itself, as a law or a decision of the fund sets it."""

    kind: MeasureKind
    names: Texts
    conditions: Texts
    """Who may have it, in the words that an employer reads before it asks."""
    form: str
    """The form of declaration whose debts it is for."""
    periods: tuple[str, ...]
    """The periods that it is for, as `2020-Q2`."""
    ask_from_on: date
    ask_until_on: date
    """The last day on which it may be asked for, included."""
    proof: MeasureProof
    law: Law
    side: ContributionSide | None = None
    """The side of the contributions that is deferred; all of them where none is named."""
    activities: tuple[str, ...] = ()
    """The kinds of business that it is for; all where none is named."""
    new_due_on: date | None = None
    """The last day in time of what is deferred."""
    part_days: tuple[date, ...] = ()
    """The last day in time of each of the equal parts, the earlier first; the last has what rounding left."""
    reminder_days: int = 7
    """How many days before what was deferred, or a part of it, is due the employer is reminded; 0: never."""
    frozen_from_on: date | None = None
    frozen_to_on: date | None = None
    """From when to when months of lateness cost nothing, both days included."""
    loss: MeasureLoss = MeasureLoss.NEVER
    is_retroactive: bool = False
    """Whether it is also for debts whose last day in time was before its law."""
    withdrawn: Law | None = None
    """The text that undid it: what was granted holds no more."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not 0 < len(self.periods) <= PERIODS_MAX or any(
            re.fullmatch(WRITTEN, each) is None for each in self.periods
        ):
            yield f"periods: 1 to {PERIODS_MAX} periods, such as 2025, 2026-Q1 or 2026-M01"
        if self.ask_until_on < self.ask_from_on:
            yield "ask_until_on is before ask_from_on"
        if (self.frozen_from_on is None) != (self.frozen_to_on is None):
            yield "frozen_from_on and frozen_to_on belong together"
        if (self.kind is MeasureKind.DEFER) != (self.new_due_on is not None):
            yield "new_due_on belongs to the kind defer, which needs it"
        if (self.kind is MeasureKind.SPLIT) != bool(self.part_days):
            yield "part_days belong to the kind split, which needs them"
        if self.part_days and not 2 <= len(self.part_days) <= PARTS_MAX:
            yield f"part_days: 2 to {PARTS_MAX} days"
        if list(self.part_days) != sorted(set(self.part_days)):
            yield "part_days: each day once, the earlier first"
        if not 0 <= self.reminder_days <= PLAN_DAYS_MAX:
            yield f"reminder_days is from 0 to {PLAN_DAYS_MAX}"
        if self.kind is MeasureKind.WAIVE and self.frozen_from_on is None:
            yield "the kind waive needs frozen_from_on and frozen_to_on"
        if self.kind is MeasureKind.WAIVE and (self.side or self.loss is not MeasureLoss.NEVER):
            yield "side and loss belong to the kinds defer and split"

    @property
    def new_days(self) -> tuple[date, ...]:
        """The last day in time of each part that may be paid later: one where it is deferred, none where nothing is."""
        return self.part_days if self.new_due_on is None else (self.new_due_on,)

    def is_frozen_on(self, day: date) -> bool:
        """Whether a month of lateness that begins on a day costs nothing."""
        if self.frozen_from_on is None or self.frozen_to_on is None:
            return False
        return self.frozen_from_on <= day <= self.frozen_to_on

    def is_for(self, *, form: str, period: str, due_on: date) -> bool:
        """Whether it is for a debt of a form and period that was due by a day."""
        if self.withdrawn is not None or form != self.form or period not in self.periods:
            return False
        return self.is_retroactive or due_on >= self.law.valid_from


class PlanBreach(StrEnum):
    """When a plan is broken, so that the penalties that it was to waive are owed again."""

    MISSED = "missed"
    """After so many instalments that were not paid (`missed_max`)."""
    LAST_DAY = "last-day"
    """Where not all is paid by the day of the last instalment."""


class FrozenMonths(StrEnum):
    """What becomes of the months of lateness that cost nothing while a plan held, once it is broken."""

    OWED = "owed"
    """They cost what they would have cost without the plan."""
    SPARED = "spared"
    """They stay without cost; months that begin after the plan was broken cost again."""


@dataclass(frozen=True, kw_only=True)
class WaivedShare:
    """What of the penalties is waived after the last instalment of a plan of at most so many months; a plan of one
    month is one payment."""

    months_max: int
    percent: Decimal

    def __post_init__(self) -> None:
        if not 1 <= self.months_max <= PLAN_MONTHS_MAX or not 0 <= self.percent <= PERCENT_MAX:
            raise ValueError(f"months_max is from 1 to {PLAN_MONTHS_MAX}, percent from 0 to {PERCENT_MAX}")


@dataclass(frozen=True, kw_only=True)
class SettlementScheme:
    """By which debts may be paid in instalments, as a law sets it, and what is waived for it."""

    names: Texts
    ask_from_on: date
    ask_until_on: date
    """The last day on which it may be asked for, included."""
    waived: tuple[WaivedShare, ...]
    """By how long the plan runs, the shorter first; a plan that is longer than all of them is not made."""
    breach: PlanBreach
    law: Law
    missed_max: int | None = None
    """How many missed instalments break it."""
    debts_until_on: date | None = None
    """The debts that it is for: those that were due by this day; all where none is named."""
    needs_current_paid: bool = False
    """Whether debts that were due after that day have to be paid, before a plan is made and while it runs."""
    frozen_months: FrozenMonths = FrozenMonths.OWED
    """What a broken plan does to the months during which it held."""
    grace_days: int = 0
    """How many days after its day an instalment may come before it counts as missed; a later debt the same."""
    reminder_days: int = 7
    """How many days before an instalment the employer is reminded of it; 0: never."""
    needs_second_person: bool = False
    """Whether another agent has to agree too before a plan holds."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if self.ask_until_on < self.ask_from_on:
            yield "ask_until_on is before ask_from_on"
        months = [each.months_max for each in self.waived]
        if not months or months != sorted(set(months)):
            yield "waived names each length once, the shorter first"
        if (self.breach is PlanBreach.MISSED) != (self.missed_max is not None):
            yield "missed_max belongs to the breach missed, which needs it"
        if self.missed_max is not None and self.missed_max < 1:
            yield "missed_max is at least 1"
        if self.needs_current_paid and self.debts_until_on is None:
            yield "needs_current_paid needs debts_until_on"
        if not all(0 <= each <= PLAN_DAYS_MAX for each in (self.grace_days, self.reminder_days)):
            yield f"grace_days and reminder_days are from 0 to {PLAN_DAYS_MAX}"

    def waived_percent(self, months: int) -> Decimal | None:
        """What of the penalties a plan of so many months waives; None where no plan is so long."""
        return next((each.percent for each in self.waived if months <= each.months_max), None)


@dataclass(frozen=True, kw_only=True)
class Arrears:
    """The section `arrears` of a fund. A fund without it charges no penalties."""

    penalties: tuple[PenaltyRule, ...] = ()
    measures: Mapping[str, Measure] = field(default_factory=dict)
    """What employers may ask for, by code."""
    settlements: Mapping[str, SettlementScheme] = field(default_factory=dict)
    """By which debts may be paid in instalments, by code."""
    provisional: tuple[ProvisionalRule, ...] = ()
    """What employers owe that declare nothing, by dated rules; without one nothing is assessed provisionally."""
    disputes: DisputeRule | None = None
    """How employers dispute what they owe; without it the fund takes no disputes here."""

    def __post_init__(self) -> None:
        refuse(self.faults())

    def faults(self, unread: Collection[str] = ()) -> Iterator[str]:
        """What does not fit together in the file."""
        yield from overlaps(self.provisional, of="provisional")
        for reason in PenaltyReason:
            yield from overlaps(self.of(reason), of=f"penalties of the reason {reason}")

    def of(self, reason: PenaltyReason) -> tuple[PenaltyRule, ...]:
        """The dated rules of a reason."""
        return tuple(rule for rule in self.penalties if rule.reason is reason)
