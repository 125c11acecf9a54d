"""Where payments at operators of mobile money are kept."""

from collections.abc import Iterator
from datetime import date

from services.payments.mobile_money.operator_payment import OperatorPayment
from services.payments.mobile_money.rules import OperatorPaymentUnknown
from shared.storage.paging import Order
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

IN_ORDER = Order("payment_key", "payment_key")

payments = Repository(
    "operator_payments",
    OperatorPayment,
    key="payment_key",
    missing=OperatorPaymentUnknown,
    retention=BY_LAW,
    indexes=[Index(("operator", "taken_on", "payment_key"))],
)


def taken_on(uow: UnitOfWork, *, operator: str, day: date) -> Iterator[OperatorPayment]:
    """What an operator took on a day, by its ids."""
    return payments.each(uow, order=IN_ORDER, operator=operator, taken_on=day.isoformat())
