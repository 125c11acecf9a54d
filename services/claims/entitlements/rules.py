"""When work opens the right to care: any one of the fund's thresholds is enough (`shared/funds/definitions`)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from services.claims.entitlements.entitlement import (
    QUARTERS_KEPT_MAX,
    ROWS_KEPT_MAX,
    SELF_PAID_KEPT_MAX,
    Earned,
    Entitlement,
    EntitlementReason,
    EntitlementRight,
    RightStatus,
    SelfPaidMonth,
    Worked,
)
from services.claims.entitlements.terms import EntitlementTerms
from shared.events.payments.wages import DeclaredWageV2
from shared.funds.fund import Fund
from shared.funds.law import in_force
from shared.funds.period import Period, PeriodKind, last_day_of_term
from shared.kernel.errors import Missing


class EntitlementUnknown(Missing):
    code = "right.unknown"


def declared(entitlement: Entitlement, wage: DeclaredWageV2, *, employer_id: str, establishment: str) -> Entitlement:
    """The record with what an employer declared; a newer declaration of a period replaces the older one, with the
    day of entry that the older one gave."""
    new = {
        each.declared_by: each
        for each in (
            Worked(
                employer_id=employer_id,
                establishment=establishment,
                year=period.year,
                quarter=Period.of(period.year, period.kind, period.number).ends_in_quarter,
                kind=PeriodKind(period.kind),
                number=period.number,
                duration=period.duration,
                unit=period.unit,
                entered_on=wage.entered_on,
            )
            for period in wage.periods
        )
    }
    rows = [each for each in _with_its_first_day(entitlement) if each.declared_by not in new]
    rows = sorted(
        [*rows, *new.values()], key=lambda each: (each.place, each.first_on, each.employer_id, each.establishment)
    )
    kept = [each for each in rows if each.place > rows[-1].place - QUARTERS_KEPT_MAX][-ROWS_KEPT_MAX:]
    dropped = rows[: len(rows) - len(kept)]
    dropped_since_on = _first([entitlement.dropped_since_on, *(each.insured_since_on for each in dropped)])
    return replace(
        entitlement,
        worked=tuple(kept),
        earned=_earned(entitlement, wage, kept, employer_id=employer_id, establishment=establishment),
        dropped_since_on=dropped_since_on,
        insured_since_on=_first([dropped_since_on, *(each.insured_since_on for each in kept)]),
    )


def _earned(
    entitlement: Entitlement, wage: DeclaredWageV2, kept: Iterable[Worked], *, employer_id: str, establishment: str
) -> tuple[Earned, ...]:
    """The wages of the quarters that are kept, with what an employer declared in place of what it said before."""
    wages = {each.declared_by: each for each in entitlement.earned}
    for period in wage.periods:
        earned = Earned(
            employer_id=employer_id,
            establishment=establishment,
            year=period.year,
            quarter=Period.of(period.year, period.kind, period.number).ends_in_quarter,
            kind=PeriodKind(period.kind),
            number=period.number,
            wage_minor=period.wage_minor,
        )
        wages[earned.declared_by] = earned
    return tuple(wages[row.declared_by] for row in kept if row.declared_by in wages)


def _with_its_first_day(entitlement: Entitlement) -> tuple[Worked, ...]:
    """The quarters of a record. One that was kept before quarters had their day of entry knows an earlier first day
    than they explain: it goes with the first quarter that was worked, until that is declared again."""
    known_on, rows = entitlement.insured_since_on, entitlement.worked
    explained_on = _first([entitlement.dropped_since_on, *(each.insured_since_on for each in rows)])
    if known_on is None or (explained_on is not None and explained_on <= known_on):
        return rows
    first = next((each for each in rows if each.duration > 0), None)
    return tuple(replace(each, entered_on=known_on) if each is first else each for each in rows)


def counts_self_paid(fund: Fund, month: Period) -> bool:
    """Whether a month that a person pays alone counts for the right."""
    return any(each.law.holds_on(month.last_on) for each in fund.entitlements.self_paid_months)


def self_paid(entitlement: Entitlement, month: Period, *, is_paid: bool, as_of: datetime) -> Entitlement:
    """The record with a month that the person paid alone, or whose money was taken back. What payments said before
    something that is known already changes nothing."""
    known = {each.month: each for each in entitlement.self_paid}
    before = known.get(str(month))
    after = SelfPaidMonth(month=str(month), is_paid=is_paid, as_of=as_of)
    if before is not None and (as_of < before.as_of or after == before):
        return entitlement
    known[str(month)] = after
    months = sorted(known.values(), key=lambda each: each.period)
    return replace(entitlement, self_paid=tuple(months[-SELF_PAID_KEPT_MAX:]))


def counted(entitlement: Entitlement, *, fund: Fund) -> list[Worked]:
    """What was worked, and the months that the person paid alone and that count, as if they had been."""
    months = (Period.read(each) for each in entitlement.months_self_paid)
    return [*entitlement.worked, *(_as_worked(each) for each in months if counts_self_paid(fund, each))]


def _as_worked(month: Period) -> Worked:
    return Worked(
        employer_id="",
        year=month.year,
        quarter=month.ends_in_quarter,
        kind=month.kind,
        number=month.number,
        duration=1,
        unit="M",
    )


def _first(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)


def terms_of(entitlement: Entitlement, *, fund: Fund, on: date) -> EntitlementTerms:
    """What the fund asks of a person on a day: of a newcomer, as the fund counts them, its terms for newcomers."""
    rule = in_force(fund.entitlements.rules, on=on)
    since_on, months = entitlement.insured_since_on, rule.newcomer_months
    is_newcomer = since_on is not None and months > 0 and on <= last_day_of_term(since_on, months=months)
    thresholds = rule.newcomers if is_newcomer and rule.newcomers else rule.thresholds
    return EntitlementTerms(
        rule=rule,
        is_newcomer=is_newcomer,
        thresholds=thresholds,
        full=in_force(fund.declarations.full_quarter, on=on),
    )


def decide(entitlement: Entitlement, *, fund: Fund, on: date, died_on: date | None = None) -> EntitlementRight:
    """The right on a day. A quarter that has begun counts as far as it was declared. Who died has none after that
    day."""
    if died_on is not None and on > died_on:
        return EntitlementRight(status=RightStatus.CLOSED, reason=EntitlementReason.DECEASED, decided_on=on)
    terms = terms_of(entitlement, fund=fund, on=on)
    if terms.are_met(entitlement.worked, on=on):
        is_newcomer = terms.is_newcomer
        reason = EntitlementReason.ENOUGH_WORK_AS_NEWCOMER if is_newcomer else EntitlementReason.ENOUGH_WORK
    elif entitlement.self_paid and terms.are_met(counted(entitlement, fund=fund), on=on):
        reason = EntitlementReason.ENOUGH_SELF_PAID
    else:
        return EntitlementRight(status=RightStatus.CLOSED, reason=EntitlementReason.NOT_ENOUGH_WORK, decided_on=on)
    months = in_force(fund.entitlements.lifetime, on=on).months
    return EntitlementRight(
        status=RightStatus.OPEN,
        reason=reason,
        decided_on=on,
        valid_until=last_day_of_term(on, months=months),
    )


def is_open(entitlement: Entitlement, *, fund: Fund, on: date, died_on: date | None = None) -> bool:
    """Whether care on a day is covered: by the right as it was decided, or by the work done before that day; not after
    a death."""
    if died_on is not None and on > died_on:
        return False
    if entitlement.right is not None and entitlement.right.covers(on):
        return True
    return decide(entitlement, fund=fund, on=on).status is RightStatus.OPEN
