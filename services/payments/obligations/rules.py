"""What may happen to what an employer owes by a declaration, and how its period stands. Pure: the fund's definition and
the time are handed in."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from services.payments.obligations.movements import with_movement, without_newest
from services.payments.obligations.obligation import (
    FREEZES_MAX,
    PAUSES_MAX,
    Obligation,
    ObligationStatus,
    PenaltyFreeze,
    PenaltyPause,
)
from services.payments.obligations.standing import PeriodDifference, Standing
from shared.events.payments.declarations import DeclarationPaid
from shared.funds.fund import Fund
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.outcome import Outcome


class ObligationUnknown(Missing):
    code = "collection.obligation-unknown"


class DeclarationReplaced(Conflict):
    code = "collection.declaration-replaced"


class TooManyDebts(Conflict):
    """An employer has more debts than are read at once."""

    code = "collection.too-many-debts"


class DebtInPlan(Conflict):
    """A settlement plan holds for the debt already."""

    code = "collection.debt-in-plan"


class DebtDisputed(Conflict):
    """The employer disputes the debt, and the fund has not decided yet."""

    code = "collection.debt-disputed"


class NothingLeftToDispute(Conflict):
    """All of it is paid."""

    code = "collection.nothing-to-dispute"


class DisputedTooMuch(Invalid):
    """No more is disputed than is left to be paid (`left_minor`), and no less than something."""

    code = "collection.disputed-too-much"


class DisputedTooOften(Conflict):
    code = "collection.disputed-too-often"


class RelievedTooMuch(Invalid):
    """No more is taken off a debt than is disputed of it (`disputed_minor`)."""

    code = "collection.relieved-too-much"


def open_obligation(
    obligation: Obligation, *, declared_on: date, before: Obligation | None
) -> tuple[Obligation, Obligation | None, int]:
    """The new obligation and the one that it replaces: what was paid for that one counts for this one, and what was
    charged for its coming late is this one's. What it does not need of what was paid is the third value, in minor
    units: a credit of the employer. `declared_on` is the day on which the declaration came in."""
    if before is None:
        first = with_movement((), on=declared_on, due_minor=obligation.due_minor)
        return replace(obligation, movements=first), None, 0
    if before.status is ObligationStatus.CANCELLED:
        raise DeclarationReplaced
    paid_minor, called_minor = (min(each, obligation.due_minor) for each in (before.paid_minor, before.called_minor))
    surplus_minor = before.paid_minor - paid_minor
    inherited = replace(
        obligation,
        paid_minor=paid_minor,
        called_minor=called_minor,
        penalty_minor=before.penalty_minor,
        penalty_paid_minor=before.penalty_paid_minor,
        movements=with_movement(
            without_newest(before.history, paid_minor=surplus_minor),
            on=declared_on,
            due_minor=obligation.due_minor - before.due_minor,
        ),
        first_declaration_id=before.debt_id,
        plan_id=before.plan_id,
        spared_minor=before.spared_minor,
        freezes=before.freezes,
        waived=before.waived,
        produced_on=declared_on if before.is_provisional else before.produced_on,
        disputed_minor=min(before.disputed_minor, obligation.due_minor - paid_minor),
        pauses=before.pauses,
    )
    cancelled = replace(
        before,
        paid_minor=0,
        called_minor=0,
        penalty_minor=0,
        penalty_paid_minor=0,
        plan_id="",
        spared_minor=0,
        freezes=(),
        waived={},
        movements=(),
        disputed_minor=0,
        pauses=(),
        replaced_by=obligation.declaration_id,
    )
    return inherited, cancelled, surplus_minor


def lift(obligation: Obligation, *, today: date) -> tuple[Obligation, int]:
    """A provisional debt that is owed no more, because the fund takes the assessment back. What was paid of it is the
    second value, in minor units: a credit of the employer. Raises `DebtInPlan`."""
    if is_held(obligation):
        raise DebtInPlan
    paid_minor = obligation.paid_minor
    lifted = replace(
        obligation,
        due_minor=0,
        called_minor=0,
        paid_minor=0,
        disputed_minor=0,
        relieved_minor=0,
        movements=with_movement(
            without_newest(obligation.history, paid_minor=paid_minor), on=today, due_minor=-obligation.due_minor
        ),
    )
    return lifted, paid_minor


def receive(obligation: Obligation, *, amount_minor: int, currency: str, on: date, at: datetime) -> Outcome[Obligation]:
    """Money came for it on a day, of which it keeps what is left to pay, and then what is left of its penalties
    (`surplus_minor` is the rest). Published as paid at the moment when all that was declared is there, whatever came
    beside it; not before, and not again."""
    taken_minor = min(amount_minor, obligation.left_minor)
    penalty_minor = min(amount_minor - taken_minor, obligation.penalty_left_minor)
    paid_minor = obligation.paid_minor + taken_minor
    received = replace(
        obligation,
        paid_minor=paid_minor,
        called_minor=max(obligation.called_minor, paid_minor),
        penalty_paid_minor=obligation.penalty_paid_minor + penalty_minor,
        movements=with_movement(obligation.history, on=on, paid_minor=taken_minor),
    )
    published = paid_events(received, currency=currency, at=at) if taken_minor else ()
    return Outcome(received, published)


def surplus_minor(obligation: Obligation, *, amount_minor: int) -> int:
    """What of an amount the obligation and its penalties do not need."""
    return max(0, amount_minor - obligation.to_pay_minor)


def give_back(obligation: Obligation, *, amount_minor: int, on: date) -> Obligation:
    """Money that had come for it was taken back on a day: what paid the penalties goes first, since it came last, and
    so much of the debt as the rest is open again."""
    penalty_minor = min(amount_minor, obligation.penalty_paid_minor)
    paid_minor = amount_minor - penalty_minor
    return replace(
        obligation,
        paid_minor=obligation.paid_minor - paid_minor,
        penalty_paid_minor=obligation.penalty_paid_minor - penalty_minor,
        movements=with_movement(obligation.history, on=on, paid_minor=-paid_minor),
    )


def charge(obligation: Obligation, *, change_minor: int) -> tuple[Obligation, int]:
    """More penalties are charged, or some are given back where the change is below zero. What had been paid for those
    is the second value, in minor units: a credit of the employer."""
    penalty_minor = obligation.penalty_minor + change_minor
    kept_minor = min(obligation.penalty_paid_minor, penalty_minor)
    charged = replace(
        obligation,
        penalty_minor=penalty_minor,
        penalty_paid_minor=kept_minor,
        spared_minor=min(obligation.spared_minor, penalty_minor - kept_minor),
    )
    return charged, obligation.penalty_paid_minor - kept_minor


# --- Settlement plans -------------------------------------------------------------------------------------------------


def hold(obligation: Obligation, *, plan_id: str, spared_minor: int, today: date) -> Obligation:
    """A settlement plan holds for it from today: months of lateness that begin later cost nothing, and nobody is asked
    for what the plan will waive of its penalties. Raises `DebtInPlan` where another plan holds for it."""
    if is_held(obligation):
        raise DebtInPlan
    if obligation.is_disputed:
        raise DebtDisputed
    freeze = PenaltyFreeze(plan_id=plan_id, after_on=today)
    freezes = (*obligation.freezes, freeze)[-FREEZES_MAX:]
    spared_minor = min(spared_minor, obligation.penalty_minor - obligation.penalty_paid_minor)
    return replace(obligation, plan_id=plan_id, spared_minor=spared_minor, freezes=freezes)


def is_held(obligation: Obligation) -> bool:
    """Whether a settlement plan holds for it."""
    return any(each.until_on is None for each in obligation.freezes)


def waive(obligation: Obligation, *, waived: Mapping[str, int], today: date) -> Obligation:
    """Its plan is finished: what it was to waive of the penalties, by their reason, is owed no more. Should money that
    paid it be taken back later, new months of lateness cost as usual."""
    return replace(obligation, spared_minor=0, waived=waived, freezes=_ended(obligation, until_on=today))


def let_go(obligation: Obligation, *, is_spared: bool, today: date) -> Obligation:
    """Its plan is broken: its penalties are owed again. The months during which it held stay without cost where they
    are spared; else they cost what they would have cost without it."""
    freezes = _ended(obligation, until_on=today)
    kept = tuple(each for each in freezes if is_spared or each.plan_id != obligation.plan_id)
    return replace(obligation, plan_id="", spared_minor=0, waived={}, freezes=kept)


def _ended(obligation: Obligation, *, until_on: date) -> tuple[PenaltyFreeze, ...]:
    return tuple(replace(each, until_on=until_on) if each.until_on is None else each for each in obligation.freezes)


# --- Disputes ---------------------------------------------------------------------------------------------------------


def dispute(obligation: Obligation, *, dispute_id: str, amount_minor: int, is_paused: bool, today: date) -> Obligation:
    """The employer disputes so much of what is left to be paid: nobody is asked for it until the fund has decided.
    `is_paused` where months of lateness that begin meanwhile cost nothing of it. What a settlement plan holds for was
    acknowledged. Raises `DeclarationReplaced`, `DebtInPlan`, `DebtDisputed`, `NothingLeftToDispute`,
    `DisputedTooMuch`, `DisputedTooOften`."""
    if obligation.status is ObligationStatus.CANCELLED:
        raise DeclarationReplaced
    if is_held(obligation):
        raise DebtInPlan
    if obligation.is_disputed:
        raise DebtDisputed
    if not obligation.left_minor:
        raise NothingLeftToDispute
    if not 0 < amount_minor <= obligation.left_minor:
        raise DisputedTooMuch(left_minor=obligation.left_minor)
    if len(obligation.pauses) == PAUSES_MAX:
        raise DisputedTooOften
    pause = PenaltyPause(dispute_id=dispute_id, amount_minor=amount_minor if is_paused else 0, after_on=today)
    return replace(obligation, disputed_minor=amount_minor, pauses=(*obligation.pauses, pause))


def end_dispute(obligation: Obligation, *, relieved_minor: int, is_spared: bool, today: date) -> Obligation:
    """The fund has decided: so much of what was disputed was never owed, and the rest is asked for again. The months
    during which that rest was disputed stay without cost where they are spared; else they cost what they would have
    cost without the dispute. Raises `RelievedTooMuch`."""
    if relieved_minor > obligation.disputed_minor:
        raise RelievedTooMuch(disputed_minor=obligation.disputed_minor)
    upheld_minor = obligation.disputed_minor - relieved_minor
    due_minor = obligation.due_minor - relieved_minor
    return replace(
        obligation,
        due_minor=due_minor,
        called_minor=min(obligation.called_minor, due_minor),
        movements=with_movement(obligation.history, on=today, due_minor=-relieved_minor),
        disputed_minor=0,
        relieved_minor=obligation.relieved_minor + relieved_minor,
        reliefs=obligation.reliefs + (1 if relieved_minor else 0),
        pauses=tuple(
            replace(
                each,
                amount_minor=min(each.amount_minor, upheld_minor) if is_spared else 0,
                until_on=today,
            )
            if each.until_on is None
            else each
            for each in obligation.pauses
        ),
    )


# --- What it leads to -------------------------------------------------------------------------------------------------


def penalties_due_at(obligation: Obligation, *, fund: Fund, at: datetime) -> datetime | None:
    """When somebody has to look whether penalties are owed: now where something came late already, else at the end of
    the last day in time; None where nothing can be owed any more."""
    if fund.sections.arrears is None or obligation.status is ObligationStatus.CANCELLED:
        return None
    is_late = obligation.penalty_minor > 0 or any(each.on > obligation.due_on for each in obligation.movements)
    if not is_late and not obligation.unpaid_minor:
        return None
    return at if is_late else max(at, fund.bounds_of(obligation.due_on)[1])


def paid_events(obligation: Obligation, *, currency: str, at: datetime) -> tuple[DeclarationPaid, ...]:
    """The events of an obligation that has just been paid; none where there was nothing to pay."""
    if obligation.status is not ObligationStatus.PAID or not obligation.due_minor:
        return ()
    return (
        DeclarationPaid(
            declaration_id=obligation.declaration_id,
            employer_id=obligation.employer_id,
            form=obligation.form,
            period=obligation.period,
            amount_minor=obligation.paid_minor,
            currency=currency,
            paid_at=at,
        ),
    )


def is_payable(obligation: Obligation) -> bool:
    """Whether something is left to be paid for it, and for no other declaration in its place."""
    return obligation.status is not ObligationStatus.CANCELLED and obligation.to_pay_minor > 0


# --- Standing ---------------------------------------------------------------------------------------------------------


def standing(
    *,
    employer_id: str,
    period: str,
    obligations: Iterable[Obligation],
    outstanding_minor: int,
    contested_minor: int,
    before: Standing | None,
    at: datetime,
) -> Standing:
    """The sums of an employer's period. `outstanding_minor` and `contested_minor` are what the ledger says is still
    owed, and is disputed; `before` how it stood till now: a case that was open keeps its age and stays in the hands in
    which it is.

    Always, what was declared is what came, what is due and what is disputed, and the ledger says so too. Without any
    payment there is no other difference: what is due is not one. Once money has arrived for a declaration, all that is
    not disputed must be declared, called, collected and booked for it: each establishment's debt stands by itself, and
    what came too much for one does not hide what came too little for another. What a settlement plan holds for is paid
    in parts, which is no difference.
    """
    known = [each for each in obligations if each.status is not ObligationStatus.CANCELLED]
    declared, called, collected = (
        sum(getattr(each, field) for each in known) for field in ("due_minor", "called_minor", "paid_minor")
    )
    disputed = sum(each.disputed_minor for each in known)
    booked = declared - outstanding_minor - contested_minor
    case = None
    if booked != collected:
        case = PeriodDifference.BOOKED_DIFFERS
    elif contested_minor != disputed:
        case = PeriodDifference.DISPUTED_DIFFERS
    elif any(each.paid_minor and each.left_minor and not is_held(each) for each in known):
        case = PeriodDifference.PARTIAL
    elif any(each.paid_minor > each.due_minor for each in known):
        case = PeriodDifference.OVER
    elif any(each.called_minor < each.paid_minor and not is_held(each) for each in known):
        case = PeriodDifference.UNCALLED
    was_open = before if case is not None and before is not None and before.case is not None else None
    return Standing(
        standing_id=f"{employer_id}:{period}",
        employer_id=employer_id,
        period=period,
        declared_minor=declared,
        called_minor=called,
        collected_minor=collected,
        booked_minor=booked,
        due_minor=outstanding_minor,
        disputed_minor=contested_minor,
        case=case,
        opened_at=was_open.opened_at if was_open else at if case else None,
        assigned_to=was_open.assigned_to if was_open else None,
        version=before.version if before else 0,
    )
