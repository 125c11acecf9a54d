"""HTTP routes for operators of mobile money; what their days came to is in `operator_days`.

Every call of an operator may be made again: it names its payment by its own id, and what was done once is answered
once more and not done again. So none needs an Idempotency-Key.
"""

from collections.abc import Mapping
from typing import Any

from services.payments.mobile_money import actions, daily
from services.payments.mobile_money.actions import StandingPayment
from services.payments.mobile_money.bill import Bill
from services.payments.mobile_money.schemas import (
    DAY_FILE,
    BillView,
    ConfirmationBody,
    OperatorPaymentBody,
    OperatorPaymentView,
    ReversalBody,
)
from services.payments.operator_days.operator_day import OperatorDay
from services.payments.operator_days.schemas import OperatorDayView
from shared.http.routes import Routes
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("mobile_money", about="What operators of mobile money ask and take.")

Body = Mapping[str, Any]


@routes.get("/mobile-money/references/<reference>", scope="mobile-money:read", response=BillView)
def inquire(uow: UnitOfWork, reference: str) -> Bill:
    """For an operator, before it takes money: what a reference costs today and later, and whether it can be paid."""
    return actions.inquire(uow, reference=reference)


@routes.get("/mobile-money/payments/<payment_id>", scope="mobile-money:read", response=OperatorPaymentView)
def read(uow: UnitOfWork, payment_id: str) -> StandingPayment:
    """What became of a payment, by the operator's own id: for one that got no answer."""
    return actions.read(uow, payment_id=payment_id)


@routes.put(
    "/mobile-money/payments/<payment_id>",
    scope="mobile-money:pay",
    request=OperatorPaymentBody,
    response=OperatorPaymentView,
)
def begin(uow: UnitOfWork, body: Body, payment_id: str) -> StandingPayment:
    """Begin a payment, before the payer's account is debited: until `hold_until` nobody else can pay this reference.
    Refused where the reference cannot be paid with this amount now. Nothing is booked."""
    return actions.begin(uow, payment_id=payment_id, reference=body["reference"], amount_minor=body["amount"])


@routes.put(
    "/mobile-money/payments/<payment_id>/confirmation",
    scope="mobile-money:pay",
    request=ConfirmationBody,
    response=OperatorPaymentView,
)
def take(uow: UnitOfWork, body: Body, payment_id: str) -> StandingPayment:
    """Say that the money was taken from the payer. It is booked whatever had been asked for; what is not as it should
    be is named in the answer."""
    return actions.take(
        uow,
        payment_id=payment_id,
        reference=body["reference"],
        amount_minor=body["amount"],
        taken_at=body["taken_at"],
    )


@routes.put("/mobile-money/payments/<payment_id>/cancellation", scope="mobile-money:pay", response=OperatorPaymentView)
def cancel(uow: UnitOfWork, payment_id: str) -> StandingPayment:
    """Say that the money of a payment that was begun is not taken: another may begin."""
    return actions.cancel(uow, payment_id=payment_id)


@routes.put(
    "/mobile-money/payments/<payment_id>/reversal",
    scope="mobile-money:pay",
    request=ReversalBody,
    response=OperatorPaymentView,
)
def reverse(uow: UnitOfWork, body: Body, payment_id: str) -> StandingPayment:
    """Say that money that was taken was given back to the payer: what it had paid is due again."""
    return actions.reverse(uow, payment_id=payment_id, reason=body["reason"])


@routes.post("/mobile-money/days/<day>/file", scope="mobile-money:pay", request=DAY_FILE, response=OperatorDayView)
def take_file(uow: UnitOfWork, content: bytes, day: str) -> OperatorDay:
    """Send the file of all payments of a day. The answer names what differs from what was reported, and the reference
    under which the day is to be paid in."""
    return daily.take_file(uow, day=day, content=content)
