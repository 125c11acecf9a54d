"""What a debt costs for coming late, by the fund's dated rules, and what follows from it. Pure.

A month of lateness is counted from the last day in time: due on 15 April, the first is 16 April to 15 May, and each
month that has begun counts in full. What a month costs is a percentage of its base, rounded as contributions are:

* late payment: the most that was owed on any day of the month. A part that is paid lowers the base of the months after
  it, from the day on which the bank booked it; money that the bank took back raises it again from its day;
* wages not declared: the same, of what was declared after the last day in time. What comes pays the rest first;
* declaration not produced: what the first declaration made due, until the day on which it came.

A measure of the fund that was granted puts a part of the debt off to a later day, from which its months are counted
(what comes pays the rest first), or equal parts of it to several days (what comes pays the earlier ones first), or lets
the months of a time cost nothing; so does a settlement plan while it holds, and what it waives once it is finished is
taken off what was charged. What the employer disputes costs nothing meanwhile where the fund's rule says so.

A declaration that is replaced by a lower one was never owed at the higher amount, so that less is charged from the
beginning; the difference to a higher one was owed from the beginning too, and not declared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from services.payments.arrears.penalty import DeferredPart, Penalties, PenaltyAccount, PenaltyForecast, PenaltyLine
from services.payments.obligations import rules as owing
from services.payments.obligations.obligation import Obligation, ObligationStatus, PenaltyFreeze, PenaltyPause
from shared.events.payments.arrears import DeferralReminded
from shared.funds.arrears import Measure, MeasureLoss, PenaltyReason, PenaltyRule
from shared.funds.fund import Fund
from shared.funds.period import Period, later
from shared.kernel.errors import Missing
from shared.kernel.outcome import Outcome

MONTHS_MAX = 600
"""Of lateness: after fifty years it costs no more."""
DAY = timedelta(days=1)


class PenaltiesUnknown(Missing):
    code = "arrears.penalties-unknown"


# --- What it costs ----------------------------------------------------------------------------------------------------


def due_on(obligation: Obligation, *, fund: Fund) -> date:
    """The last day in time: as it was when the debt was opened, or the later day that a decree has put it off to."""
    form = fund.declarations.forms.get(obligation.form) if fund.sections.declarations else None
    if form is None:
        return obligation.due_on
    return max(obligation.due_on, form.due_on(Period.read(obligation.period), calendar=fund.calendar))


def measures_for(obligation: Obligation, *, fund: Fund, granted: Iterable[str]) -> tuple[Measure, ...]:
    """Those of the measures that were granted to the employer that are for this debt."""
    known = fund.sections.arrears.measures if fund.sections.arrears else {}
    last_on = due_on(obligation, fund=fund)
    return tuple(
        known[code]
        for code in granted
        if code in known and known[code].is_for(form=obligation.form, period=obligation.period, due_on=last_on)
    )


def penalties(obligation: Obligation, *, fund: Fund, as_of: date, measures: Sequence[Measure] = ()) -> Penalties:
    """What a debt costs for coming late, as of a day, if nothing more comes for it; nothing by a fund without rules.
    `measures` are those that hold for it (`measures_for`)."""
    section = fund.sections.arrears
    if section is None or obligation.status is ObligationStatus.CANCELLED:
        return Penalties(as_of=as_of, lines=())
    debts = _debts(obligation, due_on=due_on(obligation, fund=fund), measures=measures, as_of=as_of)
    lines = [
        line
        for debt in debts
        for reason in PenaltyReason
        for line in _merged(_lines(debt, section.of(reason), fund=fund, as_of=as_of))
    ]
    return Penalties(as_of=as_of, lines=tuple(lines))


def deferred(
    obligation: Obligation, *, fund: Fund, as_of: date, measures: Sequence[Measure]
) -> tuple[DeferredPart, ...]:
    """What of a debt is put off to which days, the earlier first; nothing of what was lost."""
    last_on = due_on(obligation, fund=fund)
    debts = _debts(obligation, due_on=last_on, measures=measures, as_of=as_of)
    return tuple(
        DeferredPart(due_on=each.due_on, amount_minor=each.due_minor, left_minor=each.left_minor(as_of))
        for each in debts
        if each.due_on > last_on
    )


def forecast(obligation: Obligation, *, fund: Fund, today: date, measures: Sequence[Measure] = ()) -> PenaltyForecast:
    """What a debt costs today, tomorrow, and from when it costs more if nothing is paid."""
    now = penalties(obligation, fund=fund, as_of=today, measures=measures)
    tomorrow = penalties(obligation, fund=fund, as_of=today + DAY, measures=measures)
    next_on = next_day(obligation, fund=fund, after=today, measures=measures)
    later_on = penalties(obligation, fund=fund, as_of=next_on, measures=measures) if next_on else now
    return PenaltyForecast(
        employer_id=obligation.employer_id,
        declaration_id=obligation.declaration_id,
        form=obligation.form,
        period=obligation.period,
        due_on=due_on(obligation, fund=fund),
        left_minor=obligation.left_minor,
        charged_minor=obligation.penalty_minor,
        penalty_paid_minor=obligation.penalty_paid_minor,
        today=now,
        tomorrow_minor=tomorrow.total_minor,
        next_on=next_on,
        next_minor=later_on.total_minor,
        deferred_parts=deferred(obligation, fund=fund, as_of=today, measures=measures),
        plan_id=obligation.plan_id,
        spared_minor=obligation.spared_minor + obligation.waived_minor,
        is_provisional=obligation.is_provisional,
        disputed_minor=obligation.disputed_minor,
    )


def next_day(obligation: Obligation, *, fund: Fund, after: date, measures: Sequence[Measure] = ()) -> date | None:
    """The next day on which a debt costs more if nothing is paid; None where it never does. A rule that comes into
    force within the next year is seen; one beyond it, when that year is over."""
    section = fund.sections.arrears
    if section is None or obligation.status is ObligationStatus.CANCELLED or not obligation.unpaid_minor:
        return None
    new_days = {day for each in measures for day in each.new_days}
    starts = {
        start
        for rule in section.penalties
        for last_on in {due_on(obligation, fund=fund), *new_days}
        for number in _months_around(last_on, after)
        if (start := _start(last_on, number, rule)) > after
    }
    # What is not paid by a new day may be late from the first one: that is seen on the day after it.
    lost = {day + DAY for day in new_days if day >= after}

    def cost_minor(day: date) -> int:
        return penalties(obligation, fund=fund, as_of=day, measures=measures).total_minor

    now_minor = cost_minor(after)
    return next((day for day in sorted(starts | lost) if cost_minor(day) > now_minor), None)


# --- What is charged --------------------------------------------------------------------------------------------------


def account_of(obligation: Obligation, *, before: PenaltyAccount | None, fund: Fund) -> PenaltyAccount:
    """Where what is charged for a debt is counted: as before, under the declaration that stands for it by now."""
    last_on = due_on(obligation, fund=fund)
    if before is not None:
        return replace(before, declaration_id=obligation.declaration_id, due_on=last_on)
    return PenaltyAccount(
        debt_id=obligation.debt_id,
        declaration_id=obligation.declaration_id,
        employer_id=obligation.employer_id,
        form=obligation.form,
        period=obligation.period,
        due_on=last_on,
    )


def owed_by_reason(owed: Penalties, *, waived: Mapping[str, int]) -> dict[PenaltyReason, int]:
    """What is owed of each reason, less what a finished settlement plan has waived of it."""
    return {reason: max(0, minor - waived.get(reason.value, 0)) for reason, minor in owed.by_reason.items()}


def to_waive(account: PenaltyAccount, *, amount_minor: int, before: Mapping[str, int]) -> dict[str, int]:
    """By reason, what settlement plans take off what was charged, once one more is finished, which takes an amount: all
    of one reason before the next."""
    waived = dict(before)
    for reason in PenaltyReason:
        part_minor = min(amount_minor, account.charged.get(reason, 0))
        if part_minor:
            waived[reason.value] = waived.get(reason.value, 0) + part_minor
            amount_minor -= part_minor
    return waived


def to_charge(account: PenaltyAccount, due: Mapping[PenaltyReason, int]) -> dict[PenaltyReason, int]:
    """What is to be charged more by reason, below zero where some is to be given back; nothing where all is charged as
    it is owed."""
    changes = {reason: due.get(reason, 0) - account.charged.get(reason, 0) for reason in PenaltyReason}
    return {reason: minor for reason, minor in changes.items() if minor}


def charged(account: PenaltyAccount, due: Mapping[PenaltyReason, int], *, on: date) -> PenaltyAccount:
    """All that is owed is charged now."""
    return replace(account, charged=due, charges=account.charges + 1, charged_on=on)


def look_next_at(
    obligation: Obligation, *, fund: Fund, today: date, measures: Sequence[Measure] = ()
) -> datetime | None:
    """When more is owed, if nothing is paid, at the beginning of the day on which the next month begins; or when the
    employer is to be reminded of what was put off. While something is owed and neither is foreseen, somebody looks
    again after a year: a rule may have come into force."""
    if obligation.status is ObligationStatus.CANCELLED or not obligation.unpaid_minor:
        return None
    costs_more_on = next_day(obligation, fund=fund, after=today, measures=measures)
    reminders = (
        _reminder_on(each, measures) for each in deferred(obligation, fund=fund, as_of=today, measures=measures)
    )
    days = [day for day in (costs_more_on, *reminders) if day is not None and day > today]
    return datetime.combine(min(days, default=today + timedelta(days=365)), time(), fund.zone)


# --- What the employer is reminded of ---------------------------------------------------------------------------------


def remind(
    account: PenaltyAccount,
    obligation: Obligation,
    *,
    fund: Fund,
    today: date,
    measures: Sequence[Measure],
    at: datetime,
) -> Outcome[PenaltyAccount]:
    """Some days before the day to which a debt, or a part of it, is put off the employer is reminded of what is left of
    it, once; not of what a settlement plan is for, which has days of its own."""
    parts = () if owing.is_held(obligation) else deferred(obligation, fund=fund, as_of=today, measures=measures)
    for part in parts:
        reminder_on, reminded_on = _reminder_on(part, measures), account.reminded_on or date.min
        if reminder_on is None or not reminder_on <= today <= part.due_on or part.due_on <= reminded_on:
            continue
        published = DeferralReminded(
            declaration_id=obligation.declaration_id,
            employer_id=obligation.employer_id,
            form=obligation.form,
            period=obligation.period,
            due_on=part.due_on,
            amount_minor=part.left_minor,
            currency=fund.currency.value,
            reminded_at=at,
        )
        return Outcome(replace(account, reminded_on=part.due_on), (published,))
    return Outcome(account)


def _reminder_on(part: DeferredPart, measures: Iterable[Measure]) -> date | None:
    """From which day on the employer is reminded of a part; None where nothing is left of it, or it never is."""
    days = next((each.reminder_days for each in measures if part.due_on in each.new_days), 0)
    return part.due_on - timedelta(days=days) if days and part.left_minor else None


# ----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Debt:
    """A debt, or the part of one that is due by a day of its own, as its penalties are computed from it."""

    due_on: date
    due_minor: int
    before_minor: int
    """What comes pays so much of the rest first."""
    paid: tuple[tuple[date, int], ...]
    """The days on which money came or was taken back, and all that was there then."""
    late_minor: int
    """What was declared after the last day in time."""
    came_late_on: date | None
    """When the first declaration came, if it came late; the end of time where none came yet."""
    first_minor: int
    """What the first declaration made due, or what of it is still due."""
    frozen: tuple[Measure | PenaltyFreeze, ...] = ()
    """The measures and settlement plans by which months of a time cost nothing."""
    pauses: tuple[PenaltyPause, ...] = ()
    """The disputes by which they cost nothing of a part of it."""

    @classmethod
    def of(cls, obligation: Obligation, *, due_on: date) -> "_Debt":
        history = obligation.history
        declared = [each for each in history if each.due_minor]
        in_time_minor = sum(each.due_minor for each in declared if each.on <= due_on)
        paid_minor, paid = 0, []
        for each in history:
            paid_minor += each.paid_minor
            paid.append((each.on, paid_minor))
        came_on = declared[0].on if declared else None
        if obligation.is_provisional:
            came_on = date.max
        elif obligation.produced_on is not None:
            came_on = obligation.produced_on
        first_minor = sum(each.due_minor for each in declared if came_on is not None and each.on <= came_on)
        return cls(
            due_on=due_on,
            due_minor=obligation.due_minor,
            before_minor=0,
            paid=tuple(paid),
            late_minor=max(0, obligation.due_minor - max(0, in_time_minor)),
            came_late_on=came_on if came_on and came_on > due_on else None,
            first_minor=min(first_minor, obligation.due_minor),
        )

    def owed_minor(self, from_on: date, until_on: date) -> int:
        """The most that was owed on any day of a time. On the day on which money comes it is owed no more: it came in
        the month before where it came on its last day."""
        before = [minor for day, minor in self.paid if day < from_on]
        within = [minor for day, minor in self.paid if from_on <= day <= until_on]
        least_minor = min([before[-1] if before else 0, *within])
        return max(0, self.due_minor - max(0, least_minor - self.before_minor))

    def left_minor(self, as_of: date) -> int:
        """What is left of it once a day is over."""
        return self.owed_minor(as_of + DAY, as_of + DAY)

    def split(self, *, deferred_minor: int, until_on: date) -> "tuple[_Debt, _Debt]":
        """What is still due by its day, and what is put off; what was declared late is with the latter first."""
        late_minor = min(self.late_minor, deferred_minor)
        rest_minor = self.due_minor - deferred_minor
        rest = replace(self, due_minor=rest_minor, late_minor=self.late_minor - late_minor)
        put_off = replace(
            self,
            due_on=until_on,
            due_minor=deferred_minor,
            before_minor=self.before_minor + rest_minor,
            late_minor=late_minor,
            came_late_on=None,
        )
        return rest, put_off


def _debts(obligation: Obligation, *, due_on: date, measures: Sequence[Measure], as_of: date) -> tuple[_Debt, ...]:
    """The debt in its parts: the first is due by its usual day, the others, where there are some, were put off. A part
    that was lost is due by the usual day too; where nothing is put off any more the debt is whole."""
    whole = replace(
        _Debt.of(obligation, due_on=due_on), frozen=(*measures, *obligation.freezes), pauses=obligation.pauses
    )
    for measure in measures:
        side_minor = obligation.due_minor if measure.side is None else obligation.sides.get(measure.side.value, 0)
        days = [max(day, due_on) for day in measure.new_days]
        rest, *parts = _in_parts(whole, deferred_minor=min(side_minor, obligation.due_minor), days=days)
        standing = [
            replace(each, due_on=due_on) if measure.loss is MeasureLoss.UNPAID and _is_unpaid(each, as_of) else each
            for each in parts
        ]
        if any(each.due_on > due_on for each in standing):
            return rest, *standing
    return (whole,)


def _in_parts(whole: _Debt, *, deferred_minor: int, days: Sequence[date]) -> list[_Debt]:
    """What is due by the usual day, and equal parts of what is put off, the last of which has what rounding left. A
    part of nothing is none."""
    debts, left = [], whole
    for number, day in enumerate(days):
        from_here_minor = deferred_minor - deferred_minor // len(days) * number
        before, left = left.split(deferred_minor=from_here_minor, until_on=day)
        debts.append(before)
    first, *parts = (*debts, left)
    return [first, *(each for each in parts if each.due_minor)]


def _is_unpaid(part: _Debt, as_of: date) -> bool:
    """Whether the day of a part has passed and not all of it had come by then."""
    return as_of > part.due_on and part.left_minor(part.due_on) > 0


def _lines(debt: _Debt, rules: Iterable[PenaltyRule], *, fund: Fund, as_of: date) -> Iterator[PenaltyLine]:
    """The months that have begun by a day, each a line."""
    rules, sum_minor, exact_minor, is_first = list(rules), 0, 0, True
    for number in range(MONTHS_MAX if rules else 0):
        if later(debt.due_on, months=number) >= as_of:
            break
        rule = next((each for each in rules if each.law.holds_on(_start(debt.due_on, number, each))), None)
        if rule is None:
            continue
        from_on, until_on = _start(debt.due_on, number, rule), later(debt.due_on, months=number + 1)
        base_minor = _base_minor(debt, rule.reason, from_on, min(max(from_on, until_on), as_of))
        paused_minor = sum(each.amount_minor for each in debt.pauses if each.holds_on(from_on))
        base_minor = max(0, base_minor - paused_minor)
        if from_on > as_of or not base_minor or any(each.is_frozen_on(from_on) for each in debt.frozen):
            continue
        percent = rule.first_percent if is_first else rule.percent
        is_first = False
        exact_minor += fund.rounding.of_contributions(on=from_on).share(base_minor, percent)
        amount_minor = _bounded(exact_minor, rule, debt) - sum_minor
        sum_minor += amount_minor
        if amount_minor:
            yield PenaltyLine(
                reason=rule.reason,
                from_on=from_on,
                until_on=max(from_on, until_on),
                months=1,
                base_minor=base_minor,
                percent=percent,
                amount_minor=amount_minor,
                law=rule.law,
            )


def _base_minor(debt: _Debt, reason: PenaltyReason, from_on: date, until_on: date) -> int:
    match reason:
        case PenaltyReason.LATE_PAYMENT:
            return debt.owed_minor(from_on, until_on)
        case PenaltyReason.WAGES_NOT_DECLARED:
            return min(debt.late_minor, debt.owed_minor(from_on, until_on))
        case PenaltyReason.DECLARATION_NOT_PRODUCED:
            is_missing = debt.came_late_on is not None and from_on <= debt.came_late_on
            return debt.first_minor if is_missing else 0


def _bounded(exact_minor: int, rule: PenaltyRule, debt: _Debt) -> int:
    """What the months come to, raised to the rule's floor or cut at its maximum."""
    if not exact_minor:
        return 0
    amount_minor = max(exact_minor, rule.floor.amount_minor if rule.floor else 0)
    if rule.maximum_percent is not None:
        amount_minor = min(amount_minor, int(Fraction(debt.due_minor) * Fraction(rule.maximum_percent) / 100))
    return min(amount_minor, rule.maximum.amount_minor) if rule.maximum else amount_minor


