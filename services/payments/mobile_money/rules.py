"""What may happen to payments at operators of mobile money. Pure: bill, fund and time are handed in."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.payments.arrears.penalty import Penalties, PenaltyForecast
from services.payments.collections.collection import Collection
from services.payments.collections.collection import Status as CollectionStatus
from services.payments.mobile_money.bill import Bill, BillStatus
from services.payments.mobile_money.operator_payment import (
    MOVES,
    PAYMENT_ID,
    OperatorPayment,
    PaymentException,
    Status,
    Terms,
)
from services.payments.settlements.settlement_plan import PlanInstalment
from shared.events.payments.collections import MobilePaymentTaken
from shared.funds.fund import Fund
from shared.kernel import normalize
from shared.kernel.errors import Conflict, Forbidden, Invalid, Missing
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome
from shared.kernel.references import has_valid_check_digits

CLOCKS_APART_MAX = timedelta(minutes=5)
"""How far the operator's clock may be before ours."""
MASK = "•••"
SHOWN_CHARACTERS = 2


class NotAnOperator(Forbidden):
    """The caller is none of the fund's operators of mobile money."""

    code = "mobile-money.not-an-operator"


class PaymentIdMalformed(Invalid):
    code = "mobile-money.payment-id-malformed"


class OperatorPaymentUnknown(Missing):
    code = "mobile-money.payment-unknown"


class BillUnknown(Missing):
    """There is no such reference. One whose check digits are wrong is answered alike: nobody learns which digits are
    missing."""

    code = "mobile-money.reference-unknown"


class AmountWrong(Invalid):
    """The amount is another than the reference costs today."""

    code = "mobile-money.amount-wrong"


class PaidAlready(Conflict):
    code = "mobile-money.paid-twice"


class ReferenceExpired(Conflict):
    """Its last day is over, or another took its place."""

    code = "mobile-money.expired"


class PaymentDiffers(Conflict):
    """The operator used one id for two payments."""

    code = "mobile-money.payment-differs"


class TakenInFuture(Invalid):
    code = "mobile-money.taken-in-future"


class PaymentNotTaken(Conflict):
    """Only money that was taken is given back, and only money that was not is cancelled."""

    code = "mobile-money.payment-not-taken"


class PaymentTaken(Conflict):
    code = "mobile-money.payment-taken"


# --- The bill ---------------------------------------------------------------------------------------------------------


def whole_reference(typed: str, *, prefix: str) -> str | None:
    """A reference as the fund keeps it, from what a payer typed: blanks, dashes and digits of any script, with the
    fund's letters or without. None where its check digits are wrong."""
    written = normalize.reference(typed)
    whole = f"{prefix}{written}" if written.isdecimal() else written
    return whole if has_valid_check_digits(whole) else None


def bill(collection: Collection, forecast: PenaltyForecast, *, payer: str, is_replaced: bool, today: date) -> Bill:
    """What a reference asks for today. `is_replaced`: another try or declaration has taken the place of this one."""
    if collection.valid_until_on is None:
        raise ValueError("a reference is good until a day")
    status = _status(collection, forecast, is_replaced=is_replaced, today=today)
    is_open = status is BillStatus.OPEN
    return Bill(
        reference=collection.reference,
        collection_id=collection.collection_id,
        declaration_id=forecast.declaration_id,
        employer_id=forecast.employer_id,
        form=forecast.form,
        period=forecast.period,
        payer=masked(payer),
        status=status,
        due_on=forecast.due_on,
        debt_minor=forecast.left_minor if is_open else 0,
        today_minor=forecast.to_pay_minor if is_open else 0,
        next_on=forecast.next_on if is_open else None,
        next_minor=forecast.to_pay_next_minor if is_open else 0,
        valid_until_on=collection.valid_until_on,
        plan_id=collection.plan_id,
        plan_reference=collection.plan_reference,
        instalments=collection.instalments,
    )


