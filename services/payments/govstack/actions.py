"""What payments does with calls of GovStack's bill payment API: all of it is what mobile money does."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from services.payments.govstack import rules
from services.payments.govstack.answer import BillAnswer, Call, MarkAnswer
from services.payments.mobile_money import actions as mobile_money
from services.payments.partners import actions as partners
from services.payments.partners import store as partner_store
from shared.storage.unit_of_work import UnitOfWork


def call(
    uow: UnitOfWork,
    *,
    correlation_id: str,
    request_id: str | None,
    tenant_ids: Collection[str],
    payer_fi_ids: Collection[str],
    callback_url: str | None,
) -> Call:
    """The call of an operator of the fund. Raises `NotAnOperator`, and what is wrong with its headers."""
    _, operator = mobile_money.operator_of(uow)
    return rules.call(
        operator,
        fund=uow.fund,
        correlation_id=correlation_id,
        request_id=request_id,
        tenant_ids=tenant_ids,
        payer_fi_ids=payer_fi_ids,
        callback_url=callback_url,
    )


def inquire(uow: UnitOfWork, asked: Call, *, bill_id: str) -> BillAnswer:
    """What a bill costs, on its due date and after it."""
    found = mobile_money.find_bill(uow, reference=bill_id)
    return rules.bill_answer(asked, found, bill_id=bill_id, fund=uow.fund)


def mark(
    uow: UnitOfWork,
    asked: Call,
    *,
    bill_id: str,
    payment_id: str,
    amount_minor: int | None,
    taken_at: datetime | None,
) -> MarkAnswer:
    """The operator took the money for a bill: it is booked as a payment of mobile money of this id."""
    became = mobile_money.take_as_it_costs(
        uow, payment_id=payment_id, reference=bill_id, amount_minor=amount_minor, taken_at=taken_at
    )
    return rules.mark_answer(asked, became, bill_id=bill_id)


def send(uow: UnitOfWork, asked: Call, *, path: str, body: Mapping[str, Any]) -> None:
    """Have the answer sent to where the operator listens for it, too."""
    partners.answer(
        uow,
        rules.callbacks(asked, partner_store.of_client(uow, uow.by.subject)),
        message_id=rules.message_id(asked, path=path),
        body=body,
        path=path,
        headers=rules.headers(asked),
    )
