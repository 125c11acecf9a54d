"""What may happen to obligations and collections. Pure: the fund's definition and the time are handed in."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from services.payments.collections import debiting
from services.payments.collections.collection import (
    BY_REFERENCE,
    DEBITS_MAX,
    MOVES,
    Collection,
    CollectionStep,
    Debit,
    PlanPart,
    Rail,
    Status,
)
from services.payments.collections.debiting import DebitTerms
from services.payments.collections.movements import with_movement, without_newest
from services.payments.collections.moving import moved_to, with_steps
from services.payments.collections.obligation import FREEZES_MAX, Obligation, ObligationStatus, PenaltyFreeze
from services.payments.collections.standing import Case, Standing
from shared.events.payments import CollectionRequested, DeclarationPaid, PaymentDebited, PaymentReversed
from shared.funds.fund import Fund
from shared.funds.period import Period, PeriodKind
from shared.kernel.errors import Conflict, Missing, Term
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome
from shared.kernel.references import with_check_digits
from shared.kernel.schedule import RetrySchedule

CHECKS = RetrySchedule((5, 10, 20, 40, 60, 120, 300, 600))
"""After how long without news the bank is asked again."""

MOBILE_REFERENCE_CHARACTERS = 20
"""What an operator of mobile money has room for."""

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ATTEMPTS_MAX = len(_DIGITS)


class ObligationUnknown(Missing):
    code = "collection.obligation-unknown"


class CollectionUnknown(Missing):
    code = "collection.unknown"


class AlreadyPaid(Conflict):
    code = "collection.already-paid"


class DeclarationReplaced(Conflict):
    code = "collection.declaration-replaced"


class TooManyDebts(Conflict):
    """An employer has more debts than are read at once."""

    code = "collection.too-many-debts"


class DebtInPlan(Conflict):
    """A settlement plan holds for the debt already."""

    code = "collection.debt-in-plan"


class RailNotOffered(Conflict):
    """The fund's bank does not take money this way."""

    code = "collection.rail-not-offered"


class AlreadyLive(Conflict):
    code = "collection.already-live"


class MandateMissing(Conflict):
    """No mandate in force allows this debit: there is none, it does not reach to the day, or the amount is above its
    limit."""

    code = "collection.mandate-missing"


class DebitUnderWay(Conflict):
    """A direct debit is at the bank. It ends as the bank says; until then nobody pays in another way."""

    code = "collection.debit-under-way"


class TooManyAttempts(Conflict):
    code = "collection.too-many-attempts"


# --- Obligations ------------------------------------------------------------------------------------------------------


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


def counts_on(collection: Collection, *, booked_on: date) -> date:
    """The day from which money of a collection counts: on which the bank booked it, or, of a direct debit, on which the
    fund was to draw it. How long the banks then take is not the payer's lateness."""
    return booked_on if collection.debit_on is None else min(booked_on, collection.debit_on)


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


def penalties_due_at(obligation: Obligation, *, fund: Fund, at: datetime) -> datetime | None:
    """When somebody has to look whether penalties are owed: now where something came late already, else at the end of
    the last day in time; None where nothing can be owed any more."""
    if fund.sections.arrears is None or obligation.status is ObligationStatus.CANCELLED:
        return None
    is_late = obligation.penalty_minor > 0 or any(each.on > obligation.due_on for each in obligation.movements)
    if not is_late and not obligation.left_minor:
        return None
    return at if is_late else max(at, _midnight_after(obligation.due_on, fund))


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


# --- Collections ------------------------------------------------------------------------------------------------------


def reference(prefix: str, *, employer_id: str, period: str, amount_minor: int, attempt: int) -> str:
    """What a payer writes on a transfer: prefix, employer, period (two digits of the year; 0, the quarter, 5 or 6 for
    a half-year, A to L for a month), amount in base 36, attempt, and two check digits over all of it.

    The same try has the same reference; another amount, period or employer has another, and a slip of the pen in any
    place is found before anything is looked up.
    """
    if not 0 <= attempt < ATTEMPTS_MAX:
        raise TooManyAttempts(attempts_max=ATTEMPTS_MAX)
    read = Period.read(period)
    when = f"{read.year % 100:02d}{_place(read)}"
    return with_check_digits(prefix, f"{employer_id}{when}{_base_36(amount_minor)}{_DIGITS[attempt]}")


