"""HTTP routes of GovStack's bill payment API (P2G), for operators that use it in place of the one of mobile money.

Each call is answered at once with all that there is to say, with 202 as GovStack has it; where the operator registered
an endpoint for answers (`bill.answered`), the same is sent there, in the form and under the path of GovStack.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from services.payments.govstack import actions
from services.payments.govstack.answer import BillAnswer, MarkAnswer
from services.payments.govstack.schemas import (
    BillAnswerView,
    BillMessage,
    CallHeaders,
    InquiryQuery,
    MarkAnswerView,
    MarkBody,
    MarkHeaders,
    MarkMessage,
    RefusalView,
)
from shared.http import bodies
from shared.http.routes import Routes
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("govstack", about="The bill payment API (P2G) of GovStack's Payments building block, for operators.")

Body = Mapping[str, Any]


@routes.get(
    "/govstack/bills/<bill_id>",
    scope="mobile-money:read",
    query=InquiryQuery,
    headers=CallHeaders,
    refusal=RefusalView,
    response=BillAnswerView,
    status=202,
    is_sent_later=True,
)
def inquire(uow: UnitOfWork, query: Body, headers: Body, bill_id: str) -> BillAnswer:
    """For an operator, before it takes money: what a bill costs on its due date and after it. The bill is a reference
    for mobile payment."""
    asked = actions.call(uow, request_id=query["request_id"], **headers)
    answer = actions.inquire(uow, asked, bill_id=bill_id)
    actions.send(uow, asked, path=f"/bills/{quote(bill_id, safe='')}", body=bodies.made(BillMessage).dump(answer))
    return answer


@routes.post(
    "/govstack/billTransferRequests",
    scope="mobile-money:pay",
    request=MarkBody,
    headers=MarkHeaders,
    refusal=RefusalView,
    response=MarkAnswerView,
    status=202,
    is_keyed=True,
    key_header="X-CorrelationID",
)
def mark(uow: UnitOfWork, body: Body, headers: Body) -> MarkAnswer:
    """Say that the money for a bill was taken from the payer. It is booked as a mobile payment whose id is the
    `PaymentReferenceID`: the same request, or the same payment, is booked once."""
    asked = actions.call(uow, request_id=body["request_id"], **headers)
    answer = actions.mark(
        uow,
        asked,
        bill_id=body["bill_id"],
        payment_id=body["payment_id"],
        amount_minor=body["amount"],
        taken_at=body["paid_at"],
    )
    actions.send(uow, asked, path="/billTransferRequests", body=bodies.made(MarkMessage).dump(answer))
    return answer
