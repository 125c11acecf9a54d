"""HTTP comes in from banks; and agents read what does not add up."""

from typing import Any

from services.payments.banking import actions, differences
from services.payments.banking.differences import Difference
from services.payments.banking.schemas import DifferenceViews, HeardView, ReferenceView
from services.payments.banking.webhook import SignedBody, SignedMessage
from shared.http.routes import ANYONE, Routes
from shared.storage.work import Work

routes = Routes("bank")


@routes.post("/bank/events", needs=ANYONE, takes=SignedBody(), shows=HeardView)
def hear(work: Work, message: SignedMessage) -> dict[str, Any]:
    """Take in a message that the bank signed. No token: the signature over the body says who sends."""
    return {"message_id": message.message_id, "is_new": actions.hear(work, message)}


@routes.get("/bank/references/<reference>", needs="bank:read", shows=ReferenceView)
def look_up(work: Work, reference: str) -> dict[str, Any]:
    """For a bank, before it accepts a transfer: whether a reference is genuine, what is due, and to which account."""
    collection = actions.by_reference(work, reference)
    into = work.fund.payment.collections
    return {
        "reference": collection.reference,
        "due_minor": collection.amount_minor if collection.is_live else 0,
        "currency": work.fund.currency.value,
        "account": into.number,
        "holder": into.holder,
        "valid_until_on": collection.valid_until_on,
    }


@routes.get("/differences", needs="ledger:read", shows=DifferenceViews)
def list_differences(work: Work) -> dict[str, list[Difference]]:
    """Employers and periods where declared, called, collected and booked differ, and money without a match."""
    return {"items": differences.of_fund(work)}
