"""What a self-payer owes, and what may happen to an admission and to a month of it. Pure: the fund's definition and the
time are handed in."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from services.payments.contributions import rules as contributions
from services.payments.ledger.receipt import MoneyReceipt, with_receipt
from services.payments.self_payers.self_contribution import (
    SelfAssessment,
    SelfContribution,
    SelfContributionStatus,
    SelfPayerShare,
    id_of,
)
from services.payments.self_payers.self_payer import BASES_MAX, DeclaredBase, SelfPayer, SelfPayerStatus
from shared.events.payments.self_payers import SelfContributionCalled, SelfContributionPaid, SelfContributionReopened
from shared.funds.contributions import ContributionRates, ContributionSide, SelfPayers
from shared.funds.fund import Fund
from shared.funds.law import in_force
from shared.funds.period import Period, PeriodKind, PeriodMalformed
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.outcome import Outcome

MONTHS_BACK_MAX = 24
"""How long before the current month an admission may begin."""
MONTHS_AHEAD_MAX = 12
"""How long after it."""


class SelfPayersNotOffered(Missing):
    """The fund admits nobody to pay alone."""

    code = "self-payer.not-offered"


class SelfPayerUnknown(Missing):
    code = "self-payer.unknown"


class SelfPayerPersonUnknown(Missing):
    """The fund's register does not know the person."""

    code = "self-payer.person-unknown"


class SelfContributionUnknown(Missing):
    code = "self-payer.contribution-unknown"


class GroundUnknown(Invalid):
    code = "self-payer.ground-unknown"


class MonthTooFar(Invalid):
    """An admission begins neither so long ago nor so far ahead. `earliest_on` and `latest_on` are the first days
    of the months that may be."""

    code = "self-payer.month-too-far"


class AlreadyAdmitted(Conflict):
    """The person pays alone already, or did in that month."""

    code = "self-payer.already-admitted"


class NotAdmitted(Conflict):
    """The admission is ended."""

    code = "self-payer.ended"


class MonthCalled(Conflict):
    """What is due for the month was called already. `next_on` is when the first begins that can
    still be changed."""

    code = "self-payer.month-called"


class MonthBeforeStart(Invalid):
    """The last month is before the admission began. `from_on` is its first day."""

    code = "self-payer.month-before-start"


class MonthPaid(Conflict):
    """Money came for a month after the end. `until_on` is the last day of that month."""

    code = "self-payer.month-paid"


class TooManyBases(Conflict):
    code = "self-payer.too-many-bases"


# --- What is due ------------------------------------------------------------------------------------------------------


def offered(fund: Fund) -> SelfPayers:
    """How the fund admits self-payers. Raises `SelfPayersNotOffered`."""
    section = fund.sections.contributions
    if section is None or section.self_payers is None:
        raise SelfPayersNotOffered
    return section.self_payers


def month_of(text: str) -> Period:
    """A month as it is written. Raises `PeriodMalformed` also for a period of another kind."""
    month = Period.read(text)
    if month.kind is not PeriodKind.MONTH:
        raise PeriodMalformed
    return month


def assess(fund: Fund, *, base_minor: int, month: Period) -> SelfAssessment:
    """What a base makes due for a month, by the rates of its last day: each side is a percentage of the base, rounded
    as the fund rounds contributions, then raised to its floor or cut at its ceiling. Raises `NothingInForce`."""
    rates = in_force(offered(fund).rates, on=month.last_on)
    rounding = fund.rounding.of_contributions(on=month.last_on)
    bounded = contributions.bounded_shares(rates, base_minor, months=1, rounding=rounding)
    bases = {branch: base_minor for percents in rates.percents.values() for branch in percents}
    found = contributions.by_rates(rates, bases, bounded, rounding=rounding)
    branches: dict[str, int] = {}
    for each in found:
        branches[each.branch] = branches.get(each.branch, 0) + each.amount_minor
    shares = tuple(
        _share(
            rates,
            side,
            computed_minor=rounding.share(base_minor, rates.totals[side]),
            amount_minor=sum(each.amount_minor for each in found if each.side is side),
        )
        for side in rates.percents
    )
    return SelfAssessment(
        base_minor=base_minor, shares=shares, branches={code: amount for code, amount in branches.items() if amount}
    )