def cost_of_part(first: PenaltyForecast, asked: Sequence[PlanInstalment], *, collection: Collection) -> PenaltyForecast:
    """What a part of a settlement plan costs, whose first debt's cost is given: what is left of the instalments that it
    asks for, on whatever day it is paid. Where another try asks for them by now (none), what it asked for."""
    return replace(
        first,
        due_on=max((each.due_on for each in asked), default=first.due_on),
        left_minor=sum(each.left_minor for each in asked) if asked else collection.amount_minor,
        penalty_paid_minor=0,
        today=Penalties(as_of=first.today.as_of, lines=()),
        tomorrow_minor=0,
        next_on=None,
        next_minor=0,
        deferred_parts=(),
        spared_minor=0,
    )


def _status(collection: Collection, forecast: PenaltyForecast, *, is_replaced: bool, today: date) -> BillStatus:
    is_paid = forecast.to_pay_minor == 0 and not forecast.disputed_minor
    if collection.status is CollectionStatus.DEBITED or is_paid:
        return BillStatus.PAID
    if collection.is_live:
        is_over = collection.valid_until_on is not None and today > collection.valid_until_on
        return BillStatus.EXPIRED if is_over else BillStatus.OPEN
    if collection.status is CollectionStatus.EXPIRED:
        return BillStatus.EXPIRED
    return BillStatus.REPLACED if is_replaced else BillStatus.VOID


def masked(name: str) -> str:
    """So much of a name that the payer knows it again, and nobody else learns it: of each word the first letters."""
    words = re.split(r"\s+", name.strip())
    return " ".join(word[: min(SHOWN_CHARACTERS, max(1, len(word) - 1))] + MASK for word in words if word)


# --- The payment ------------------------------------------------------------------------------------------------------


def payment_key(operator: str, payment_id: str) -> str:
    """What names a payment among those of all operators. Raises `PaymentIdMalformed`."""
    if not PAYMENT_ID.fullmatch(payment_id):
        raise PaymentIdMalformed
    return f"{operator}:{payment_id}"


def begin(
    before: OperatorPayment | None,
    found: Bill | None,
    *,
    operator: str,
    payment_id: str,
    terms: Terms,
    fund: Fund,
    at: datetime,
) -> OperatorPayment:
    """The operator is about to take money: it has the reference to itself for a while. Said again with the same terms,
    it is the payment that it is by now; with others, `PaymentDiffers`. Raises what is wrong with the reference."""
    if before is not None:
        if before.begun is None or before.begun != terms:
            raise PaymentDiffers
        return before
    if found is None:
        raise BillUnknown
    check(found, amount_minor=terms.amount_minor)
    return OperatorPayment(
        payment_key=payment_key(operator, payment_id),
        operator=operator,
        payment_id=payment_id,
        status=Status.BEGUN,
        begun=terms,
        hold_until=at + _hold(fund),
        collection_id=found.collection_id,
        changed_at=at,
    )


def _hold(fund: Fund) -> timedelta:
    agreed = fund.payments.mobile_money
    return timedelta(minutes=agreed.hold_minutes if agreed else 0)


def check(found: Bill, *, amount_minor: int) -> None:
    """Raises what speaks against paying a bill now."""
    match exception(found, amount_minor=amount_minor):
        case PaymentException.PAID_TWICE:
            raise PaidAlready
        case PaymentException.EXPIRED:
            raise ReferenceExpired
        case PaymentException.AMOUNT_WRONG:
            raise AmountWrong


def exception(found: Bill | None, *, amount_minor: int) -> PaymentException | None:
    """What is not as it should be about money for a reference."""
    if found is None:
        return PaymentException.REFERENCE_UNKNOWN
    if found.status is BillStatus.PAID:
        return PaymentException.PAID_TWICE
    if found.status is not BillStatus.OPEN:
        return PaymentException.EXPIRED
    return PaymentException.AMOUNT_WRONG if amount_minor != found.today_minor else None