def _merged(lines: Iterable[PenaltyLine]) -> list[PenaltyLine]:
    """Months in a row on one base at one rate, as one line."""
    merged: list[PenaltyLine] = []
    for line in lines:
        last = merged[-1] if merged else None
        if last is not None and _is_alike(last, line):
            merged[-1] = replace(
                last,
                until_on=line.until_on,
                months=last.months + 1,
                amount_minor=last.amount_minor + line.amount_minor,
            )
        else:
            merged.append(line)
    return merged


def _is_alike(last: PenaltyLine, line: PenaltyLine) -> bool:
    """Whether a month goes on as those before it. An amount that a floor or a maximum changed stands by itself."""
    same = (last.reason, last.base_minor, last.percent, last.law) == (
        line.reason,
        line.base_minor,
        line.percent,
        line.law,
    )
    return same and last.until_on + DAY == line.from_on and last.amount_minor == last.months * line.amount_minor


def _start(last_on: date, number: int, rule: PenaltyRule) -> date:
    """The first day of a month of lateness, by its number from 0."""
    return max(later(last_on, months=number) + DAY, last_on + timedelta(days=rule.from_day))


def _months_around(last_on: date, day: date) -> range:
    """The numbers of the months that may begin within the year after a day."""
    begun = max(0, (day.year - last_on.year) * 12 + day.month - last_on.month - 1)
    return range(min(begun, MONTHS_MAX), min(begun + 15, MONTHS_MAX))