def mobile_reference(prefix: str, *, employer_id: str, period: str, amount_minor: int, collection_id: str) -> str:
    """What a payer types at an operator of mobile money, or reads out at a counter: the fund's letters, digits that
    follow from employer, period, amount and collection, and two check digits: twenty characters.

    The reference of a transfer writes those facts out, which takes up to 29 characters and letters between the digits;
    a telephone has room for twenty, and a menu of digits for digits alone (the letters may be left out). The check
    digits find a slip as they do there, and from one reference nobody guesses another.
    """
    facts = "\x1f".join((prefix, employer_id, period, str(amount_minor), collection_id))
    digits = MOBILE_REFERENCE_CHARACTERS - len(prefix) - 2
    number = int.from_bytes(hashlib.sha256(facts.encode()).digest(), "big") % 10**digits
    return with_check_digits(prefix, f"{number:0{digits}d}")


def _place(period: Period) -> str:
    """One character for a period in its year."""
    first = {PeriodKind.YEAR: 0, PeriodKind.QUARTER: 1, PeriodKind.HALF_YEAR: 5, PeriodKind.MONTH: 10}[period.kind]
    return "0" if period.kind is PeriodKind.YEAR else _DIGITS[first + period.number - 1]


def request(
    obligation: Obligation,
    *,
    rail: Rail,
    before: Iterable[Collection],
    fund: Fund,
    collection_id: str,
    at: datetime,
    terms: DebitTerms | None = None,
    part: PlanPart | None = None,
    traceparent: str = "",
) -> tuple[Obligation, Outcome[Collection]]:
    """The employer chooses to pay what is left, with what was charged for its coming late. `before` are all tries for
    the period, of this and of other declarations, and no two of them share a reference. The amount is part of it, so
    only tries for the same amount are counted: an employer may have more establishments than attempts. A live try on
    the same rail for the same amount is the one to use; any other live try of the debt gives way to this one
    (`withdraw`).

    A transfer or mobile money can be paid at once; a card needs the bank's page first, which the bank is asked for
    afterwards; a direct debit is announced to the employer, with its day, and drawn on `terms` (`debiting.terms`).

    `part` is what is to be paid by a settlement plan, under a reference of its own: it may be less than the debt, or
    more, which then goes to the other debts of the plan.
    """
    amount_minor = part.amount_minor if part else obligation.to_pay_minor
    if obligation.status is ObligationStatus.CANCELLED:
        raise DeclarationReplaced
    if obligation.to_pay_minor == 0:
        raise AlreadyPaid
    if rail not in offered(fund):
        raise RailNotOffered(rail=Term(f"collection.rail.{rail}"))
    if rail is Rail.DIRECT_DEBIT and terms is None:
        raise MandateMissing
    tries = list(before)
    here = (obligation.declaration_id, rail, amount_minor)
    if any(each.is_live and (each.declaration_id, each.rail, each.amount_minor) == here for each in tries):
        raise AlreadyLive(rail=Term(f"collection.rail.{rail}"))
    requested = Collection(
        collection_id=collection_id,
        reference=part.reference
        if part
        else _reference(obligation, tries, rail=rail, fund=fund, collection_id=collection_id),
        declaration_id=obligation.declaration_id,
        employer_id=obligation.employer_id,
        period=obligation.period,
        rail=rail,
        amount_minor=amount_minor,
        plan_id=part.plan_id if part else "",
        status=Status.REQUESTED,
        steps=(CollectionStep(status=Status.REQUESTED, at=at),),
        next_look_at=at,
        traceparent=traceparent,
        **(vars(terms) if terms else {}),
    )
    if rail in BY_REFERENCE:
        requested = _announced_reference(requested, fund=fund, at=at)
    asked = CollectionRequested(
        collection_id=collection_id,
        declaration_id=obligation.declaration_id,
        employer_id=obligation.employer_id,
        rail=rail.value,
        amount_minor=requested.amount_minor,
        currency=fund.currency.value,
    )
    # The obligation changes even where the amount called is the same: two who ask at once then meet on its version.
    called = replace(obligation, called_minor=obligation.due_minor)
    if rail is Rail.DIRECT_DEBIT:
        announced = debiting.announce(requested, form=obligation.form, currency=fund.currency.value, at=at)
        return called, Outcome(announced.thing, (asked, *announced.events))
    return called, Outcome(requested, (asked,))