def take(
    before: OperatorPayment | None,
    found: Bill | None,
    *,
    operator: str,
    payment_id: str,
    terms: Terms,
    receipt: str,
    fund: Fund,
    at: datetime,
) -> Outcome[OperatorPayment]:
    """The operator says that it took the money. That is a fact, whatever had been asked for and whether or not it was
    begun: what is not as it should be is named (`exception`). Raises `TakenInFuture`."""
    if terms.taken_at is None or terms.taken_at > at + CLOCKS_APART_MAX:
        raise TakenInFuture
    key = payment_key(operator, payment_id)
    blank = before or OperatorPayment(
        payment_key=key, operator=operator, payment_id=payment_id, status=Status.BEGUN, begun=terms, changed_at=at
    )
    taken = replace(
        blank,
        status=moved(MOVES, blank.status, to=Status.TAKEN),
        begun=before.begun if before else None,
        hold_until=None,
        taken=terms,
        taken_on=fund.day_of(terms.taken_at),
        receipt=receipt,
        collection_id=found.collection_id if found else "",
        entry_id=entry_id(key, "taken"),
        exception=exception(found, amount_minor=terms.amount_minor),
        changed_at=at,
    )
    return Outcome(taken, () if found is None else (_event(taken, found, fund=fund, at=at),))


def assumed(
    before: OperatorPayment | None,
    found: Bill | None,
    *,
    reference: str,
    amount_minor: int | None,
    taken_at: datetime | None,
    at: datetime,
) -> Terms | None:
    """What an operator took that does not say how much, or when: as much as it said before under this id, else what the
    reference costs today; as it said before, else now. None where that is not known: then nothing can be booked."""
    said = before.terms if before is not None and before.terms.reference == reference else None
    cost_minor = found.today_minor if found is not None and found.status is BillStatus.OPEN else None
    amount = amount_minor or (said.amount_minor if said else cost_minor)
    if amount is None:
        return None
    return Terms(reference=reference, amount_minor=amount, taken_at=taken_at or (said and said.taken_at) or at)


def is_same(before: OperatorPayment | None, terms: Terms) -> bool:
    """Whether this was said before. Raises `PaymentDiffers` where something else was."""
    if before is None or before.taken is None:
        return False
    if before.taken != terms:
        raise PaymentDiffers
    return True


def _event(taken: OperatorPayment, found: Bill, *, fund: Fund, at: datetime) -> MobilePaymentTaken:
    return MobilePaymentTaken(
        collection_id=found.collection_id,
        declaration_id=found.declaration_id,
        employer_id=found.employer_id,
        form=found.form,
        period=found.period,
        operator=taken.operator,
        receipt=taken.receipt,
        reference=found.reference,
        amount_minor=taken.terms.amount_minor,
        currency=fund.currency.value,
        taken_at=taken.terms.taken_at or at,
        plan_id=found.plan_id,
        plan_reference=found.plan_reference,
        instalments=found.instalments,
    )


def cancel(payment: OperatorPayment, *, at: datetime) -> OperatorPayment:
    """The operator will not take the money. Said again, it changes nothing. Raises `PaymentTaken`."""
    if payment.status is Status.CANCELLED:
        return payment
    if payment.status is not Status.BEGUN:
        raise PaymentTaken
    return replace(payment, status=Status.CANCELLED, hold_until=None, changed_at=at)


def reverse(payment: OperatorPayment, *, reason: str, at: datetime) -> OperatorPayment:
    """The operator gave the money back to the payer. Raises `PaymentNotTaken`."""
    if payment.status is not Status.TAKEN:
        raise PaymentNotTaken
    return replace(payment, status=moved(MOVES, payment.status, to=Status.REVERSED), reason=reason, changed_at=at)


def entry_id(key: str, what: str) -> str:
    """Under which id the money of a payment is kept among the entries: always the same, so that it is booked once."""
    return hashlib.sha256(f"operator\x1f{key}\x1f{what}".encode()).hexdigest()[:32]