def _share(
    rates: ContributionRates, side: ContributionSide, *, computed_minor: int, amount_minor: int
) -> SelfPayerShare:
    bounds = rates.bounds.get(side)
    return SelfPayerShare(
        side=side,
        percent=sum(rates.percents[side].values(), Decimal(0)),
        computed_minor=computed_minor,
        floor_minor=bounds.floor.amount_minor if bounds and bounds.floor else None,
        ceiling_minor=bounds.ceiling.amount_minor if bounds and bounds.ceiling else None,
        amount_minor=amount_minor,
        law=rates.law,
    )


# --- The admission ----------------------------------------------------------------------------------------------------


def admit(
    fund: Fund,
    *,
    before: SelfPayer | None,
    person_ref: str,
    ground: str,
    from_month: Period,
    base_minor: int,
    note: str,
    by: str,
    at: datetime,
) -> SelfPayer:
    """An agent admits a person, or admits again whose admission ended before that month. What passed since is called at
    once. Raises `GroundUnknown`, `MonthTooFar`, `AlreadyAdmitted`, `NothingInForce`, `TooManyBases`."""
    if ground not in offered(fund).grounds:
        raise GroundUnknown
    _check_month(from_month, today=fund.day_of(at))
    if before is not None and (
        before.last_month is None or from_month <= Period.read(before.last_month) or _is_to_call(before)
    ):
        raise AlreadyAdmitted
    assess(fund, base_minor=base_minor, month=from_month)
    base = DeclaredBase(from_month=str(from_month), amount_minor=base_minor, ground=ground, at=at, by=by, note=note)
    admitted = SelfPayer(
        person_ref=person_ref,
        ground=ground,
        status=SelfPayerStatus.ADMITTED,
        from_month=str(from_month),
        next_month=str(from_month),
        bases=_with_base(before.bases if before else (), base),
        version=before.version if before else 0,
    )
    return _scheduled(admitted, fund=fund)


def change_base(
    known: SelfPayer, *, fund: Fund, from_month: Period, base_minor: int, note: str, by: str, at: datetime
) -> SelfPayer:
    """The base is another one from a month on that was not called yet. Raises `NotAdmitted`, `MonthCalled`,
    `TooManyBases`."""
    if known.status is not SelfPayerStatus.ADMITTED or known.next_month is None:
        raise NotAdmitted
    if from_month < Period.read(known.next_month):
        raise MonthCalled(next_on=Period.read(known.next_month).first_on)
    assess(fund, base_minor=base_minor, month=from_month)
    base = DeclaredBase(
        from_month=str(from_month), amount_minor=base_minor, ground=known.ground, at=at, by=by, note=note
    )
    return replace(known, bases=_with_base(known.bases, base))


def end(known: SelfPayer, *, fund: Fund, last_month: Period, reason: str) -> SelfPayer:
    """The person pays alone no longer than a month, included; the month before the first takes the admission back.
    Raises `NotAdmitted`, `MonthBeforeStart`."""
    if known.status is not SelfPayerStatus.ADMITTED:
        raise NotAdmitted
    if last_month.next < Period.read(known.from_month):
        raise MonthBeforeStart(from_on=Period.read(known.from_month).first_on)
    ended = replace(known, status=SelfPayerStatus.ENDED, last_month=str(last_month), end_reason=reason)
    return _scheduled(ended, fund=fund)


def month_to_call(known: SelfPayer, *, today: date) -> Period | None:
    """The next month that has begun and is not called yet; None where there is none."""
    if known.next_month is None:
        return None
    month = Period.read(known.next_month)
    return month if month.first_on <= today and _is_to_call(known) else None


def called(known: SelfPayer, *, fund: Fund) -> SelfPayer:
    """Its next month is called: the one after it is next, when it begins."""
    return (
        known
        if known.next_month is None
        else _scheduled(replace(known, next_month=str(Period.read(known.next_month).next)), fund=fund)
    )


def _is_to_call(known: SelfPayer) -> bool:
    return known.next_month is not None and (
        known.last_month is None or Period.read(known.next_month) <= Period.read(known.last_month)
    )


def _scheduled(known: SelfPayer, *, fund: Fund) -> SelfPayer:
    """With the time at which its next month begins where the fund is; none where no month is left."""
    if known.next_month is None or not _is_to_call(known):
        return replace(known, next_month=None, next_look_at=None)
    return replace(known, next_look_at=fund.bounds_of(Period.read(known.next_month).first_on)[0])