def _reference(
    obligation: Obligation, tries: Iterable[Collection], *, rail: Rail, fund: Fund, collection_id: str
) -> str:
    """The reference of the next try to collect all that is left of a debt."""
    if rail in (Rail.MOBILE_MONEY, Rail.CARD_TERMINAL):
        return mobile_reference(
            fund.payments.transfer_prefix,
            employer_id=obligation.employer_id,
            period=obligation.period,
            amount_minor=obligation.to_pay_minor,
            collection_id=collection_id,
        )
    return reference(
        fund.payments.transfer_prefix,
        employer_id=obligation.employer_id,
        period=obligation.period,
        amount_minor=obligation.to_pay_minor,
        attempt=sum(each.amount_minor == obligation.to_pay_minor for each in tries),
    )


def is_payable(obligation: Obligation) -> bool:
    """Whether something is left to be paid for it, and for no other declaration in its place."""
    return obligation.status is not ObligationStatus.CANCELLED and obligation.to_pay_minor > 0


def offered(fund: Fund) -> tuple[Rail, ...]:
    """The ways to pay that the fund, its bank and its operators offer."""
    bank = fund.bindings.bank
    offers = {
        Rail.TRANSFER: True,
        Rail.CARD: bank.takes_cards,
        Rail.DIRECT_DEBIT: bank.takes_debits and fund.payments.direct_debit is not None,
        Rail.MOBILE_MONEY: bool(fund.bindings.mobile_operators) and fund.payments.mobile_money is not None,
        Rail.CARD_TERMINAL: bool(fund.bindings.acquirers) and fund.payments.card_at_counter is not None,
    }
    return tuple(rail for rail, is_offered in offers.items() if is_offered)


def check_none_at_bank(tries: Iterable[Collection]) -> None:
    """Raises `DebitUnderWay` where the bank has a debit of a debt: another payment would be one too many."""
    if any(each.is_at_bank for each in tries):
        raise DebitUnderWay


def _announced_reference(collection: Collection, *, fund: Fund, at: datetime) -> Collection:
    until_on = fund.day_of(at) + timedelta(days=_valid_days(collection.rail, fund=fund))
    return replace(
        moved_to(collection, Status.ANNOUNCED, at=at, next_look_at=_midnight_after(until_on, fund)),
        valid_until_on=until_on,
    )


def _valid_days(rail: Rail, *, fund: Fund) -> int:
    payments = fund.payments
    agreed = {Rail.MOBILE_MONEY: payments.mobile_money, Rail.CARD_TERMINAL: payments.card_at_counter}.get(rail)
    return agreed.valid_days_max if agreed else payments.transfer_days_max


def announce(collection: Collection, *, checkout_url: str, at: datetime) -> Collection:
    """The bank's page is ready. From now on the bank is asked what came of it if it does not say so by itself."""
    announced = moved_to(collection, Status.ANNOUNCED, at=at, next_look_at=CHECKS.next_at(at, tries=1))
    return replace(announced, checkout_url=checkout_url, looks=1)


def doubt(collection: Collection, *, at: datetime) -> Collection:
    """The bank did not answer: whether it knows of the payment is not known, and it will be asked."""
    return moved_to(collection, Status.UNKNOWN, at=at, next_look_at=CHECKS.next_at(at, tries=1))


def check_later(collection: Collection, *, at: datetime) -> Collection:
    """No news: look again, each time after a longer while."""
    looks = collection.looks + 1
    return replace(collection, looks=looks, next_look_at=CHECKS.next_at(at, tries=looks))


def ask_anew(collection: Collection, *, at: datetime) -> Collection:
    """The bank has never seen it, or knows it without our knowing its page: ask for the page under the same id."""
    return moved_to(collection, Status.REQUESTED, at=at, next_look_at=at)


def refuse(collection: Collection, *, reason: str, at: datetime) -> Collection:
    """The bank or the payer's card refused. No money was moved; the employer may retry."""
    return moved_to(collection, Status.REFUSED, at=at, about=reason)


def expire(collection: Collection, *, at: datetime) -> Collection:
    """Nobody paid in time. Money that comes all the same is still booked."""
    return moved_to(collection, Status.EXPIRED, at=at)


def withdraw(collection: Collection, *, at: datetime) -> Collection:
    """Another way or amount takes its place: one debt has one live try. A reference is good no more; of a
    card the bank is asked to close its page; a direct debit goes into no file. Money that comes all the same is still
    booked."""
    if collection.rail is not Rail.CARD:
        return withdrawn(collection, at=at)
    return replace(moved_to(collection, Status.WITHDRAWING, at=at, next_look_at=at), looks=0)


def withdrawn(collection: Collection, *, at: datetime) -> Collection:
    """Nothing of it can be paid any more."""
    return moved_to(collection, Status.WITHDRAWN, at=at)


