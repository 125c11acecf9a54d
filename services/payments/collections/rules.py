"""What may happen to a collection. Pure: the fund's definition and the time are handed in."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.payments.collections import debiting, references
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
from services.payments.collections.moving import moved_to, with_steps
from services.payments.obligations.obligation import Obligation, ObligationStatus
from services.payments.obligations.rules import DeclarationReplaced
from shared.events.payments.collections import CollectionRequested, PaymentDebited, PaymentReversed
from shared.funds.fund import Fund
from shared.kernel.errors import Conflict, Missing, Term
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome
from shared.kernel.schedule import RetrySchedule

STATUS_CHECK_WAITS = RetrySchedule((5, 10, 20, 40, 60, 120, 300, 600))
"""After how long without news the bank is asked again."""


class CollectionUnknown(Missing):
    code = "collection.unknown"


class AlreadyPaid(Conflict):
    code = "collection.already-paid"


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


def counts_on(collection: Collection, *, booked_on: date) -> date:
    """The day from which money of a collection counts: on which the bank booked it, or, of a direct debit, on which the
    fund was to draw it. How long the banks then take is not the payer's lateness."""
    return booked_on if collection.debit_on is None else min(booked_on, collection.debit_on)


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
    more, which then goes to the other debts of the plan. `terms` are then those of the part.
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
        reference=references.of_next_try(
            obligation, tries, rail=rail, fund=fund, collection_id=collection_id, part=part
        ),
        declaration_id=obligation.declaration_id,
        employer_id=obligation.employer_id,
        period=obligation.period,
        rail=rail,
        amount_minor=amount_minor,
        plan_id=part.plan_id if part else "",
        plan_reference=part.plan_reference if part else "",
        instalments=part.instalments if part else (),
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
        moved_to(collection, Status.ANNOUNCED, at=at, next_look_at=fund.bounds_of(until_on)[1]),
        valid_until_on=until_on,
    )


def _valid_days(rail: Rail, *, fund: Fund) -> int:
    payments = fund.payments
    agreed = {Rail.MOBILE_MONEY: payments.mobile_money, Rail.CARD_TERMINAL: payments.card_at_counter}.get(rail)
    return agreed.valid_days_max if agreed else payments.transfer_days_max


def announce(collection: Collection, *, checkout_url: str, at: datetime) -> Collection:
    """The bank's page is ready. From now on the bank is asked what came of it if it does not say so by itself."""
    announced = moved_to(collection, Status.ANNOUNCED, at=at, next_look_at=STATUS_CHECK_WAITS.next_at(at, tries=1))
    return replace(announced, checkout_url=checkout_url, looks=1)


def doubt(collection: Collection, *, at: datetime) -> Collection:
    """The bank did not answer: whether it knows of the payment is not known, and it will be asked."""
    return moved_to(collection, Status.UNKNOWN, at=at, next_look_at=STATUS_CHECK_WAITS.next_at(at, tries=1))


def check_later(collection: Collection, *, at: datetime) -> Collection:
    """No news: look again, each time after a longer while."""
    looks = collection.looks + 1
    return replace(collection, looks=looks, next_look_at=STATUS_CHECK_WAITS.next_at(at, tries=looks))


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
        plan_id=collection.plan_id,
        plan_reference=collection.plan_reference,
        instalments=collection.instalments,
    )
    return Outcome(after, (published,))