def _check_month(month: Period, *, today: date) -> None:
    current = Period.containing(today, kind=PeriodKind.MONTH)
    earliest, latest = current.before(MONTHS_BACK_MAX)[-1], current
    for _ in range(MONTHS_AHEAD_MAX):
        latest = latest.next
    if not earliest <= month <= latest:
        raise MonthTooFar(earliest_on=earliest.first_on, latest_on=latest.first_on)


def _with_base(bases: tuple[DeclaredBase, ...], base: DeclaredBase) -> tuple[DeclaredBase, ...]:
    """What was recorded for that month or later is no longer so."""
    kept = (*(each for each in bases if Period.read(each.from_month) < Period.read(base.from_month)), base)
    if len(kept) > BASES_MAX:
        raise TooManyBases
    return kept


# --- A month of it ----------------------------------------------------------------------------------------------------


def call(
    known: SelfPayer, *, fund: Fund, month: Period, before: SelfContribution | None, reference: str, at: datetime
) -> Outcome[SelfContribution]:
    """What is due for a month. One that is called late, because the admission came late, is due when the month of the
    call is."""
    due, today = offered(fund).due, fund.day_of(at)
    late = Period.containing(today, kind=PeriodKind.MONTH)
    made = SelfContribution(
        contribution_id=id_of(known.person_ref, str(month)),
        person_ref=known.person_ref,
        month=str(month),
        reference=before.reference if before else reference,
        status=SelfContributionStatus.OPEN,
        assessment=assess(fund, base_minor=known.base_in(month), month=month),
        due_on=max(due.after(each, calendar=fund.calendar) for each in (month, late)),
        called_at=at,
    )
    if before is not None:
        made = replace(made, calls=before.calls + 1, version=before.version)
    published = SelfContributionCalled(
        person_ref=known.person_ref,
        month=made.month,
        payment_reference=made.reference,
        amount_minor=made.due_minor,
        currency=fund.currency.value,
        due_on=made.due_on,
        called_at=at,
    )
    return Outcome(made, (published,))


def cancel(known: SelfContribution) -> SelfContribution:
    """Nothing is due for the month after all. Raises `MonthPaid`."""
    if known.received_minor:
        raise MonthPaid(until_on=Period.read(known.month).last_on)
    return replace(known, status=SelfContributionStatus.CANCELLED)


def receive(
    known: SelfContribution, *, entry_id: str, amount_minor: int, currency: str, on: date, at: datetime
) -> Outcome[SelfContribution]:
    """Money came, no more than is still to come. Published when nothing is left."""
    after = _with_receipt(known, MoneyReceipt(entry_id=entry_id, amount_minor=amount_minor, on=on, at=at))
    if after.status is not SelfContributionStatus.PAID:
        return Outcome(after)
    paid = SelfContributionPaid(
        person_ref=known.person_ref,
        month=known.month,
        payment_reference=known.reference,
        amount_minor=after.received_minor,
        currency=currency,
        paid_on=on,
        paid_at=at,
    )
    return Outcome(after, (paid,))


def take_back(
    known: SelfContribution, *, entry_id: str, amount_minor: int, currency: str, on: date, at: datetime
) -> Outcome[SelfContribution]:
    """The bank took back money that had come, no more than that: it is due again. Published if the month was paid."""
    after = _with_receipt(known, MoneyReceipt(entry_id=entry_id, amount_minor=-amount_minor, on=on, at=at))
    if known.status is not SelfContributionStatus.PAID:
        return Outcome(after)
    reopened = SelfContributionReopened(
        person_ref=known.person_ref,
        month=known.month,
        payment_reference=known.reference,
        left_minor=after.left_minor,
        currency=currency,
        reopened_on=on,
        reopened_at=at,
    )
    return Outcome(after, (reopened,))


def _with_receipt(known: SelfContribution, receipt: MoneyReceipt) -> SelfContribution:
    received_minor = known.received_minor + receipt.amount_minor
    is_paid = received_minor == known.assessment.due_minor
    return replace(
        known,
        received_minor=received_minor,
        receipts=with_receipt(known.receipts, receipt),
        status=SelfContributionStatus.PAID if is_paid else SelfContributionStatus.OPEN,
        paid_on=receipt.on if is_paid else None,
    )