def is_booked(collection: Collection, *, bank_reference: str, entry_id: str) -> bool:
    """Whether this entry of the bank was handled before. What earlier releases booked is known by its reference."""
    return any(
        each.entry_id == entry_id if each.entry_id else each.bank_reference == bank_reference
        for each in collection.debits
    )


def has_room(collection: Collection) -> bool:
    """Whether one more entry of the bank may be booked to it, and taken back."""
    return max(len(collection.debits), len(collection.reversals)) < DEBITS_MAX


def debit(
    collection: Collection, *, bank_reference: str, entry_id: str, amount_minor: int, currency: str, at: datetime
) -> Outcome[Collection]:
    """The bank moved money for it: booked as it came, whatever had been asked for."""
    came = Debit(bank_reference=bank_reference, amount_minor=amount_minor, at=at, entry_id=entry_id)
    debits = (*collection.debits, came)
    if collection.status is Status.DEBITED:
        debited = replace(collection, debits=debits)
    else:
        step = CollectionStep(status=moved(MOVES, collection.status, to=Status.DEBITED), at=at)
        debited = replace(
            collection, status=step.status, steps=with_steps(collection, step), debits=debits, next_look_at=None
        )
    published = PaymentDebited(
        collection_id=collection.collection_id,
        declaration_id=collection.declaration_id,
        employer_id=collection.employer_id,
        rail=collection.rail.value,
        amount_minor=amount_minor,
        currency=currency,
        debited_at=at,
        mandate_id=collection.mandate_id,
    )
    return Outcome(debited, (published,))


def reverse(
    collection: Collection,
    *,
    bank_reference: str,
    entry_id: str,
    amount_minor: int,
    reason: str,
    form: str,
    currency: str,
    at: datetime,
) -> Outcome[Collection]:
    """The bank took money back that had come of it: a reversal, a charge-back (`reason`, a code of ISO 20022, may be
    empty). Not more than came."""
    back = Debit(bank_reference=bank_reference, amount_minor=amount_minor, at=at, entry_id=entry_id)
    reversals = (*collection.reversals, back)
    if amount_minor < collection.debited_minor:
        after = replace(collection, reversals=reversals)
    else:
        step = CollectionStep(status=moved(MOVES, collection.status, to=Status.REVERSED), at=at, about=reason)
        after = replace(collection, status=step.status, steps=with_steps(collection, step), reversals=reversals)
    published = PaymentReversed(
        collection_id=collection.collection_id,
        declaration_id=collection.declaration_id,
        employer_id=collection.employer_id,
        form=form,
        period=collection.period,
        rail=collection.rail.value,
        amount_minor=amount_minor,
        currency=currency,
        reason=reason,
        reversed_at=at,
        mandate_id=collection.mandate_id,
    )
    return Outcome(after, (published,))


# --- Standing ---------------------------------------------------------------------------------------------------------


def standing(
    *, employer_id: str, period: str, obligations: Iterable[Obligation], outstanding_minor: int, version: int
) -> Standing:
    """The four sums of an employer's period. `outstanding_minor` is what the ledger says is still owed.

    Without any payment there is no difference: what is due is not one. Once money has arrived for a declaration, all
    four must be the same for it: each establishment's debt stands by itself, and what came too much for one does not
    hide what came too little for another. What a settlement plan holds for is paid in parts, which is no difference.
    """
    known = [each for each in obligations if each.status is not ObligationStatus.CANCELLED]
    declared, called, collected = (
        sum(getattr(each, field) for each in known) for field in ("due_minor", "called_minor", "paid_minor")
    )
    booked = declared - outstanding_minor
    case = None
    if booked != collected:
        case = Case.BOOKED_DIFFERS
    elif any(0 < each.paid_minor < each.due_minor and not is_held(each) for each in known):
        case = Case.PARTIAL
    elif any(each.paid_minor > each.due_minor for each in known):
        case = Case.OVER
    elif any(each.paid_minor and each.called_minor != each.paid_minor and not is_held(each) for each in known):
        case = Case.UNCALLED
    return Standing(
        standing_id=f"{employer_id}:{period}",
        employer_id=employer_id,
        period=period,
        declared_minor=declared,
        called_minor=called,
        collected_minor=collected,
        booked_minor=booked,
        case=case,
        version=version,
    )


# ----------------------------------------------------------------------------------------------------------------------


def _midnight_after(day: date, fund: Fund) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), fund.zone)


def _base_36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
